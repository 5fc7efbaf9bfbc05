package soak

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// An Engine runs cells.
type Engine interface {
	// Execute runs a cell. If interrupt is not 0 the cell is interrupted so long
	// after it has printed something: before that, it may not have begun.
	Execute(code string, interrupt time.Duration) Outcome
	// Kill ends the process that the cells live in, from outside.
	Kill()
	// Usage is what the engine has at the moment.
	Usage() Usage
}

// An Outcome is what became of a cell.
type Outcome struct {
	Printed    string // standard output
	Result     string // of the last expression, as text
	Name, Text string // of the error; "" if there is none
	Took       time.Duration
}

// A Usage is what must not grow.
type Usage struct {
	Heap, Resident, Worker int64 // bytes
	Files, Goroutines      int   // open files and goroutines of the kernel
	Left                   int   // files on the disk
}

func (u Usage) String() string {
	return fmt.Sprintf("heap %d MB, kernel %d MB, worker %d MB, %d open files, %d goroutines, %d files on the disk",
		u.Heap>>20, u.Resident>>20, u.Worker>>20, u.Files, u.Goroutines, u.Left)
}

// A Report counts what a soak has done.
type Report struct {
	Cells, Notebooks, Interrupts, Panics, Mistakes, Crashes, Replays int
	Before, After                                                    Usage
	// Wrong are the first differences, each with the seed of its notebook.
	Wrong []string
}

// Options say how long and with which numbers.
type Options struct {
	For   time.Duration
	Seed  uint64
	Cells int // of a notebook
	Dir   string
	Log   func(format string, args ...any)
}

const (
	maxWrong = 5
	// slow is how long a cell may take beyond its interrupt.
	slow = 20 * time.Second
)

// Run drives an engine with notebooks until the time is over or too much is
// wrong. Each notebook begins after a crash, or %reset, with nothing declared.
func Run(ctx context.Context, e Engine, o Options) (Report, error) {
	s := &soaker{engine: e, o: o}
	e.Execute("1", 0) // the first cell of a machine waits until the worker is built
	warm := 2         // notebooks after which usage must not grow
	begin := time.Now()
	for n := uint64(0); time.Since(begin) < o.For || s.report.Notebooks <= warm; n++ {
		s.seed = o.Seed + n
		s.r = rand.New(rand.NewPCG(s.seed, 1))
		if err := s.notebook(ctx); err != nil {
			return s.report, fmt.Errorf("seed %d: %w", s.seed, err)
		}
		s.report.After = e.Usage()
		if s.report.Notebooks == warm {
			s.report.Before = s.report.After
		}
		if n%10 == 0 {
			o.Log("seed %d, %d cells after %v: %v", s.seed, s.report.Cells, time.Since(begin).Round(time.Second), s.report.After)
		}
		if len(s.report.Wrong) >= maxWrong {
			break
		}
	}
	return s.report, nil
}

type soaker struct {
	engine Engine
	o      Options
	r      *rand.Rand
	seed   uint64
	report Report
}

func (s *soaker) wrong(cell int, format string, args ...any) {
	if len(s.report.Wrong) < maxWrong {
		s.report.Wrong = append(s.report.Wrong, fmt.Sprintf("seed %d, cell %d: ", s.seed, cell)+fmt.Sprintf(format, args...))
	}
}

// notebook runs one notebook and ends its process.
func (s *soaker) notebook(ctx context.Context) error {
	replay := s.r.IntN(4) == 0
	nb := Write(s.r, s.o.Cells, !replay)
	expected, err := nb.expect(ctx, s.o.Dir)
	if err != nil {
		return err
	}
	s.report.Notebooks++
	for i, c := range nb.Cells {
		s.cell(i, c, expected[i])
	}
	s.crash()
	if replay {
		s.replay(nb, expected)
	}
	out := s.engine.Execute("%reset", 0)
	if out.Name != "" {
		s.wrong(len(nb.Cells), "%%reset ends with %s: %s", out.Name, out.Text)
	}
	return nil
}

// cell runs one cell and compares what it shows.
func (s *soaker) cell(i int, c Cell, want string) {
	interrupt := time.Duration(0)
	if c.Kind == Endless {
		interrupt = time.Duration(1+s.r.IntN(150)) * time.Millisecond
	}
	out := s.engine.Execute(c.Source, interrupt)
	s.report.Cells++
	got := out.Printed
	if c.Result {
		got += out.Result + "\n"
	}
	wantName := ""
	switch c.Kind {
	case Fails:
		wantName = "CompileError"
		s.report.Mistakes++
	case Panics:
		wantName = "panic"
		s.report.Panics++
	case Endless:
		wantName = "Interrupted"
		s.report.Interrupts++
	}
	if out.Name != wantName {
		s.wrong(i, "it ends with %q (%s), want %q\n%s", out.Name, out.Text, wantName, c.Source)
	}
	if got != want {
		s.wrong(i, "it shows\n%swant\n%s%s", got, want, c.Source)
	}
	if out.Took > slow {
		s.wrong(i, "it takes %v\n%s", out.Took, c.Source)
	}
}

// crash ends the process in one of the ways in which that happens.
func (s *soaker) crash() {
	s.report.Crashes++
	how := []string{
		"os.Exit(3)",
		"var crashMap = map[int]int{}\nfor range 8 {\n\tgo func() {\n\t\tfor {\n\t\t\tcrashMap[1]++\n\t\t}\n\t}()\n}\nselect {}",
		"func crash(n int) int { return crash(n+1) + n }\ncrash(0)",
		"log.Fatal(\"soaked\")",
		"kill",
	}
	at := s.r.IntN(len(how) * 4)
	if at >= len(how) {
		at = []int{0, 3, 4}[at%3] // a stack overflow takes a second: let it be rare
	}
	if how[at] == "kill" {
		s.engine.Kill()
		return
	}
	out := s.engine.Execute(how[at], 0)
	patience := slow
	if strings.Contains(how[at], "func crash") {
		patience *= 10 // Go copies and unwinds a gigabyte of stack, which takes seconds on an idle machine
	}
	if out.Name != "WorkerLost" || out.Took > patience {
		s.wrong(-1, "a crash ends with %q (%s) after %v\n%s", out.Name, out.Text, out.Took, how[at])
	}
}

// replay builds the state again, and looks at it.
func (s *soaker) replay(nb *Notebook, expected []string) {
	s.report.Replays++
	if out := s.engine.Execute("%replay", 0); out.Name != "" {
		s.wrong(len(nb.Cells), "%%replay ends with %q (%s)", out.Name, out.Text)
		return
	}
	last := len(nb.Cells) - 1
	s.cell(last, nb.Cells[last], expected[last])
}

// expect compiles the plain program, runs it, and returns what each cell must
// print.
func (nb *Notebook) expect(ctx context.Context, dir string) ([]string, error) {
	file, binary := filepath.Join(dir, "plain.go"), filepath.Join(dir, "plain")
	if err := os.WriteFile(file, []byte(nb.Program()), 0o600); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, file)
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the plain program does not compile: %w\n%s", err, firstLines(string(said), 20))
	}
	var out, errs bytes.Buffer
	run := exec.CommandContext(ctx, binary)
	run.Stdout, run.Stderr = &out, &errs
	if err := run.Run(); err != nil {
		return nil, fmt.Errorf("the plain program fails: %w\n%s", err, firstLines(errs.String(), 20))
	}
	return nb.split(out.String())
}

func firstLines(text string, n int) string {
	lines := strings.SplitN(text, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}
