package explain

// A sweep explains a tree that has too many patterns, by one walk through it for each row:
// the integrals of pathWeights at all leaves at once. It keeps for each point of the rule
// the product of the factors on the way down, and adds up what leaves give on the way back
// (as Linear TreeSHAP does, Yu, Xu, Bifet and Read 2022; with points of Gauss and Legendre
// nothing is lost by cancellation, however deep the tree).
type sweep struct {
	p     *paths
	rule  *rule
	share []float64 // of each node among its parent's
	value []float64 // of each leaf, nodes × width

	// The way down: for each depth, points; and what features have let pass so far.
	product [][]float64
	gain    [][]float64 // for each depth, outputs × points
	state   []passage   // for each feature
	row, to []float64
}

// passage is what the splits by a feature on the way down have done: whether the row has
// passed them, and which share of the training set.
type passage struct {
	met, missed bool
	share       float64
}

func newSweep(p *paths) *sweep {
	t := p.tree
	s := &sweep{p: p, rule: ruleFor(p.slots), share: make([]float64, len(t.Left)), value: make([]float64, len(t.Left)*p.width)}
	for i := range t.Left {
		if !t.IsLeaf(i) {
			s.share[t.Left[i]], s.share[t.Right[i]] = passing(t, i, int(t.Left[i])), passing(t, i, int(t.Right[i]))
		}
	}
	for _, l := range p.leaves {
		copy(s.value[l.leaf*p.width:], l.value)
	}
	points := len(s.rule.at)
	for range t.Depth() + 1 {
		s.product = append(s.product, make([]float64, points))
		s.gain = append(s.gain, make([]float64, points*p.width))
	}
	most := int32(0)
	for i, f := range t.Feature {
		if !t.IsLeaf(i) {
			most = max(most, f)
		}
	}
	s.state = make([]passage, most+1)
	return s
}

func (s *sweep) score(row, to []float64) {
	s.row, s.to = row, to
	copy(s.product[0], s.rule.weight)
	s.walk(0, 0)
}

// walk leaves in gain[depth] what the leaves below a node give at each point.
func (s *sweep) walk(node int32, depth int) {
	t, points := s.p.tree, len(s.rule.at)
	gain := s.gain[depth]
	if t.Left[node] < 0 {
		for k := range s.p.width {
			v := s.value[int(node)*s.p.width+k]
			for q, p := range s.product[depth] {
				gain[k*points+q] = p * v
			}
		}
		return
	}
	clear(gain)
	f := t.Feature[node]
	before := s.state[f]
	left := t.GoesLeft(int(node), s.row[f])
	for _, c := range [2]struct {
		node int32
		pass bool
	}{{t.Left[node], left}, {t.Right[node], !left}} {
		now := passage{met: true, missed: before.missed || !c.pass, share: s.share[c.node]}
		if before.met {
			now.share *= before.share
		}
		if now.missed && now.share == 0 {
			continue // nothing comes here, with or without the feature
		}
		for q, at := range s.rule.at {
			s.product[depth+1][q] = s.product[depth][q] / before.factor(at) * now.factor(at)
		}
		s.state[f] = now
		s.walk(c.node, depth+1)
		s.add(f, depth, before, now)
	}
	s.state[f] = before
}

// add counts what the leaves below a child give for the feature that has led there. Where
// it had led on the way before, that step counts the same leaves: they are taken away.
func (s *sweep) add(f int32, depth int, before, now passage) {
	points := len(s.rule.at)
	child, gain := s.gain[depth+1], s.gain[depth]
	for q, at := range s.rule.at {
		effect := now.effect(at) - before.effect(at)
		for k := range s.p.width {
			v := child[k*points+q]
			gain[k*points+q] += v
			s.to[int(f)*s.p.stride+s.p.to+k] += v * effect
		}
	}
}

// factor is what the feature multiplies a leaf's value with, at a point.
func (p passage) factor(t float64) float64 {
	switch {
	case !p.met:
		return 1
	case p.missed:
		return (1 - t) * p.share
	}
	return t + (1-t)*p.share
}

// effect is what knowing the feature adds, in terms of factor.
func (p passage) effect(t float64) float64 {
	switch {
	case !p.met:
		return 0
	case p.missed:
		return -1 / (1 - t)
	}
	return (1 - p.share) / p.factor(t)
}
