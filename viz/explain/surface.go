package explain

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A Surface says what two features do together, beyond what each does alone.
type Surface struct {
	X, Y string // the features
	// AtX and AtY are the ends of the intervals that the features are divided into.
	AtX, AtY []float64
	// Effect is that at these ends, AtY × AtX: zero on average, and along each of them.
	Effect *mat.Dense
	Count  *mat.Dense // rows in each cell, intervals of Y × intervals of X
	Output string

	err error
}

// ALE2 accumulates how the change that one feature makes depends on another (second
// order, Apley and Zhu 2020), over small cells and for the rows that lie in them: what
// it asks for is almost as it was, also where the features go together. It is zero for
// features that do not interact. Each feature is divided at 10 quantiles, or as many
// as [Steps] says.
func ALE2(model, rows any, x, y string, list ...Option) *Surface {
	s := &Surface{X: x, Y: y}
	s.err = s.accumulate(model, rows, list)
	return s
}

// Err says what went wrong, nil if nothing did.
func (s *Surface) Err() error {
	if s.err != nil {
		return fmt.Errorf("explain: second-order effects: %w", s.err)
	}
	return nil
}

func (s *Surface) accumulate(model, rows any, list []Option) error {
	o, err := optionsOf(list, "Output", "Steps")
	if err != nil {
		return err
	}
	if o.steps == 0 {
		o.steps = 10
	}
	if s.X == s.Y {
		return fmt.Errorf("%s is both features: what one does alone is ALE", s.X)
	}
	// Each feature is as for effects of first order, at as many places.
	first := func(name string) (*probe, error) {
		d := &Dependence{Feature: name}
		opts := []Option{Steps(o.steps + 1)}
		if o.output >= 0 {
			opts = append(opts, Output(o.output))
		}
		p, err := d.probe(model, rows, opts)
		s.Output = d.Output
		return p, err
	}
	px, err := first(s.X)
	if err != nil {
		return err
	}
	py, err := first(s.Y)
	if err != nil {
		return err
	}
	s.AtX, s.AtY = px.grid, py.grid
	changes, err := s.changes(px, py)
	if err != nil {
		return err
	}
	s.fill(changes)
	s.sum(changes)
	s.centre()
	return nil
}

// cell is the interval that a value lies in, by the number of its upper end.
func cell(grid []float64, v float64) int {
	k, _ := slices.BinarySearch(grid, v)
	return min(max(k, 1), len(grid)-1)
}

// changes are the mean differences of differences in each cell, and counts the rows.
func (s *Surface) changes(px, py *probe) (*mat.Dense, error) {
	n, _ := px.t.x.Dims()
	s.Count = mat.NewDense(len(s.AtY)-1, len(s.AtX)-1, nil)
	sums := mat.NewDense(len(s.AtY)-1, len(s.AtX)-1, nil)
	for i := range n {
		if a, b := px.t.x.At(i, px.j), px.t.x.At(i, py.j); math.IsNaN(a+b) || math.IsInf(a+b, 0) {
			return nil, fmt.Errorf("%s is %v and %s is %v in row %d", s.X, a, s.Y, b, i)
		}
	}
	corner := func(dx, dy int) (*mat.Dense, error) {
		x := mat.DenseCopyOf(px.t.x)
		for i := range n {
			x.Set(i, px.j, s.AtX[cell(s.AtX, px.t.x.At(i, px.j))-dx])
			x.Set(i, py.j, s.AtY[cell(s.AtY, px.t.x.At(i, py.j))-dy])
		}
		return px.ask.all(x)
	}
	var all [4]*mat.Dense
	for k := range all {
		var err error
		if all[k], err = corner(k%2, k/2); err != nil {
			return nil, err
		}
	}
	for i := range n {
		c, r := cell(s.AtX, px.t.x.At(i, px.j))-1, cell(s.AtY, px.t.x.At(i, py.j))-1
		at := func(k int) float64 { return all[k].At(i, px.output) }
		sums.Set(r, c, sums.At(r, c)+at(0)-at(1)-at(2)+at(3))
		s.Count.Set(r, c, s.Count.At(r, c)+1)
	}
	sums.Apply(func(r, c int, v float64) float64 { return v / max(s.Count.At(r, c), 1) }, sums)
	return sums, nil
}

// fill gives cells without rows what the nearest with rows has.
func (s *Surface) fill(changes *mat.Dense) {
	rows, cols := changes.Dims()
	known := mat.DenseCopyOf(changes)
	for r := range rows {
		for c := range cols {
			if s.Count.At(r, c) > 0 {
				continue
			}
			best := math.Inf(1)
			for i := range rows {
				for j := range cols {
					d := math.Hypot(float64(i-r)/float64(rows), float64(j-c)/float64(cols))
					if s.Count.At(i, j) > 0 && d < best {
						best = d
						changes.Set(r, c, known.At(i, j))
					}
				}
			}
		}
	}
}

// sum accumulates changes over both features.
func (s *Surface) sum(changes *mat.Dense) {
	s.Effect = mat.NewDense(len(s.AtY), len(s.AtX), nil)
	for r := 1; r < len(s.AtY); r++ {
		for c := 1; c < len(s.AtX); c++ {
			s.Effect.Set(r, c, changes.At(r-1, c-1)+s.Effect.At(r-1, c)+s.Effect.At(r, c-1)-s.Effect.At(r-1, c-1))
		}
	}
}

// centre takes away what each feature does alone, and the mean over the rows.
func (s *Surface) centre() {
	e, n := s.Effect, s.Count
	rows, cols := n.Dims()
	alongX, alongY := make([]float64, cols+1), make([]float64, rows+1)
	for c := range cols {
		sum, count := 0.0, 0.0
		for r := range rows {
			sum += n.At(r, c) * (e.At(r, c+1) - e.At(r, c) + e.At(r+1, c+1) - e.At(r+1, c)) / 2
			count += n.At(r, c)
		}
		alongX[c+1] = alongX[c] + sum/max(count, 1)
	}
	for r := range rows {
		sum, count := 0.0, 0.0
		for c := range cols {
			sum += n.At(r, c) * (e.At(r+1, c) - e.At(r, c) + e.At(r+1, c+1) - e.At(r, c+1)) / 2
			count += n.At(r, c)
		}
		alongY[r+1] = alongY[r] + sum/max(count, 1)
	}
	e.Apply(func(r, c int, v float64) float64 { return v - alongX[c] - alongY[r] }, e)
	mean := 0.0
	for r := range rows {
		for c := range cols {
			mean += n.At(r, c) * s.middle(r, c) / mat.Sum(n)
		}
	}
	e.Apply(func(_, _ int, v float64) float64 { return v - mean }, e)
}

// middle is the effect in a cell.
func (s *Surface) middle(r, c int) float64 {
	return (s.Effect.At(r, c) + s.Effect.At(r+1, c) + s.Effect.At(r, c+1) + s.Effect.At(r+1, c+1)) / 4
}

// Figure shows the cells that have rows; those without are empty.
func (s *Surface) Figure() *chart.Figure {
	if err := s.Err(); err != nil {
		return chart.Failed(err)
	}
	rows, cols := s.Count.Dims()
	cells := make([][]float64, rows)
	columns, lines := make([]string, cols), make([]string, rows)
	for r := range rows {
		up := rows - 1 - r // great values of Y are above
		cells[r] = make([]float64, cols)
		lines[r] = middleOf(s.AtY, up)
		for c := range cols {
			columns[c] = middleOf(s.AtX, c)
			if cells[r][c] = s.middle(up, c); s.Count.At(up, c) == 0 {
				cells[r][c] = math.NaN()
			}
		}
	}
	return chart.HeatMap(chart.FromRows(cells), chart.Columns(columns...), chart.Rows(lines...), chart.NoNumbers(), chart.XLabel(draw.Clean(s.X)), chart.YLabel(draw.Clean(s.Y))).
		Worded(func(o *chart.Options) chart.Wording { return chart.Wording{Scale: o.Say("effect on %s", s.output(o))} }).Noting(s.notes)
}

// middleOf words an interval by its middle.
func middleOf(at []float64, k int) string { return chart.Number((at[k] + at[k+1]) / 2) }

func (s *Surface) output(o *chart.Options) string {
	if s.Output != "" {
		return draw.Clean(s.Output)
	}
	return o.Say("the output")
}

// notes say how much the features do together, and where.
func (s *Surface) notes(o *chart.Options) []string {
	rows, cols := s.Count.Dims()
	var most float64
	var r, c int
	size, all := 0.0, mat.Sum(s.Count)
	for i := range rows {
		for j := range cols {
			v, n := s.middle(i, j), s.Count.At(i, j)
			if size += v * v * n / all; n > 0 && math.Abs(v) > math.Abs(most) {
				most, r, c = v, i, j
			}
		}
	}
	return []string{o.Say("Together, %s and %s change %s by %s beyond what each does alone (the root mean square over the rows).", draw.Clean(s.X), draw.Clean(s.Y), s.output(o), chart.Number(math.Sqrt(size))),
		o.Say("Most, by %s, where %s is %s to %s and %s is %s to %s.", signedNumber(most), draw.Clean(s.X), chart.Number(s.AtX[c]), chart.Number(s.AtX[c+1]), draw.Clean(s.Y), chart.Number(s.AtY[r]), chart.Number(s.AtY[r+1])),
		o.Say("Cells without data are empty.")}
}

// TryMIMEBundle is that of the figure.
func (s *Surface) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return s.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (s *Surface) MIMEBundle() (data, metadata map[string]any) { return s.Figure().MIMEBundle() }
