package explain

import (
	"errors"
	"fmt"
	"runtime"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"loupe/trees"
)

// mostJoint is how many numbers the interactions of all rows may be: a gigabyte.
const mostJoint = 1 << 27

// Interactions explains rows by SHAP interaction values (Lundberg, Erion and Lee 2018): each
// contribution is taken apart into what a feature does alone and, half to each of the two,
// what it does together with every other one. They are exact, of the same game as Explain:
// path-dependent, or with [Background] interventional. Rows are those of Explain.
//
// The interaction of two features is the Shapley interaction index (Grabisch and Roubens
// 1999): of a leaf whose slots i pass the row (oᵢ = 1) or miss it (0), and pass what is absent
// with a share zᵢ,
//
//	∫ (oᵢ − zᵢ)(oⱼ − zⱼ) ∏ (oₖ t + zₖ (1−t)) dt over the other slots k, t from 0 to 1.
//
// Memory grows with rows × features²: it is an error where that is above a gigabyte.
func (x *TreeExplainer) Interactions(rows any) *Joint {
	j := &Joint{}
	if j.err = x.interact(j, rows); j.err != nil {
		j.err = fmt.Errorf("explain: interactions by %s: %w", x.name, j.err)
	}
	return j
}

func (x *TreeExplainer) interact(j *Joint, rows any) error {
	t, err := x.rows(rows)
	if err != nil {
		return err
	}
	if x.linked {
		return errors.New("interactions are those of the sums of the trees: leave Probability out")
	}
	n, features := t.x.Dims()
	outputs := len(x.e.Outputs)
	if n > mostJoint/(features*features*outputs) {
		return fmt.Errorf("%d rows × %d² features × %d outputs are too many numbers to keep: explain fewer rows at once", n, features, outputs)
	}
	j.whole = x.attribution(t)
	for range outputs {
		j.Values = append(j.Values, make([]*mat.SymDense, n))
	}
	joints := make([]*treeJoint, len(x.e.Trees))
	err = eachCore(len(joints), func(i int) error {
		joints[i] = newTreeJoint(x.e.Trees[i], x.e.Weight(), outputs, x.background)
		return nil
	})
	if err != nil {
		return err
	}
	err = parallel(n, runtime.GOMAXPROCS(0), x.name, func(i int) error {
		s := newJointSums(features, outputs)
		for _, joint := range joints {
			joint.add(t.x.RawRowView(i), s)
		}
		for k := range outputs {
			j.Values[k][i] = s.matrix(k)
			j.whole.Values[k].SetRow(i, s.alone[k*features:(k+1)*features])
		}
		x.e.Margin(t.x.RawRowView(i), j.whole.Predicted.RawRowView(i))
		return nil
	})
	if err != nil {
		return err
	}
	j.whole = j.whole.additive(1e-9)
	return j.whole.err
}

// jointSums are the contributions of features to a row, and of pairs of them.
type jointSums struct {
	features int
	alone    []float64 // outputs × features: the Shapley values
	pairs    []float64 // outputs × features × features, below the diagonal
}

func newJointSums(features, outputs int) *jointSums {
	return &jointSums{features, make([]float64, outputs*features), make([]float64, outputs*features*features)}
}

// matrix has half of the interaction of two features at both their places, and on the
// diagonal what remains of each feature's contribution.
func (s *jointSums) matrix(output int) *mat.SymDense {
	n := s.features
	m := mat.NewSymDense(n, nil)
	alone, pairs := s.alone[output*n:], s.pairs[output*n*n:]
	for i := range n {
		m.SetSym(i, i, alone[i])
	}
	for i := range n {
		for j := range i {
			v := pairs[i*n+j] / 2
			m.SetSym(i, j, v)
			m.SetSym(i, i, m.At(i, i)-v)
			m.SetSym(j, j, m.At(j, j)-v)
		}
	}
	return m
}

// A treeJoint explains by a tree what pairs of features do.
type treeJoint struct {
	p     *paths
	at    []int // of each leaf, its path; −1 for those that contribute nothing
	games [][]absent
	rules []*rule
}

// absent is how the slots of a leaf pass what is not known, with the weight of that.
type absent struct {
	share  []float64
	weight float64
}

func newTreeJoint(t *trees.Tree, weight float64, outputs int, background *table) *treeJoint {
	j := &treeJoint{p: pathsOf(t, weight, outputs, false), at: make([]int, len(t.Left))}
	for i := range j.at {
		j.at[i] = -1
	}
	j.games = make([][]absent, len(j.p.leaves))
	for i, l := range j.p.leaves {
		j.at[l.leaf] = i
		if background == nil {
			j.games[i] = []absent{{l.share, 1}}
		}
	}
	if background != nil {
		j.oppose(background.x)
	}
	for m := range j.p.slots + 1 {
		j.rules = append(j.rules, ruleFor(max(m, 1)))
	}
	return j
}

// oppose counts how the background rows pass the slots of each leaf.
func (j *treeJoint) oppose(background *mat.Dense) {
	n, _ := background.Dims()
	known := make([]map[string]int, len(j.games))
	for b := range n {
		j.walk(background.RawRowView(b), func(leaf int, passes []bool) {
			key, share := make([]byte, len(passes)), make([]float64, len(passes))
			for s, ok := range passes {
				if ok {
					key[s], share[s] = 1, 1
				}
			}
			if known[leaf] == nil {
				known[leaf] = map[string]int{}
			}
			k, ok := known[leaf][string(key)]
			if !ok {
				k = len(j.games[leaf])
				known[leaf][string(key)] = k
				j.games[leaf] = append(j.games[leaf], absent{share: share})
			}
			j.games[leaf][k].weight += 1 / float64(n)
		})
	}
}

// walk tells for each leaf which of its slots pass a row.
func (j *treeJoint) walk(row []float64, leaf func(leaf int, passes []bool)) {
	t, passes := j.p.tree, make([]bool, j.p.slots)
	met := 0
	var walk func(node int)
	walk = func(node int) {
		if t.IsLeaf(node) {
			if at := j.at[node]; at >= 0 {
				leaf(at, passes[:len(j.p.leaves[at].features)])
			}
			return
		}
		slot, before := j.p.node[node], met
		fresh := slot == met
		if fresh {
			met++
		}
		was := fresh || passes[slot]
		left := t.GoesLeft(node, row[t.Feature[node]])
		passes[slot] = was && left
		walk(int(t.Left[node]))
		passes[slot] = was && !left
		walk(int(t.Right[node]))
		passes[slot], met = was, before
	}
	walk(0)
}

// add adds what the tree contributes to a row.
func (j *treeJoint) add(row []float64, s *jointSums) {
	gains := make([]float64, j.p.slots)
	alone, pairs := make([]float64, j.p.slots), make([]float64, j.p.slots*j.p.slots)
	j.walk(row, func(leaf int, passes []bool) {
		m := len(passes)
		clear(alone[:m])
		clear(pairs[:m*m])
		for _, g := range j.games[leaf] {
			j.rules[m].joint(passes, g, gains[:m], alone, pairs)
		}
		l := &j.p.leaves[leaf]
		for k, v := range l.value {
			s.give(j.p.to+k, v, l.features, alone, pairs)
		}
	})
}

// joint integrates what the slots of a leaf contribute, and what each two do.
func (r *rule) joint(passes []bool, g absent, gains, alone, pairs []float64) {
	for s, ok := range passes {
		if !ok && g.share[s] == 0 {
			return // whoever is there, the leaf is never reached
		}
	}
	for q, t := range r.at {
		product, away := g.weight*r.weight[q], 1-t
		for s, ok := range passes {
			f := away * g.share[s]
			if ok {
				f += t
				gains[s] = (1 - g.share[s]) / f
			} else {
				gains[s] = -1 / away // its own share is cancelled
			}
			product *= f
		}
		for i, a := range gains {
			if a == 0 {
				continue
			}
			alone[i] += product * a
			floats.AddScaled(pairs[i*len(gains):i*len(gains)+i], product*a, gains[:i])
		}
	}
}

// give adds the contributions to an output of a leaf's slots to those of their features.
func (s *jointSums) give(output int, value float64, features []int32, alone, pairs []float64) {
	n, m := s.features, len(features)
	to, both := s.alone[output*n:(output+1)*n], s.pairs[output*n*n:(output+1)*n*n]
	for i, a := range features {
		to[a] += value * alone[i]
		for j, b := range features[:i] {
			if a > b {
				both[int(a)*n+int(b)] += value * pairs[i*m+j]
			} else {
				both[int(b)*n+int(a)] += value * pairs[i*m+j]
			}
		}
	}
}
