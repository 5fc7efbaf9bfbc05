package chart

import (
	"fmt"
	"strings"
)

// Failed returns a figure that cannot be drawn, for the reason given: making a
// figure never fails, drawing one may.
func Failed(err error) *Figure {
	if !strings.HasPrefix(err.Error(), "viz: ") {
		err = fmt.Errorf("viz: %w", err)
	}
	return New(failed{err})
}

type failed struct{ err error }

func (failed) Width(*Options) float64                   { return 400 }
func (f failed) Layout(float64, *Options) (Body, error) { return Body{}, f.err }
func (f failed) Describe(*Options) string               { return f.err.Error() }
