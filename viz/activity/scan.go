package activity

import (
	"errors"
	"fmt"
	"image"
	"slices"

	"loupe/display"
	"loupe/viz/model"
)

// A look is a model with data to run through it.
type look struct {
	m *model.Model
	s *model.Samples
}

func newLook(v, data any) (*look, error) {
	m, err := model.Of(v)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	s, err := model.SamplesOf(data)
	if err != nil {
		return nil, err
	}
	if s.N == 0 {
		return nil, errors.New("the data have no samples")
	}
	if shape := imageShape(m, s.Shape); s.Image == nil && shape != nil {
		seen := *s
		seen.Image = func(i int) image.Image { return picture(shape, s.X(i)) }
		s = &seen
	}
	return &look{m, s}, nil
}

// layer finds the layer to look at: the one named, or the last one with weights
// before the output.
func (l *look) layer(name string) (string, error) {
	if name == "" {
		return hidden(l.m)
	}
	_, err := l.m.Node(name)
	return name, err
}

// scan runs the samples through the model in batches, so that memory has a bound,
// and tells what nodes compute: from is the number of the first sample of a batch.
// It stops when the running cell is interrupted.
func (l *look) scan(nodes []string, see func(from int, node string, a model.Array) error) error {
	size := l.s.BatchSize()
	for from := 0; from < l.s.N; from += size {
		if err := display.Context().Err(); err != nil {
			return fmt.Errorf("interrupted after %d of %d samples: %w", from, l.s.N, err)
		}
		in, err := l.m.Samples(l.s.Batch(from, min(from+size, l.s.N)))
		if err != nil {
			return err
		}
		var bad error
		_, err = l.m.Runner.Run([]model.Array{in}, model.Watch{Nodes: nodes, Value: func(node string, a model.Array) {
			if bad == nil {
				bad = shaped(node, a, in.Shape[0])
			}
			if bad == nil {
				bad = see(from, node, a)
			}
		}})
		if err = errors.Join(bad, err); err != nil {
			return err
		}
	}
	return nil
}

// shaped finds outputs that are no numbers of units for each sample.
func shaped(node string, a model.Array, samples int) error {
	if len(a.Shape) < 2 || a.Shape[0] != samples || slices.Contains(a.Shape, 0) {
		return fmt.Errorf("layer %s computes %v for %d samples: a first axis for them and a last one for units are needed", node, a.Shape, samples)
	}
	return nil
}
