package nn

import "fmt"

// An Error is what calls of this package panic with if they are mistaken.
type Error struct {
	Layer string // the name of the layer, if it is about one
	Text  string
}

func (e *Error) Error() string {
	if e.Layer != "" {
		return "nn: layer " + e.Layer + ": " + e.Text
	}
	return "nn: " + e.Text
}

// fail panics with an Error.
func fail(format string, args ...any) {
	panic(&Error{Text: fmt.Sprintf(format, args...)})
}
