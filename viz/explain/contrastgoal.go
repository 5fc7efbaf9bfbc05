package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A goal is what a model must answer.
type goal struct {
	output int // of outputs; of classes the one wanted, -1 for any but from
	from   int
	level  *float64
	below  bool
}

// reach is how far an answer is beyond the goal: it is reached from 0 on.
func (g *goal) reach(y []float64) float64 {
	switch {
	case g.level != nil && g.below:
		return *g.level - y[g.output]
	case g.level != nil:
		return y[g.output] - *g.level
	}
	best, other := math.Inf(-1), math.Inf(-1)
	for k, v := range y {
		wanted := k == g.output
		if g.output < 0 {
			wanted = k != g.from
		}
		if wanted {
			best = max(best, v)
		} else {
			other = max(other, v)
		}
	}
	return math.Nextafter(best-other, math.Inf(-1)) // equal is not reached
}

// goalOf reads the options for a row's answer.
func (c *Contrast) goalOf(y []float64) (*goal, error) {
	g := &goal{output: -1, from: slices.Index(y, slices.Max(y))}
	switch {
	case c.o.goal != nil:
		g.level, g.below, g.output = c.o.goal, c.o.below, max(c.o.output, 0)
		if g.output >= len(y) || c.o.output < 0 && len(y) > 1 {
			return nil, fmt.Errorf("say which of the %d outputs: give Output", len(y))
		}
	case len(y) == 1 && c.o.target == nil:
		half := 0.5
		if y[0] < 0 || y[0] > 1 {
			return nil, fmt.Errorf("the model returned %v: of a model of one output that is no probability, say AtLeast or AtMost", y[0])
		}
		g.level, g.output, g.below = &half, 0, y[0] >= half
		if g.below {
			half = math.Nextafter(half, 0)
		}
	case c.o.target != nil:
		k, err := classNumber(c.o.target, c.train.classes, len(y))
		if err != nil {
			return nil, err
		}
		if g.output = k; len(y) == 1 {
			half := 0.5
			g.level, g.output, g.below = &half, 0, k == 0
		}
	}
	if g.reach(y) >= 0 {
		return nil, errors.New("the model gives that answer for the row already")
	}
	return g, nil
}

// classNumber is the number of a class that is given by number or name.
func classNumber(class any, names []string, outputs int) (int, error) {
	classes := max(outputs, 2)
	switch v := class.(type) {
	case int:
		if v >= 0 && v < classes {
			return v, nil
		}
		return 0, fmt.Errorf("there is no class %d: the model knows %d", v, classes)
	case string:
		if k := slices.Index(names, v); k >= 0 && k < classes {
			return k, nil
		}
		return 0, fmt.Errorf("there is no class %q; there are %s", v, someOf(names))
	}
	return 0, fmt.Errorf("a class is its number or its name, not a %T", class)
}
