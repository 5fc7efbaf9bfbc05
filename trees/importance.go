package trees

// Importance is how much each feature's splits have reduced the variance of what is
// predicted (for probabilities of classes, the Gini impurity), as shares of 1: zeros
// without any split. It says what the trees were built from, not what a prediction
// depends on: for that see loupe/viz/explain.
func (e *Ensemble) Importance() []float64 {
	total := make([]float64, e.Inputs)
	for _, t := range e.Trees {
		own := make([]float64, e.Inputs)
		t.gains(0, own)
		if e.Average {
			normalise(own) // each tree has a vote
		}
		for j, v := range own {
			total[j] += v
		}
	}
	normalise(total)
	return total
}

func normalise(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	if sum > 0 {
		for j := range v {
			v[j] /= sum
		}
	}
}

// gains adds what the splits below a node have gained to their features, and returns the
// mean of the leaves there and their cover.
func (t *Tree) gains(node int, to []float64) (mean []float64, cover float64) {
	if t.IsLeaf(node) {
		return t.Values(node), t.Cover[node]
	}
	l, cl := t.gains(int(t.Left[node]), to)
	r, cr := t.gains(int(t.Right[node]), to)
	cover = cl + cr
	mean = make([]float64, len(l))
	if cover == 0 {
		return mean, 0
	}
	for k := range mean {
		mean[k] = (cl*l[k] + cr*r[k]) / cover
		d := l[k] - r[k]
		to[t.Feature[node]] += cl * cr / cover * d * d
	}
	return mean, cover
}
