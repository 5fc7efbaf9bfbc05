package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"loupe/kernel"
)

func runNotebook(ctx context.Context, args []string, out terminal) error {
	r := kernel.Run{Progress: out.stderr}
	flags := newFlags("run", "IN.ipynb [-o OUT.ipynb] [--html OUT.html] [-p name=value] [--allow-errors] [--timeout D]", out)
	flags.StringVar(&r.Out, "o", "", "write the executed notebook to `OUT.ipynb`")
	flags.StringVar(&r.HTML, "html", "", "write a page that needs no other file to `OUT.html`")
	flags.BoolVar(&r.AllowErrors, "allow-errors", false, "go on after a cell that fails")
	flags.DurationVar(&r.Timeout, "timeout", 0, "interrupt a cell after `D`, such as 90s or 10m")
	flags.Func("p", "set a variable: `name=value`; may be repeated", func(s string) error {
		p, err := kernel.ParseParameter(s)
		r.Parameters = append(r.Parameters, p)
		return err
	})
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return misused("need one notebook, got %d: loupe run IN.ipynb", len(rest))
	}
	if r.Timeout < 0 {
		return misused("--timeout %v is negative", r.Timeout)
	}
	r.In = rest[0]
	if r.Out == "" && r.HTML == "" {
		r.Print = out.stdout // nothing else would show what the cells say
	}
	ctx, cancel := interruptible(ctx)
	defer cancel()
	return kernel.RunNotebook(ctx, r)
}

// printCellError shows the traceback of a cell, without colours unless w is a
// terminal.
func printCellError(w io.Writer, e *kernel.CellError) {
	text := strings.Join(e.Traceback, "\n")
	if !isTerminal(w) {
		text = withoutColors(text)
	}
	fmt.Fprintf(w, "cell %d failed: %s\n%s\n", e.Cell, e.Name, text)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// withoutColors leaves out the control sequences of a terminal.
func withoutColors(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			return b.String()
		}
		text = rest[end+1:]
	}
}
