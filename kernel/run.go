package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"loupe/kernel/internal/notebook"
	"loupe/kernel/internal/protocol"
)

// A Run says how to execute a notebook without a front-end.
type Run struct {
	In string // the notebook
	// Out and HTML are the executed notebook and the page to write, "" for none.
	Out, HTML string
	// AllowErrors goes on after a cell that fails.
	AllowErrors bool
	// Timeout is how long one cell may run; 0 means as long as it likes.
	Timeout    time.Duration
	Parameters []Parameter
	// Progress gets a line per cell, and Print what cells print; both may be nil.
	Progress, Print io.Writer
	Options
}

// A CellError is the failure of a cell, as a front-end would show it.
type CellError struct {
	Cell      int // the number of the code cell, as in In [3]
	Name      string
	Value     string
	Traceback []string // with ANSI colours
}

func (e *CellError) Error() string {
	return fmt.Sprintf("cell %d failed: %s: %s", e.Cell, e.Name, e.Value)
}

// RunNotebook executes the cells of a notebook one after the other and writes
// what came out, also when a cell fails: then it returns a *[CellError].
func RunNotebook(ctx context.Context, r Run) error {
	return r.run(ctx, newInterpreter)
}

// closeGrace is how long a cell may take to end after its interrupt.
const closeGrace = 7 * time.Second

func (r Run) run(ctx context.Context, start constructor) error {
	n, err := notebook.Read(r.In)
	if err != nil {
		return err
	}
	if lang := n.Language(); lang != "" && lang != "go" {
		return fmt.Errorf("%s is a notebook in %s; loupe runs Go", r.In, lang)
	}
	if r.Dir == "" {
		if r.Dir, err = filepath.Abs(filepath.Dir(r.In)); err != nil {
			return fmt.Errorf("cannot tell the notebook's directory: %w", err)
		}
	}
	setParameters(n, r.Parameters)
	describe(n)
	config := r.config()
	config.Batch = true
	config.Progress = func(step string) { r.progress("worker: %s", step) }
	lang, err := start(config)
	if err != nil {
		return fmt.Errorf("cannot start Go: %w", err)
	}
	if s, ok := lang.(protocol.Starter); ok {
		if err := s.Started(ctx); err != nil {
			return errors.Join(advised(err), lang.Close())
		}
	}
	recorder := notebook.NewRecorder()
	failure := r.cells(ctx, n, lang, recorder)
	err = lang.Close()
	recorder.Finish(n)
	if failure != nil {
		err = failure
	}
	return errors.Join(err, r.write(n))
}

func (r Run) write(n *notebook.Notebook) error {
	if r.Out != "" {
		if err := n.Write(r.Out); err != nil {
			return err
		}
	}
	if r.HTML == "" {
		return nil
	}
	return n.WriteHTML(r.HTML, strings.TrimSuffix(filepath.Base(r.In), ".ipynb"))
}

// cells runs all cells; it returns the first failure that may not be.
func (r Run) cells(ctx context.Context, n *notebook.Notebook, lang protocol.Interpreter, recorder *notebook.Recorder) error {
	count, total := 0, 0
	for _, c := range n.Cells {
		if c.Type == "code" {
			total++
		}
	}
	for _, c := range n.Cells {
		if c.Type != "code" || strings.TrimSpace(c.Source) == "" || c.HasTag("skip-execution") {
			if c.Type == "code" {
				total--
				c.Outputs, c.Count = nil, 0
			}
			continue
		}
		count++
		r.progress("cell %d of %d: %s", count, total, firstLine(c.Source))
		track := recorder.Track(c, count)
		outcome := r.cell(ctx, lang, c, count, track)
		if outcome.Err == nil {
			continue
		}
		content := errorContent(outcome.Err)
		track.Error(content.Name, content.Value, content.Traceback)
		failure := &CellError{Cell: count, Name: content.Name, Value: content.Value, Traceback: content.Traceback}
		if ctx.Err() != nil || outcome.abandoned || !r.AllowErrors && !c.HasTag("raises-exception") {
			return failure
		}
		r.progress("%v", failure)
	}
	return nil
}

func (r Run) progress(format string, args ...any) {
	if r.Progress != nil {
		fmt.Fprintf(r.Progress, format+"\n", args...)
	}
}

func firstLine(source string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(source), "\n")
	if short := []rune(line); len(short) > 60 {
		return string(short[:59]) + "…"
	}
	return line
}

// An ended cell may have been abandoned: it went on after its interrupt.
type ended struct {
	protocol.Outcome
	abandoned bool
}

// cell runs one cell within its time.
func (r Run) cell(ctx context.Context, lang protocol.Interpreter, c *notebook.Cell, count int, track *notebook.Track) ended {
	limited, cancel := context.WithCancel(ctx)
	if r.Timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, r.Timeout)
	}
	defer cancel()
	done := make(chan protocol.Outcome, 1)
	go func() {
		out := &recording{track: track, print: r.Print}
		done <- lang.Execute(limited, protocol.Cell{Code: c.Source, Count: count, ID: c.ID()}, out)
	}()
	select {
	case outcome := <-done:
		return r.timed(limited, outcome, false)
	case <-limited.Done():
	}
	select {
	case outcome := <-done:
		return r.timed(limited, outcome, false)
	case <-time.After(closeGrace):
		return r.timed(limited, failed("Interrupted", "the cell goes on after its interrupt"), true)
	}
}

// timed says of a cell that was interrupted because of its time that it was.
func (r Run) timed(ctx context.Context, outcome protocol.Outcome, abandoned bool) ended {
	if outcome.Err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		late := failed("Timeout", fmt.Sprintf("the cell ran longer than %v and was interrupted; give it more with --timeout", r.Timeout))
		late.Err.Traceback = append(late.Err.Traceback, outcome.Err.Traceback...)
		outcome = late
	}
	return ended{outcome, abandoned}
}

// setParameters puts a cell that sets the parameters behind the one tagged
// "parameters", as papermill does, else at the top. One of a former run is
// replaced.
func setParameters(n *notebook.Notebook, params []Parameter) {
	if len(params) == 0 {
		return
	}
	const tag = "injected-parameters"
	n.Cells = slices.DeleteFunc(n.Cells, func(c *notebook.Cell) bool { return c.HasTag(tag) })
	after := slices.IndexFunc(n.Cells, func(c *notebook.Cell) bool { return c.HasTag("parameters") })
	cell := notebook.NewCode(tag, tag, assignments(params, after >= 0))
	n.Cells = slices.Insert(n.Cells, after+1, cell)
}

// describe says in the metadata what the notebook is written in, if nobody has
// said it yet. It leaves out versions, which would differ between machines.
func describe(n *notebook.Notebook) {
	meta := n.Metadata()
	if _, ok := meta["kernelspec"]; !ok {
		meta["kernelspec"] = map[string]any{"display_name": "Go (Loupe)", "language": "go", "name": "loupe"}
	}
	if _, ok := meta["language_info"]; !ok {
		info := describeGo().Info
		meta["language_info"] = map[string]any{
			"name": info.Name, "mimetype": info.Mimetype, "file_extension": info.FileExtension,
			"codemirror_mode": info.CodeMirrorMode, "pygments_lexer": info.PygmentsLexer,
		}
	}
}

// A recording is the output of a cell that goes into a notebook.
type recording struct {
	track *notebook.Track
	print io.Writer
}

func (o *recording) Stream(name, text string) {
	o.track.Stream(name, text)
	if o.print != nil {
		io.WriteString(o.print, text)
	}
}

func (o *recording) Display(b protocol.Bundle, id string, update bool) {
	if update {
		o.track.Update(b.Data, b.Metadata, id)
		return
	}
	o.track.Display(b.Data, b.Metadata, id)
}

func (o *recording) Result(b protocol.Bundle) {
	o.track.Result(b.Data, b.Metadata)
	if text, ok := b.Data["text/plain"].(string); ok && o.print != nil {
		fmt.Fprintln(o.print, text)
	}
}

func (o *recording) Clear(wait bool) { o.track.Clear(wait) }

func (o *recording) Ask(context.Context, string, bool) (string, error) {
	return "", errors.New("a notebook run without a front-end has nobody to ask; give the value with -p name=value")
}
