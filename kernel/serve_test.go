package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"loupe/kernel/internal/wire"
)

// sockets is a front-end over real ZeroMQ sockets.
type sockets struct {
	t      *testing.T
	kernel *kernel
	conn   wire.Connection
	codec  *wire.Codec
	iopub  zmq4.Socket
}

func serveSockets(t *testing.T, language constructor) *sockets {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	z, err := wire.Listen(wire.Connection{Transport: "tcp", IP: "127.0.0.1"}, log)
	if err != nil {
		t.Fatal(err)
	}
	codec, _ := wire.NewCodec("key", "hmac-sha256")
	k := newKernel(z, codec, Options{HistoryFile: "-", Log: log}, language)
	k.ports = z.Connection()
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.run(t.Context())
	}()
	t.Cleanup(func() {
		k.shutdown()
		<-done
	})
	s := &sockets{t: t, kernel: k, conn: z.Connection(), codec: codec}
	s.iopub = s.dial(zmq4.NewSub(context.Background()), s.conn.IOPubPort)
	s.iopub.SetOption(zmq4.OptionSubscribe, "")
	s.until(s.iopub, "iopub_welcome", "")
	return s
}

func (s *sockets) dial(socket zmq4.Socket, port int) zmq4.Socket {
	s.t.Helper()
	if err := socket.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", port)); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { socket.Close() })
	return socket
}

func (s *sockets) dealer(port int, id string) zmq4.Socket {
	return s.dial(zmq4.NewDealer(context.Background(), zmq4.WithID(zmq4.SocketIdentity(id))), port)
}

func (s *sockets) send(to zmq4.Socket, msgType, content string) string {
	m := &wire.Message{Header: s.codec.NewHeader(msgType), Content: json.RawMessage(content)}
	frames, _ := s.codec.Encode(m)
	if err := to.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		s.t.Fatal(err)
	}
	return m.Header.ID
}

// until reads up to a message of this type whose content contains a text.
func (s *sockets) until(from zmq4.Socket, msgType, content string) *wire.Message {
	s.t.Helper()
	found := make(chan *wire.Message, 1)
	go func() {
		for {
			raw, err := from.Recv()
			if err != nil {
				return
			}
			m, err := s.codec.Decode(raw.Frames)
			if err == nil && m.Header.Type == msgType && strings.Contains(string(m.Content), content) {
				found <- m
				return
			}
		}
	}()
	select {
	case m := <-found:
		return m
	case <-time.After(5 * time.Second):
		s.t.Fatalf("no %s with %q within 5 s", msgType, content)
		return nil
	}
}

func TestServeOverZeroMQ(t *testing.T) {
	s := serveSockets(t, newFake)
	shell, control := s.dealer(s.conn.ShellPort, "me"), s.dealer(s.conn.ControlPort, "me")
	s.send(shell, "execute_request", `{"code":"print hello"}`)
	s.until(s.iopub, "stream", "hello")
	s.until(shell, "execute_reply", `"ok"`)

	// A signature that is wrong does not end the kernel.
	shell.SendMulti(zmq4.NewMsgFrom([]byte("<IDS|MSG>"), []byte("bad"), []byte("{}"), []byte("{}"), []byte("{}"), []byte("{}")))
	shell.Send(zmq4.NewMsgString("noise"))

	// While a cell runs, control answers, and a front-end that comes back with
	// the same identity gets the reply of the cell it has started.
	id := s.send(shell, "execute_request", `{"code":"sleep 1m"}`)
	s.until(s.iopub, "execute_input", "sleep")
	s.send(control, "kernel_info_request", "{}")
	s.until(control, "kernel_info_reply", `"5.4"`)
	again := s.dealer(s.conn.ShellPort, "me")
	s.send(again, "kernel_info_request", "{}")
	s.until(again, "kernel_info_reply", "")
	s.send(control, "interrupt_request", "{}")
	if m := s.until(again, "execute_reply", "Interrupted"); parent(m) != id {
		t.Errorf("the reply belongs to %s", parent(m))
	}

	stdin := s.dealer(s.conn.StdinPort, "me")
	s.send(again, "execute_request", `{"code":"ask Name?","allow_stdin":true}`)
	s.until(stdin, "input_request", "Name?")
	s.send(stdin, "input_reply", `{"value":"Ada"}`)
	s.until(s.iopub, "stream", "got Ada")

	s.send(control, "shutdown_request", `{"restart":false}`)
	s.until(control, "shutdown_reply", "ok")
	s.until(s.iopub, "shutdown_reply", "ok")
}

func TestServeRefuses(t *testing.T) {
	dir := t.TempDir()
	for content, want := range map[string]string{
		"":                                    "connection file",
		"{":                                   "connection file",
		`{"transport":"pgm"}`:                 `"pgm"`,
		`{"key":"k","signature_scheme":"md"}`: `"md"`,
		`{"ip":"203.0.113.1","shell_port":1}`: "shell channel",
	} {
		path := filepath.Join(dir, "connection.json")
		os.Remove(path)
		if content != "" {
			os.WriteFile(path, []byte(content), 0o600)
		}
		if err := Serve(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", content, err)
		}
	}
}
