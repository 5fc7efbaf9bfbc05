//go:build linux && (amd64 || arm64)

package worker

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"loupe/display"
	"loupe/kernel/internal/ipc"
	"loupe/kernel/worker/gonb"
)

// socket is the descriptor under which the kernel hands over its end.
const socket = 3

type conn = ipc.Conn[ipc.Event, ipc.Request]

// process is the state of this worker.
var process struct {
	conn  *conn
	input chan ipc.Input
	gonb  *gonb.Server
}

// tmpVariable names the kernel's folder for this worker's files, which the
// kernel removes.
const tmpVariable = "LOUPE_WORKER_TMP"

// serveGonb listens for what gonbui displays. Its address is in the environment
// before any cell can import it.
func serveGonb() error {
	s, err := gonb.Serve(os.Getenv(tmpVariable), front{}, push)
	if err != nil {
		return err
	}
	os.Unsetenv(tmpVariable)
	for name, value := range s.Env {
		os.Setenv(name, value)
	}
	process.gonb = s
	return nil
}

// Main serves the kernel until it closes the socket.
func Main() {
	syscall.CloseOnExec(socket)
	f := os.NewFile(socket, "kernel")
	if _, err := f.Stat(); err != nil {
		fmt.Fprintln(os.Stderr, "This program is a part of a Loupe kernel and is started by it: run a notebook instead.")
		os.Exit(2)
	}
	// An interrupt from a terminal goes to the kernel, which says what to do.
	signal.Ignore(os.Interrupt)
	process.conn = ipc.NewConn[ipc.Event, ipc.Request](f)
	process.input = make(chan ipc.Input, 1)
	for _, step := range []func() error{reserve, hookOutput, hookPanic, hookPreempt} {
		if err := step(); err != nil {
			fmt.Fprintln(os.Stderr, "loupe worker:", err)
			os.Exit(1)
		}
	}
	display.Connect(front{})
	if err := serveGonb(); err != nil {
		fmt.Fprintln(os.Stderr, "loupe worker: programs that import gonbui cannot show anything:", err)
	}
	send(ipc.Event{Ready: true})
	serve()
}

// serve answers requests; cells run in goroutines of their own, so that
// interrupts and input reach a running cell.
func serve() {
	for {
		req, err := process.conn.Receive()
		if err != nil {
			if err != io.EOF {
				fmt.Fprintln(os.Stderr, "loupe worker: the kernel's messages end:", err)
			}
			quit(0)
		}
		switch {
		case req.Run != nil:
			start(req.Run)
		case req.Interrupt != nil:
			interrupt(req.Interrupt.Cell)
		case req.Input != nil:
			select {
			case process.input <- *req.Input:
			default: // nobody waits for it any more
			}
		}
	}
}

func send(e ipc.Event) {
	e.Printed = printed.Load()
	if err := process.conn.Send(&e); err != nil {
		quit(0) // the kernel is gone
	}
}
