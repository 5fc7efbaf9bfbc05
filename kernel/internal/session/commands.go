package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"loupe/kernel/internal/protocol"
)

// A command is a line of a cell that is not Go: %name, or !shell.
type command struct {
	name, help string
	run        func(e *execution, ctx context.Context, args string) error
}

// commandList is a function because %help lists it.
func commandList() []command {
	return []command{
		{"%help", "list these commands", (*execution).help},
		{"%who", "list what the notebook has declared, with types", (*execution).who},
		{"%memory", "say how much memory the worker and the cells' code take", (*execution).memory},
		{"%rm", "names: forget variables, functions, types or constants", (*execution).remove},
		{"%reset", "forget everything and start a new worker", (*execution).reset},
		{"%stale", "list the cells whose inputs have changed since they ran", (*execution).stale},
		{"%reactive", "on or off: run stale cells again after each cell", (*execution).setReactive},
		{"%replay", "run the cells again that a crash has undone", (*execution).replay},
		{"%get", "path@version: add a module to the session", (*execution).get},
		{"%cgo", "packages: start over with a worker that contains packages with parts in C", (*execution).cgo},
		{"%env", "NAME=value: set an environment variable for cells; without argument, list them", (*execution).setenv},
		{"%cd", "folder: change the working directory of cells", (*execution).chdir},
	}
}

// commands runs the commands at the start of a cell and returns the Go that
// remains, with their lines left empty so that line numbers stay. done says
// that nothing remains.
func (e *execution) commands(ctx context.Context, code string) (rest string, f *protocol.Failure, done bool) {
	if script, ok := strings.CutPrefix(strings.TrimLeft(code, " \t\n"), "%%"); ok {
		return "", e.script(ctx, script), true
	}
	lines := strings.Split(code, "\n")
	found := false
	for i, line := range lines {
		text := strings.TrimSpace(line)
		if text == "" {
			continue
		}
		if text[0] != '%' && text[0] != '!' {
			break
		}
		found, e.spoke = true, true
		if e.again && !rebuilds(text) {
			lines[i] = ""
			continue
		}
		if err := e.command(ctx, text); err != nil {
			var failed *protocol.Failure
			if errors.As(err, &failed) {
				return "", failed, true
			}
			return "", plainFailure("CommandError", err), true
		}
		lines[i] = ""
	}
	rest = strings.Join(lines, "\n")
	return rest, nil, found && strings.TrimSpace(rest) == ""
}

// rebuilds tells whether a command is a part of what builds a session's state,
// and so to be run again with a cell that does.
func rebuilds(line string) bool {
	name, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"%get", "%cd", "%env", "%rm"}, name)
}

// command runs one line.
func (e *execution) command(ctx context.Context, line string) error {
	if shell, ok := strings.CutPrefix(line, "!"); ok {
		return e.shell(ctx, "sh", "-c", shell)
	}
	name, args, _ := strings.Cut(line, " ")
	for _, c := range commandList() {
		if c.name == name {
			return c.run(e, ctx, strings.TrimSpace(args))
		}
	}
	return fmt.Errorf("there is no command %s; %%help lists them all", clip(name))
}

// script runs a cell that starts with %%: bash, sh, or writefile NAME.
func (e *execution) script(ctx context.Context, text string) *protocol.Failure {
	head, body, _ := strings.Cut(text, "\n")
	name, arg, _ := strings.Cut(strings.TrimSpace(head), " ")
	var err error
	switch name {
	case "bash", "sh":
		err = e.shell(ctx, name, "-c", body)
	case "writefile":
		if arg = strings.TrimSpace(arg); arg == "" {
			err = errors.New("%%writefile wants the name of a file")
			break
		}
		if !filepath.IsAbs(arg) {
			arg = filepath.Join(e.s.dir, arg)
		}
		err = os.WriteFile(arg, []byte(body), 0o644)
	default:
		err = fmt.Errorf("there is no %%%%%s; there are %%%%bash, %%%%sh and %%%%writefile", clip(name))
	}
	if err != nil {
		return plainFailure("CommandError", err)
	}
	return nil
}

// shell runs a program with its output shown as the cell's.
func (e *execution) shell(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = e.s.dir
	cmd.Env = append(os.Environ(), e.s.env...)
	cmd.Stdout, cmd.Stderr = stream{e.out, "stdout"}, stream{e.out, "stderr"}
	apart(cmd)
	cmd.WaitDelay = lastOutput // for what goes on in the background and holds the output
	err := cmd.Start()
	if err == nil {
		e.s.janitor.watch(cmd.Process.Pid)
		err = cmd.Wait()
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	if ctx.Err() != nil {
		return interrupted("")
	}
	return err
}

// A stream writes to one of a cell's streams.
type stream struct {
	out  protocol.Output
	name string
}

func (s stream) Write(p []byte) (int, error) {
	s.out.Stream(s.name, string(p))
	return len(p), nil
}

func (e *execution) help(context.Context, string) error {
	var b strings.Builder
	for _, c := range commandList() {
		fmt.Fprintf(&b, "%-9s  %s\n", c.name, c.help)
	}
	b.WriteString("!cmd       run a shell command\n%%bash, %%sh   run the rest of the cell as a script\n%%writefile NAME   write the rest of the cell to a file\n")
	e.out.Stream("stdout", b.String())
	return nil
}

func (e *execution) who(context.Context, string) error {
	e.s.mu.Lock()
	nb := e.s.notebook
	e.s.mu.Unlock()
	e.out.Stream("stdout", describe(nb))
	return nil
}

// reset ends the worker; the next cell gets a new one and an empty notebook.
func (e *execution) reset(context.Context, string) error {
	e.s.end()
	e.s.forget()
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	e.s.lostCells = nil
	return e.s.startWorker()
}

// replay runs the cells again that were lost with the last worker.
func (e *execution) replay(ctx context.Context, _ string) error {
	e.s.mu.Lock()
	lost := e.s.lostCells
	e.s.lostCells = nil
	e.s.mu.Unlock()
	if len(lost) == 0 {
		return errors.New("no cells were lost since the last %replay")
	}
	for _, c := range lost {
		if c.failure == "Interrupted" && len(c.defines) == 0 {
			e.out.Stream("stderr", fmt.Sprintf("Cell %d was interrupted when it ran, and is left out.\n", c.number))
			continue
		}
		again := &execution{s: e.s, id: e.id, number: c.number, out: e.out, again: true, cell: protocol.Cell{Code: c.code, Count: c.number, AllowStdin: e.cell.AllowStdin}}
		// A cell that failed before does so again, after what it has changed.
		if f := again.run(ctx); f != nil && (f.Name != c.failure || ctx.Err() != nil) {
			return f
		}
	}
	return nil
}

func (e *execution) setenv(_ context.Context, args string) error {
	if args == "" {
		list := append(os.Environ(), e.s.env...)
		slices.Sort(list)
		e.out.Stream("stdout", strings.Join(list, "\n")+"\n")
		return nil
	}
	name, value, ok := strings.Cut(args, "=")
	if !ok {
		if name, value, ok = strings.Cut(args, " "); !ok {
			return fmt.Errorf("%%env wants NAME=value, not %q", args)
		}
	}
	e.s.env = append(e.s.env, strings.TrimSpace(name)+"="+strings.TrimSpace(value))
	return e.runHidden(fmt.Sprintf("os.Setenv(%q, %q)", strings.TrimSpace(name), strings.TrimSpace(value)))
}

func (e *execution) chdir(_ context.Context, args string) error {
	dir := args
	if dir == "" {
		dir = e.s.config.Dir
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.s.dir, dir)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	e.s.dir = dir
	e.out.Stream("stdout", dir+"\n")
	return e.runHidden(fmt.Sprintf("if err := os.Chdir(%q); err != nil { panic(err) }", dir))
}

// runHidden runs Go in the worker that is not a part of the notebook.
func (e *execution) runHidden(code string) error {
	hidden := &execution{s: e.s, id: e.id, number: e.number, out: e.out, cell: protocol.Cell{Code: code, Silent: true}}
	e.s.mu.Lock()
	before := e.s.notebook
	e.s.mu.Unlock()
	if f := hidden.runGo(context.Background(), code); f != nil {
		return f
	}
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	e.s.notebook = before
	return nil
}
