// Loupe is a Go kernel for Jupyter, and runs notebooks without it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"

	"loupe/kernel"
)

const help = `Loupe runs Go in notebooks, and shows what is inside a model.

	loupe install    make the kernel known to Jupyter
	loupe run        execute a notebook without Jupyter
	loupe doctor     check this machine, and say how to mend what is wrong
	loupe uninstall  take the kernel away from Jupyter
	loupe version    say which version this is
	loupe kernel     serve a front-end (Jupyter calls this)

loupe COMMAND -h shows the flags of a command.
`

// A command does its work and returns an error for the user to read.
type command func(ctx context.Context, args []string, out terminal) error

// A terminal is where a command writes.
type terminal struct{ stdout, stderr io.Writer }

var commands = map[string]command{
	"kernel":    serve,
	"install":   installKernel,
	"uninstall": uninstallKernel,
	"run":       runNotebook,
	"doctor":    doctor,
	"version":   version,
}

func main() {
	os.Exit(dispatch(context.Background(), os.Args[1:], terminal{os.Stdout, os.Stderr}))
}

// Exit codes: what was asked for failed, or was asked for wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

func dispatch(ctx context.Context, args []string, out terminal) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(out.stdout, help)
		return 0
	}
	run, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(out.stderr, "loupe: there is no command %q\n\n%s", args[0], help)
		return exitUsage
	}
	err := run(ctx, args[1:], out)
	var usage usageError
	var cell *kernel.CellError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(out.stderr, "loupe %s: %v\n", args[0], err)
		return exitUsage
	case errors.As(err, &cell):
		printCellError(out.stderr, cell)
	case errors.Is(err, errUnwell): // the doctor has said it all
	default:
		fmt.Fprintf(out.stderr, "loupe %s: %v\n", args[0], err)
	}
	return exitFailed
}

// A usageError is a command line that says something impossible.
type usageError struct{ error }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// newFlags makes the flags of a command; usage is its line of help.
func newFlags(name, usage string, out terminal) *flag.FlagSet {
	flags := flag.NewFlagSet("loupe "+name, flag.ContinueOnError)
	flags.SetOutput(out.stderr)
	flags.Usage = func() {
		fmt.Fprintf(out.stderr, "usage: loupe %s %s\n", name, usage)
		flags.PrintDefaults()
	}
	return flags
}

// parse parses flags that may stand before, between and after the arguments.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err}
		}
		if flags.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func serve(ctx context.Context, args []string, out terminal) error {
	args, err := parse(newFlags("kernel", "CONNECTION_FILE", out), args)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return misused("need one connection file, got %d arguments; Jupyter calls this, you may want: loupe install", len(args))
	}
	return kernel.Serve(ctx, args[0], kernel.Options{})
}

func version(_ context.Context, _ []string, out terminal) error {
	fmt.Fprintf(out.stdout, "loupe %s (built with %s for %s/%s)\n", kernel.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// interruptible ends with the first interrupt signal.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt)
}
