package explain

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"
)

// LinearSHAP explains a linear model by its coefficients: a number for each feature,
// or a row of them for each output ([][]float64 or a matrix, outputs × features). The
// intercept is a number, or one for each output.
//
// What a feature contributes is its coefficient times its distance from the mean of the
// background. With [Correlated], features that are not known yet are expected to be what
// those that are known suggest.
func LinearSHAP(coefficients, intercept, background any, list ...Option) *SHAP {
	const name = "Linear SHAP"
	c, err := coefficientsOf(coefficients)
	if err != nil {
		return &SHAP{name: name, err: err}
	}
	outputs, features := c.Dims()
	b, err := interceptsOf(intercept, outputs)
	if err != nil {
		return &SHAP{name: name, err: err}
	}
	model := func(x mat.Matrix) mat.Matrix {
		var y mat.Dense
		y.Mul(x, c.T())
		y.Apply(func(_, k int, v float64) float64 { return v + b[k] }, &y)
		return &y
	}
	s := newSHAP(name, model, background, list, "Correlated", "Samples", "Seed")
	if s.err != nil {
		return s
	}
	if n := len(s.background.features); n != features {
		s.err = fmt.Errorf("there are %d coefficients, and the background has %d features", features, n)
		return s
	}
	if s.o.correlated {
		s.fewest(100, 2, "orders of features")
		gaussian := sync.OnceValue(func() *conditional { return newConditional(s, c) })
		s.solve = func(_ *SHAP, g *game, _ *rand.Rand) (*shares, error) { return gaussian().shares(g), nil }
		return s
	}
	if s.o.has("Samples") || s.o.has("Seed") {
		s.err = fmt.Errorf("there is nothing random without the option Correlated: leave Samples and Seed out")
	}
	mean := s.reference.means()
	s.solve = func(_ *SHAP, g *game, _ *rand.Rand) (*shares, error) { return g.linear(c, mean), nil }
	return s
}

// Correlated takes features to be jointly normal as in the background, so that those
// that are known say something about the others (the conditional expectation; Lundberg
// and Lee 2017, Aas, Jullum and Løland 2021). Features that the model does not use can
// contribute then. The mean over all orders of features is exact for 6 features; for
// more, it is taken over 100 random orders, forwards and backwards, or [Samples].
func Correlated(o *options) { o.set("Correlated"); o.correlated = true }

func coefficientsOf(v any) (*mat.Dense, error) {
	if m, ok := v.(mat.Matrix); ok {
		if rows, cols := m.Dims(); cols == 1 && rows > 1 {
			v = m.T() // a vector
		}
	}
	t, err := rowsOf(v)
	if err != nil {
		return nil, fmt.Errorf("the coefficients: %w", err)
	}
	if r, _ := t.x.Dims(); r > 0 && floats.HasNaN(t.x.RawMatrix().Data) {
		return nil, fmt.Errorf("a coefficient is not a number")
	}
	return t.x, nil
}

func interceptsOf(v any, outputs int) ([]float64, error) {
	var b []float64
	switch v := v.(type) {
	case float64:
		b = []float64{v}
	case int:
		b = []float64{float64(v)}
	case []float64:
		b = v
	default:
		return nil, fmt.Errorf("the intercept is a %T: give a number, or []float64", v)
	}
	if len(b) != outputs {
		return nil, fmt.Errorf("there are %d intercepts, and coefficients for %d outputs", len(b), outputs)
	}
	return slices.Clone(b), nil
}

// means are the weighted means of the columns.
func (r *reference) means() []float64 {
	mean := make([]float64, len(r.columns))
	for j, column := range r.columns {
		mean[j] = floats.Dot(column, r.weights)
	}
	return mean
}

func (g *game) linear(c *mat.Dense, mean []float64) *shares {
	phi := mat.NewDense(len(g.players), g.p.outputs, nil)
	for p, columns := range g.players {
		for k := range g.p.outputs {
			for _, col := range columns {
				phi.Set(p, k, phi.At(p, k)+c.At(k, col)*(g.x[col]-mean[col]))
			}
		}
	}
	return &shares{values: phi}
}

// A conditional is a linear model of jointly normal features: the expectation of its
// outputs after each step of some orders in which features become known. All is
// linear in the distance d of the row from the mean.
type conditional struct {
	mean    []float64
	orders  [][]*mat.Dense // for each pair of orders and each output, players × features: contributions = matrix · d
	players []int          // the number of a player by its first column
	exact   bool
}

func newConditional(s *SHAP, c *mat.Dense) *conditional {
	g := &conditional{mean: s.reference.means(), players: make([]int, len(s.background.features))}
	for p, columns := range s.groups.columns {
		g.players[columns[0]] = p
	}
	var cov mat.SymDense
	counts := slices.Clone(s.reference.weights)
	rows, _ := s.reference.x.Dims()
	floats.Scale(float64(rows), counts)
	if rows > 1 {
		stat.CovarianceMatrix(&cov, s.reference.x, counts)
	} else {
		cov.ReuseAsSym(len(g.mean))
	}
	m := len(s.groups.columns)
	var orders [][]int
	if g.exact = m <= 6; g.exact {
		orders = combin.Permutations(m, m)
	} else {
		r := source(s.o.seed, 0)
		for range s.o.samples {
			orders = append(orders, r.Perm(m))
		}
	}
	outputs, _ := c.Dims()
	for _, order := range orders {
		pair := make([]*mat.Dense, outputs)
		for k := range pair {
			pair[k] = mat.NewDense(m, len(g.mean), nil)
		}
		back := slices.Clone(order)
		slices.Reverse(back)
		g.walk(pair, &cov, c, s.groups.columns, order)
		g.walk(pair, &cov, c, s.groups.columns, back)
		g.orders = append(g.orders, pair)
	}
	return g
}

// walk adds half of what the features contribute in one order. It sweeps the covariance
// (Beaton 1964): of known features, the matrix holds the regression of the others on
// them, and of the others, their remaining covariance.
func (g *conditional) walk(to []*mat.Dense, cov *mat.SymDense, c *mat.Dense, columns [][]int, order []int) {
	n := cov.SymmetricDim()
	a := mat.DenseCopyOf(cov)
	known := make([]bool, n)
	for _, p := range order {
		for _, j := range columns[p] {
			pivot := a.At(j, j)
			if pivot <= 1e-10*cov.At(j, j) || pivot == 0 {
				g.determined(to, c, a, known, p, j)
				continue
			}
			for k, phi := range to {
				gain := 0.0
				for i := range n {
					if !known[i] {
						gain += c.At(k, i) * a.At(i, j) / pivot
					}
				}
				g.surprise(phi.RawRowView(p), a, known, j, gain/2)
			}
			learn(a, j)
			known[j] = true
		}
	}
}

// determined is a feature of no variance left: the others do not learn from it. A
// row that differs from what was expected of it differs in it alone.
func (g *conditional) determined(to []*mat.Dense, c, a *mat.Dense, known []bool, p, j int) {
	for k, phi := range to {
		g.surprise(phi.RawRowView(p), a, known, j, c.At(k, j)/2)
	}
}

// surprise adds by how much a feature differs from what is expected of it, times gain,
// as coefficients of d.
func (g *conditional) surprise(row []float64, a *mat.Dense, known []bool, j int, gain float64) {
	row[j] += gain
	for i, is := range known {
		if is {
			row[i] -= gain * a.At(i, j)
		}
	}
}

// learn makes feature j known.
func learn(a *mat.Dense, j int) {
	n, _ := a.Dims()
	pivot := a.At(j, j)
	row := mat.Row(nil, j, a)
	floats.Scale(1/pivot, row)
	for i := range n {
		if i == j {
			continue
		}
		b := a.At(i, j)
		to := a.RawRowView(i)
		floats.AddScaled(to, -b, row)
		to[j] = -b / pivot
	}
	a.SetRow(j, row)
	a.Set(j, j, 1/pivot)
}

func (g *conditional) shares(of *game) *shares {
	d := make([]float64, len(g.mean))
	floats.SubTo(d, of.x, g.mean)
	t := newTally(len(of.players), of.p.outputs)
	sample := make([]float64, of.p.outputs)
	for _, pair := range g.orders {
		for p, columns := range of.players {
			for k := range sample {
				sample[k] = floats.Dot(pair[k].RawRowView(g.players[columns[0]]), d)
			}
			t.add(p, sample)
		}
	}
	found := t.shares()
	if g.exact {
		found.errors = nil
	}
	return found
}
