package display

import (
	"context"
	"fmt"
	"sync"
)

// A Front is whatever shows displays to a person: a notebook's kernel, or the
// terminal of a plain Go program. The kernel's worker connects one at start.
//
// A Front may also have the methods
//
//	Context() context.Context // cancelled when the running cell is interrupted
//	Fail(err error)           // the running cell is to fail with err
type Front interface {
	// Show shows a bundle under an id ("" for none). With update it replaces
	// what is shown under that id.
	Show(b Bundle, id string, update bool) error
	// Clear removes what the cell has shown; with wait, when something new comes.
	Clear(wait bool) error
	// Ask reads one line from the user.
	Ask(prompt string, password bool) (string, error)
}

// A Bundle is one value in several MIME types: strings (base64 for binary
// types) or JSON values, with metadata per type.
type Bundle struct {
	Data     map[string]any
	Metadata map[string]any
	// Err says why the value could not be drawn. Data then holds the same as
	// text, and a cell whose result this is fails.
	Err error
}

// front is where displays go. A plain program prints them to the terminal.
var front struct {
	sync.Mutex
	to Front
}

// Connect sets where displays go and returns what was set before; nil means
// the terminal.
func Connect(f Front) (before Front) {
	front.Lock()
	defer front.Unlock()
	before = front.to
	front.to = f
	return before
}

func connected() Front {
	front.Lock()
	defer front.Unlock()
	if front.to == nil {
		return terminal{}
	}
	return front.to
}

// Context returns a context that is cancelled when the cell is interrupted, for
// calls that take one. In a plain program it is context.Background.
func Context() context.Context {
	if f, ok := connected().(interface{ Context() context.Context }); ok {
		return f.Context()
	}
	return context.Background()
}

// fail makes the running cell fail with err, where there is a cell.
func fail(err error) {
	if f, ok := connected().(interface{ Fail(error) }); ok {
		f.Fail(err)
	}
}

// deliver sends a bundle to the front.
func deliver(b Bundle, id string, update bool) error {
	if err := connected().Show(b, id, update); err != nil {
		return fmt.Errorf("display: %w", err)
	}
	if b.Err != nil {
		fail(b.Err)
	}
	return b.Err
}
