package kernel

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

// Options say how a kernel runs. The zero value is what Jupyter gets.
type Options struct {
	// Dir is the working directory of cells; the default is the current one.
	Dir string
	// Log gets what users need not see; the default writes to standard error,
	// warnings and worse only.
	Log *slog.Logger
	// HistoryFile keeps the history; the default is in the user's cache
	// directory, "-" keeps none.
	HistoryFile string
}

func (o Options) logger() *slog.Logger {
	if o.Log != nil {
		return o.Log
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func (o Options) config() protocol.Config {
	dir := o.Dir
	if dir == "" {
		dir, _ = os.Getwd()
	}
	return protocol.Config{Dir: dir, Log: o.logger()}
}

func (o Options) historyFile() string {
	switch {
	case o.HistoryFile == "-":
		return ""
	case o.HistoryFile != "":
		return o.HistoryFile
	}
	if cache := os.Getenv("LOUPE_CACHE"); cache != "" {
		return filepath.Join(cache, "history.jsonl")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "loupe", "history.jsonl")
}

// Serve serves the front-ends of a connection file until one asks for a
// shutdown, ctx ends, or the process that started the kernel is gone. An
// interrupt signal interrupts the running cell.
func Serve(ctx context.Context, connectionFile string, opts Options) error {
	connection, err := wire.ReadConnection(connectionFile)
	if err != nil {
		return err
	}
	codec, err := wire.NewCodec(connection.Key, connection.SignatureScheme)
	if err != nil {
		return err
	}
	transport, err := wire.Listen(connection, opts.logger())
	if err != nil {
		return err
	}
	k := newKernel(transport, codec, opts, newInterpreter)
	k.ports = transport.Connection()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go k.watchSignals(ctx)
	go k.watchParent(ctx)
	return k.run(ctx)
}

func (k *kernel) watchSignals(ctx context.Context) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGTERM {
				k.shutdown()
				return
			}
			k.cell.interrupt()
		case <-ctx.Done():
			return
		}
	}
}

// watchParent ends the kernel when the process that started it has died, so
// that no kernel is left behind. Jupyter names that process in JPY_PARENT_PID.
func (k *kernel) watchParent(ctx context.Context) {
	parent, err := strconv.Atoi(os.Getenv("JPY_PARENT_PID"))
	if err != nil || parent <= 1 || os.Getppid() != parent {
		return
	}
	for tick := time.Tick(time.Second); ; {
		select {
		case <-tick:
			if os.Getppid() != parent {
				k.log.Warn("the process that started the kernel is gone: shutting down")
				k.shutdown()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
