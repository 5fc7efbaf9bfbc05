package display

// A Front is whatever shows displays to a person: a notebook's kernel, or the
// terminal of a plain Go program. The kernel's worker connects one at start.
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
}

// Connect sets where displays go and returns what was set before.
func Connect(f Front) (before Front) {
	front.Lock()
	defer front.Unlock()
	before = front.to
	front.to = f
	return before
}
