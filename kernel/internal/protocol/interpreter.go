package protocol

import (
	"context"
	"log/slog"
)

// A Config is what a language is started with.
type Config struct {
	// Dir is the directory of the notebook: the working directory of cells.
	Dir string
	// Batch says that nobody watches: what a cell leaves in files of the session
	// is gone before somebody could look.
	Batch bool
	// Progress is told what takes time as the language starts. Without it the
	// first cell shows that.
	Progress func(step string)
	// Log reports what is wrong to whoever started the kernel, not to the user.
	Log *slog.Logger
}

// An Interpreter runs the language behind a kernel. The kernel knows nothing
// else of it: neither that it is Go nor that it has a worker process.
//
// Execute is never called twice at once. Every other method may be called
// while a cell runs and must then answer at once from the last committed
// state.
type Interpreter interface {
	// Execute runs one cell and returns when it has ended. What the cell
	// prints and shows goes to out, in order; out stays valid afterwards, for
	// goroutines that outlive the cell. Cancelling ctx interrupts the cell.
	Execute(ctx context.Context, cell Cell, out Output) Outcome

	// Complete, Inspect and IsComplete take the cursor as an index of runes
	// (Unicode code points) into code.
	Complete(code string, cursor int) Completion
	Inspect(code string, cursor, detail int) Inspection
	IsComplete(code string) Completeness

	// Close interrupts what runs, and ends the interpreter and all its
	// processes. It may be called while a cell runs.
	Close() error
}

// A Cell is what a front-end asks to run.
type Cell struct {
	Code string
	// Count is the execution count shown as In [Count]; a silent cell has 0.
	Count int
	// ID is the notebook's own name of the cell ("" if the front-end sent none).
	ID string
	// Silent cells neither show their result nor enter the history.
	Silent bool
	// AllowStdin says whether Output.Ask may reach a user.
	AllowStdin bool
}

// An Output receives what one cell produces, in order. It is safe for
// concurrent use.
type Output interface {
	// Stream appends text to "stdout" or "stderr".
	Stream(name, text string)
	// Display shows a bundle; with update it replaces the one with the same ID.
	Display(b Bundle, id string, update bool)
	// Result shows the value of the cell's last expression.
	Result(b Bundle)
	// Clear removes the cell's output; with wait, when new output arrives.
	Clear(wait bool)
	// Ask reads one line from the user. It returns an error when the front-end
	// allows no input or the cell is interrupted meanwhile.
	Ask(ctx context.Context, prompt string, password bool) (string, error)
}

// A Bundle is one value in several MIME types. Values of Data are strings
// (base64 for binary types) or JSON values.
type Bundle struct {
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
}

// An Outcome is how a cell ended. The zero Outcome is success.
type Outcome struct {
	// Err is nil when the cell succeeded.
	Err *Failure
	// Payload holds page or set_next_input payloads.
	Payload []map[string]any
}

// A Failure is a cell's error as the front-end shows it.
type Failure struct {
	Name      string   // e.g. "CompileError", "panic", "Interrupted"
	Value     string   // one line
	Traceback []string // lines, may hold ANSI colours
}

func (f *Failure) Error() string { return f.Name + ": " + f.Value }

// A Completion lists what could stand between two cursor positions.
type Completion struct {
	Matches    []Match
	Start, End int // rune indices the matches replace
}

// A Match is one completion; Type is one of the kinds that front-ends know
// ("function", "instance", "class", "module", "keyword", "property").
type Match struct {
	Text, Type, Signature string
}

// An Inspection is the documentation of what stands at the cursor.
type Inspection struct {
	Found bool
	Bundle
}

// Completeness says whether a console should run the code or wait for more.
type Completeness struct {
	Status string // "complete", "incomplete", "invalid" or "unknown"
	Indent string // for "incomplete"
}
