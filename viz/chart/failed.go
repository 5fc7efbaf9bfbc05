package chart

import (
	"fmt"
	"strings"
)

// Failed returns a figure that cannot be drawn, for the reason given: making a
// figure never fails, drawing one may. A reason that does not begin with the name of
// its package, as "viz: " or "explain: ", begins with viz.
func Failed(err error) *Figure {
	if before, _, ok := strings.Cut(err.Error(), ": "); !ok || before != "viz" && before != "explain" {
		err = fmt.Errorf("viz: %w", err)
	}
	return New(failed{err})
}

type failed struct{ err error }

func (failed) Width(*Options) float64                   { return 400 }
func (f failed) Layout(float64, *Options) (Body, error) { return Body{}, f.err }
func (f failed) Describe(*Options) string               { return f.err.Error() }
