package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"loupe/kernel/internal/protocol"
)

// fake is a language for tests: each line is a command and its argument.
type fake struct {
	mu    sync.Mutex
	front protocol.CommFront
	heard []string
}

func newFake(protocol.Config) (protocol.Interpreter, error) { return &fake{}, nil }

func (f *fake) Execute(ctx context.Context, c protocol.Cell, out protocol.Output) protocol.Outcome {
	for n, line := range strings.Split(c.Code, "\n") {
		command, arg, _ := strings.Cut(line, " ")
		if failure := f.command(ctx, command, arg, c, out); failure != nil {
			failure.Traceback = []string{
				fmt.Sprintf("\x1b[31m%s\x1b[0m: %s", failure.Name, failure.Value),
				fmt.Sprintf("cell %d, line %d", c.Count, n+1), "    " + line, "    \x1b[31m^\x1b[0m",
			}
			return protocol.Outcome{Err: failure}
		}
	}
	return protocol.Outcome{}
}

func (f *fake) command(ctx context.Context, command, arg string, c protocol.Cell, out protocol.Output) *protocol.Failure {
	text := func(s string) protocol.Bundle { return protocol.Bundle{Data: map[string]any{"text/plain": s}} }
	switch command {
	case "", "//", "lr", "name":
	case "print":
		out.Stream("stdout", arg+"\n")
	case "eprint":
		out.Stream("stderr", arg+"\n")
	case "raw":
		s, _ := strconv.Unquote(arg)
		out.Stream("stdout", s)
	case "flood":
		n, _ := strconv.Atoi(arg)
		for i := range n {
			out.Stream("stdout", fmt.Sprintln("line", i))
		}
	case "show":
		out.Display(text(arg), "", false)
	case "show-as", "update":
		id, s, _ := strings.Cut(arg, " ")
		out.Display(text(s), id, command == "update")
	case "html":
		out.Display(protocol.Bundle{Data: map[string]any{"text/html": arg, "text/plain": "html"}}, "", false)
	case "clear":
		out.Clear(arg == "wait")
	case "value":
		out.Result(text(arg))
	case "ask", "password":
		answer, err := out.Ask(ctx, arg, command == "password")
		if err != nil {
			return &protocol.Failure{Name: "EOF", Value: err.Error()}
		}
		out.Stream("stdout", "got "+answer+"\n")
	case "sleep":
		d, _ := time.ParseDuration(arg)
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return &protocol.Failure{Name: "Interrupted", Value: "after a while"}
		}
	case "later":
		go func() {
			time.Sleep(30 * time.Millisecond)
			out.Stream("stdout", arg+"\n")
		}()
	case "comm":
		f.front.OpenComm(protocol.Comm{ID: "c1", Target: arg, Buffers: [][]byte{{1, 2}}})
	case "panic":
		panic(arg)
	default:
		return &protocol.Failure{Name: "CompileError", Value: "no command " + command}
	}
	return nil
}

func (f *fake) Complete(code string, cursor int) protocol.Completion {
	before := []rune(code)[:cursor]
	start := cursor
	for start > 0 && before[start-1] != ' ' {
		start--
	}
	c := protocol.Completion{Start: start, End: cursor}
	for _, word := range []string{"print", "panic", "password"} {
		if strings.HasPrefix(word, string(before[start:])) {
			c.Matches = append(c.Matches, protocol.Match{Text: word, Type: "function", Signature: "(text)"})
		}
	}
	return c
}

func (f *fake) Inspect(code string, cursor, detail int) protocol.Inspection {
	if !strings.HasPrefix(code, "print") {
		return protocol.Inspection{}
	}
	return protocol.Inspection{Found: true, Bundle: protocol.Bundle{Data: map[string]any{"text/plain": fmt.Sprint("print at ", cursor, " detail ", detail)}}}
}

func (f *fake) IsComplete(code string) protocol.Completeness {
	switch {
	case strings.HasSuffix(code, "("):
		return protocol.Completeness{Status: "incomplete", Indent: "\t"}
	case strings.HasSuffix(code, "]"):
		return protocol.Completeness{Status: "invalid"}
	}
	return protocol.Completeness{Status: "complete"}
}

func (f *fake) Close() error { return nil }

func (f *fake) Evaluate(_ context.Context, code string) (protocol.Bundle, *protocol.Failure) {
	if code == "bad" {
		return protocol.Bundle{}, &protocol.Failure{Name: "CompileError", Value: "bad"}
	}
	return protocol.Bundle{Data: map[string]any{"text/plain": "<" + code + ">"}}, nil
}

func (f *fake) ConnectComms(front protocol.CommFront) { f.front = front }

func (f *fake) OpenComm(c protocol.Comm) bool { return c.Target == "known" }

func (f *fake) CommMessage(c protocol.Comm) {
	f.front.SendComm(protocol.Comm{ID: c.ID, Data: json.RawMessage(`{"echo":` + string(c.Data) + `}`), Buffers: c.Buffers})
}

func (f *fake) CommClosed(c protocol.Comm) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, "closed "+c.ID)
}

func noLanguage(protocol.Config) (protocol.Interpreter, error) {
	return nil, errors.New("no toolchain found")
}
