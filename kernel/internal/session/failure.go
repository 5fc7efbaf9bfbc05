package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/ipc"
	"loupe/kernel/internal/protocol"
)

const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	dim   = "\x1b[90m"
	reset = "\x1b[0m"
)

// plainFailure shows an error that has no place in a cell.
func plainFailure(name string, err error) *protocol.Failure {
	value, _, _ := strings.Cut(err.Error(), "\n")
	f := &protocol.Failure{Name: name, Value: value, Traceback: []string{red + name + reset + ": " + err.Error()}}
	if mend := build.Advice(err); mend != "" {
		f.Traceback = append(f.Traceback, "→ "+mend)
	}
	return f
}

func interrupted(where string) *protocol.Failure {
	value := "the cell was interrupted"
	if where != "" {
		value += ": " + where
	}
	return &protocol.Failure{Name: "Interrupted", Value: value, Traceback: []string{red + "Interrupted" + reset + ": " + value}}
}

// planFailure shows the mistakes that the type checker found.
func (e *execution) planFailure(err error) *protocol.Failure {
	var list cell.Errors
	if !errors.As(err, &list) || len(list) == 0 {
		return plainFailure("CompileError", err)
	}
	first := list[0]
	f := &protocol.Failure{Name: "CompileError", Value: first.Msg}
	for i, one := range list {
		text := one.Render()
		if i == 0 {
			text = red + "CompileError" + reset + ": " + text
		}
		f.Traceback = append(f.Traceback, text)
	}
	return f
}

var compilerLine = regexp.MustCompile(`^(?:.*/)?cell (\d+):(\d+)(?::(\d+))?: (.*)$`)

// compileFailure shows what the compiler itself refuses, in the same form.
func (e *execution) compileFailure(err error) *protocol.Failure {
	var ce *build.CompileError
	if !errors.As(err, &ce) {
		return plainFailure("CompileError", err)
	}
	if build.Advice(err) != "" { // the machine's fault, not the cell's
		return plainFailure("CompileError", err)
	}
	f := &protocol.Failure{Name: "CompileError", Value: ce.Said}
	for i, line := range strings.Split(ce.Said, "\n") {
		if m := compilerLine.FindStringSubmatch(line); m != nil {
			number, _ := strconv.Atoi(m[1])
			at, _ := strconv.Atoi(m[2])
			line = fmt.Sprintf("cell %d, line %d: %s\n%s", number, at, m[4], e.s.excerpt(number, at))
			if i == 0 {
				f.Value = m[4]
			}
		}
		if i == 0 {
			line = red + "CompileError" + reset + ": " + line
		}
		f.Traceback = append(f.Traceback, line)
	}
	return f
}

// failure turns how a cell ended into what the user sees.
func (e *execution) failure(f *ipc.Failure) *protocol.Failure {
	if f == nil {
		return nil
	}
	if f.Kind == "interrupt" {
		out := interrupted(f.Value)
		out.Traceback = append(out.Traceback, e.s.frames(f.Frames)...)
		return out
	}
	return e.s.traceback(f)
}

// traceback shows a panic or an error with the cells and lines it came from.
func (s *Session) traceback(f *ipc.Failure) *protocol.Failure {
	value, _, _ := strings.Cut(f.Value, "\n")
	out := &protocol.Failure{Name: f.Kind, Value: value, Traceback: []string{red + f.Kind + reset + ": " + f.Value}}
	out.Traceback = append(out.Traceback, s.frames(f.Frames)...)
	return out
}

// maxFrames bounds a traceback; a deep recursion shows its ends.
const maxFrames = 24

// frames shows stack frames: those in cells with the lines around them.
func (s *Session) frames(frames []ipc.Frame) []string {
	frames = slices.DeleteFunc(slices.Clone(frames), func(f ipc.Frame) bool { return f.File == "" || strings.HasPrefix(f.File, "<") })
	var out []string
	for i := 0; i < len(frames); i++ {
		if len(frames) > maxFrames && i == maxFrames/2 {
			skipped := len(frames) - maxFrames
			out = append(out, fmt.Sprintf("%s… %d more …%s", dim, skipped, reset))
			i += skipped
		}
		same := 1
		for i+same < len(frames) && frames[i+same] == frames[i] {
			same++
		}
		line := s.frame(frames[i])
		if same > 2 {
			line += fmt.Sprintf("\n%s… and so on, %d times …%s", dim, same, reset)
			i += same - 1
		}
		out = append(out, line)
	}
	return out
}

var entryFunction = regexp.MustCompile(`^cell_\d+$`)

// sourceName is the name of a library's file as far as it is the same on all
// machines: in the standard library, in a module's folder, in Loupe.
func (s *Session) sourceName(file string) string {
	if rest, ok := strings.CutPrefix(file, s.worker().Toolchain.Root+"/src/"); ok {
		return rest
	}
	if _, rest, ok := strings.Cut(file, "/loupe.src/"); ok {
		return "loupe/" + rest
	}
	if _, rest, ok := strings.Cut(file, "/pkg/mod/"); ok {
		return rest
	}
	return file
}

func (s *Session) frame(f ipc.Frame) string {
	number, ok := cellNumber(f.File)
	if !ok {
		return fmt.Sprintf("%s%s%s in %s:%d", dim, f.Func, reset, s.sourceName(f.File), f.Line)
	}
	where := fmt.Sprintf("%scell %d, line %d%s", green, number, f.Line, reset)
	name := strings.TrimPrefix(f.Func, "notebook.")
	if base, _, _ := strings.Cut(name, "."); !entryFunction.MatchString(base) {
		where += ", in " + name
	}
	return where + "\n" + s.excerpt(number, f.Line)
}

// cellNumber reads "cell 3", which the compiler may put behind a folder.
func cellNumber(file string) (int, bool) {
	digits, ok := strings.CutPrefix(filepath.Base(file), "cell ")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// clip cuts a line that a machine has written.
func clip(line string) string {
	const longest = 400
	if len(line) <= longest {
		return line
	}
	return strings.ToValidUTF8(line[:longest], "") + "…"
}

// excerpt shows a line of a cell and its neighbours.
func (s *Session) excerpt(number, line int) string {
	s.mu.Lock()
	text, ok := s.sources[number]
	s.mu.Unlock()
	lines := strings.Split(text, "\n")
	if !ok || line < 1 || line > len(lines) {
		return ""
	}
	var b strings.Builder
	for n := max(1, line-1); n <= min(len(lines), line+1); n++ {
		mark, colour := "   ", dim
		if n == line {
			mark, colour = "-> ", ""
		}
		fmt.Fprintf(&b, "%s%s%4d | %s%s\n", colour, mark, n, clip(strings.TrimRight(lines[n-1], "\r")), reset)
	}
	return strings.TrimRight(b.String(), "\n")
}

// crashFailure explains a worker's end: what happened, in which cell and line,
// and what was lost.
func (e *execution) crashFailure(p *process, interrupted bool) *protocol.Failure {
	<-p.exited
	e.s.mu.Lock()
	e.s.ran = slices.DeleteFunc(e.s.ran, func(c ranCell) bool { return c.number == e.number })
	e.s.mu.Unlock()
	cause := crashCause(p, interrupted)
	name, value := "WorkerLost", cause
	f := &protocol.Failure{Name: name, Value: value, Traceback: []string{red + name + reset + ": " + cause}}
	if p.exit != nil {
		f.Traceback = append(f.Traceback, e.s.frames(p.exit.Frames)...)
	} else {
		f.Traceback = append(f.Traceback, e.s.frames(crashFrames(p.lastWords()))...)
	}
	f.Traceback = append(f.Traceback, e.s.forget())
	return f
}

// forget starts over with an empty notebook, and says what that costs.
func (s *Session) forget() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forgetAll()
}

// forgetAll is forget with s.mu held.
func (s *Session) forgetAll() string {
	var lost []string
	var rerun []string
	for _, c := range s.ran {
		if len(c.defines) > 0 {
			lost = append(lost, c.defines...)
			rerun = append(rerun, strconv.Itoa(c.number))
		}
	}
	s.notebook = s.emptyNotebook()
	s.lostCells, s.ran, s.lineage = s.ran, nil, lineage{}
	slices.Sort(lost)
	lost = slices.Compact(lost)
	if len(lost) == 0 {
		return "A new worker takes its place; nothing was lost."
	}
	from := "cell " + rerun[0] + ": run it"
	if len(rerun) > 1 {
		from = "cells " + strings.Join(rerun, ", ") + ": run those"
	}
	return fmt.Sprintf("A new worker takes its place. Lost: %s, from %s again, or %%replay.", strings.Join(lost, ", "), from)
}

var fatalLine = regexp.MustCompile(`(?m)^(?:fatal error: |panic: |runtime: goroutine stack exceeds|SIG[A-Z]+: )(.*)$`)

// crashCause says in words how a worker ended.
func crashCause(p *process, interrupted bool) string {
	said := p.lastWords()
	status, _ := p.state.Sys().(syscall.WaitStatus)
	switch {
	case p.outOfMemory.Load() > 0:
		return fmt.Sprintf("out of memory: the cell used %.1f GB, more than the limit of %.1f GB (%s sets another)", float64(p.outOfMemory.Load())/1e9, float64(memoryLimit())/1e9, memoryVariable)
	case p.exit != nil:
		return fmt.Sprintf("the cell ended the process with exit code %s", p.exit.Value)
	case interrupted && status.Signaled() && status.Signal() == syscall.SIGKILL:
		return "the cell could not be stopped within 5 s, so its process was ended"
	case strings.Contains(said, "stack exceeds"):
		return "stack overflow: the recursion went deeper than 1 GB of stack"
	case fatalLine.MatchString(said):
		return "fatal error: " + strings.TrimPrefix(fatalLine.FindString(said), "fatal error: ")
	case status.Signaled():
		return fmt.Sprintf("the process was ended by signal %d (%s)", int(status.Signal()), status.Signal())
	case status.Exited():
		return fmt.Sprintf("the process ended with exit code %d", status.ExitStatus())
	}
	return "the process has ended"
}

var crashFrame = regexp.MustCompile(`(?m)^(notebook\.[^\n]*)\((?:[^\n]*)\)\n\t([^\n]*cell \d+):(\d+)`)

// crashFrames finds cells in what the runtime prints when it gives up.
func crashFrames(said string) []ipc.Frame {
	var frames []ipc.Frame
	for _, m := range crashFrame.FindAllStringSubmatch(said, maxFrames) {
		line, _ := strconv.Atoi(m[3])
		frames = append(frames, ipc.Frame{Func: m[1], File: m[2], Line: line})
	}
	return frames
}
