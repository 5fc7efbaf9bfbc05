package explain

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A SHAP explains rows by Shapley values: what each feature contributes on average
// over all orders in which features can become known (Lundberg and Lee 2017).
// Contributions sum up to the difference between the prediction for the row and the
// mean prediction for the background.
//
// [ExactSHAP] is for few features. For more, [KernelSHAP] and [PermutationSHAP] are
// close after few predictions, and say how close; [PartitionSHAP] keeps features together
// that go together, and [AdditiveSHAP] is for additive models. All take [Groups] of features that
// count as one, and [Summary] to make a large background small.
//
// Images are explained by regions with a [Mask], [Superpixels] or [Segments], and nil in
// place of the background; so are texts by their words, if the model is a [TextModel].
type SHAP struct {
	name       string
	p          *predictor
	o          *options
	background *table
	reference  *reference
	groups     *groups
	clusters   bool       // the method needs a tree
	tree       *hierarchy // over the groups
	cutter     cutter     // takes samples apart; nil if features are explained
	err        error
	shared     bool // errors are what is shared out evenly
	quiet      bool // no bar: the caller has one
	// limit is what the additivity gap must not exceed.
	limit float64
	// solve explains one row, players × outputs.
	solve func(s *SHAP, g *game, r *rand.Rand) (*shares, error)
}

// shares are the contributions of players, players × outputs, and their standard
// errors, nil if they have none.
type shares struct{ values, errors *mat.Dense }

// additivity is the limit of the additivity gap, as a share of the size of the
// contributions, of methods that sum up to the prediction by what they are.
const additivity = 1e-9

func newSHAP(name string, model, background any, list []Option, known ...string) *SHAP {
	s := &SHAP{name: name, limit: additivity}
	if s.o, s.err = optionsOf(list, append([]string{"Output", "Groups", "Summary"}, known...)...); s.err != nil {
		return s
	}
	if slices.Contains(known, "Mask") {
		if s.cutter, s.err = cutterOf(model, s.o, background); s.err != nil || s.cutter != nil {
			return s
		}
	}
	if s.p, s.err = predictorOf(model); s.err != nil {
		return s
	}
	s.compare(background)
	return s
}

// compare reads the background.
func (s *SHAP) compare(background any) {
	if s.background, s.err = rowsOf(background); s.err != nil {
		s.err = fmt.Errorf("the background: %w", s.err)
		return
	}
	if s.groups, s.err = groupsOf(s.background.features, s.o.groups); s.err != nil {
		return
	}
	x, weights := s.background.x, []float64(nil)
	if s.o.summary != 0 {
		if x, weights, s.err = summarised(x, s.o.summary, s.o.seed); s.err != nil {
			return
		}
	}
	s.reference = referenceOf(x, weights)
}

// Explain explains rows.
func (s *SHAP) Explain(rows any) *Attribution {
	if s.err != nil {
		return failed(s.name, s.err)
	}
	if s.cutter != nil {
		return s.explainParts(rows)
	}
	t, err := rowsOf(rows)
	if err != nil {
		return failed(s.name, err)
	}
	if err := t.like(s.background); err != nil {
		return failed(s.name, err)
	}
	return s.explain(t)
}

// explainParts explains samples by their parts.
func (s *SHAP) explainParts(samples any) *Attribution {
	cuts, err := s.cutter.cut(samples)
	if err != nil {
		return failed(s.name, err)
	}
	list := make([]*Attribution, len(cuts))
	for i, c := range cuts {
		one := *s
		one.p = c.p
		one.compare(c.nothing())
		if one.err == nil && s.clusters {
			one.tree = c.tree()
			if s.o.has("Hierarchy") {
				one.tree, one.err = hierarchyOf(len(c.names), s.o.merges)
			}
		}
		if one.err != nil {
			return failed(s.name, one.err)
		}
		list[i] = c.whole(one.explain(c.all()))
	}
	return stacked(list)
}

func (s *SHAP) explain(t *table) *Attribution {
	a, err := s.start(t)
	if err == nil {
		err = s.fill(a, t)
	}
	if err != nil {
		return failed(s.name, err)
	}
	if a = a.additive(s.limit); s.o.output >= 0 {
		return a.Output(s.o.output)
	}
	return a
}

// start asks for the predictions, and makes room for the contributions.
func (s *SHAP) start(t *table) (*Attribution, error) {
	atBackground, err := s.p.all(s.reference.x)
	if err != nil {
		return nil, fmt.Errorf("for the background: %w", err)
	}
	predicted, err := s.p.all(t.x)
	if err != nil {
		return nil, err
	}
	n, _ := t.x.Dims()
	a := &Attribution{Method: s.name, Base: make([]float64, s.p.outputs), Predicted: predicted, Data: s.groups.data(t.x),
		Features: s.groups.names, Outputs: outputNames(s.p.outputs, t, s.background), Names: t.names, shared: s.shared}
	if a.words = t.words && len(a.Features) == len(t.features); a.words {
		a.Features = t.features
	}
	s.reference.mean(a.Base, atBackground, 0)
	for range s.p.outputs {
		a.Values = append(a.Values, mat.NewDense(n, len(s.groups.names), nil))
	}
	return a, nil
}

// fill explains row after row.
func (s *SHAP) fill(a *Attribution, t *table) error {
	n, _ := t.x.Dims()
	workers, inner, label, within := s.p.workers(), 1, s.name, ""
	if n < workers { // one row keeps all processors busy with its coalitions
		workers, inner = 1, workers
	}
	if n == 1 {
		label, within = "", s.name
	}
	if s.quiet {
		label, within = "", ""
	}
	stated := make([]*shares, n)
	err := parallel(n, workers, label, func(i int) error {
		g := &game{p: s.p, background: s.reference, x: t.x.RawRowView(i), workers: inner, label: within, base: a.Base, full: a.Predicted.RawRowView(i)}
		active := s.reference.varying(g.x, s.groups.columns)
		if len(active) == 0 {
			return nil
		}
		g.active = active
		for _, p := range active {
			g.players = append(g.players, s.groups.columns[p])
		}
		found, err := s.solve(s, g, source(s.o.seed, uint64(i)))
		if err != nil {
			return err
		}
		stated[i] = s.spread(found, active)
		return nil
	})
	if err != nil {
		return err
	}
	for i, found := range stated {
		if found != nil {
			a.put(i, found)
		}
	}
	return nil
}

// spread gives the players that take part their places among all.
func (s *SHAP) spread(found *shares, active []int) *shares {
	wide := func(m *mat.Dense) *mat.Dense {
		if m == nil {
			return nil
		}
		out := mat.NewDense(len(s.groups.names), s.p.outputs, nil)
		for k, p := range active {
			out.SetRow(p, m.RawRowView(k))
		}
		return out
	}
	return &shares{values: wide(found.values), errors: wide(found.errors)}
}

// put sets the contributions to one row.
func (a *Attribution) put(row int, found *shares) {
	if found.errors != nil && a.Errors == nil {
		for _, v := range a.Values {
			n, features := v.Dims()
			a.Errors = append(a.Errors, mat.NewDense(n, features, nil))
		}
	}
	for k := range a.Values {
		a.Values[k].SetRow(row, mat.Col(nil, k, found.values))
		if found.errors != nil {
			a.Errors[k].SetRow(row, mat.Col(nil, k, found.errors))
		}
	}
}

// outputNames are the classes of rows, if there are as many as outputs.
func outputNames(outputs int, tables ...*table) []string {
	for _, t := range tables {
		if len(t.classes) == outputs {
			return t.classes
		}
	}
	return make([]string, outputs)
}

// source is the random source of one piece of work. Seeds that are near each other
// are spread apart (splitmix64, Steele, Lea and Flood 2014).
func source(seed, piece uint64) *rand.Rand {
	mix := func(z uint64) uint64 {
		z += 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	a := mix(mix(seed) ^ piece)
	return rand.New(rand.NewPCG(a, mix(a)))
}
