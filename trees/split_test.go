package trees

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loupe/nn/data"
)

// A side is the samples at one side of a split.
type side []int

// impurity of a side, times its samples: of the criterion, or squared errors.
func (d side) impurity(s *data.Set, c Criterion) float64 {
	n, sum, squares, count := float64(len(d)), 0.0, 0.0, map[int]float64{}
	for _, i := range d {
		sum += s.Target(i)
		squares += s.Target(i) * s.Target(i)
		if s.Targets() == nil {
			count[s.Y(i)]++
		}
	}
	if s.Targets() != nil {
		return squares - sum*sum/n
	}
	gini, entropy := n, 0.0
	for _, v := range count {
		gini -= v * v / n
		entropy -= v * math.Log(v/n)
	}
	if c == Entropy {
		return entropy
	}
	return gini
}

// newton is what boosting's first tree minimises: minus the gain of a step.
func (d side) newton(s *data.Set, share float64) float64 {
	g, h := 0.0, 0.0
	for _, i := range d {
		if s.Targets() != nil {
			g, h = g+share-s.Target(i), h+1
			continue
		}
		g, h = g+share-s.Target(i), h+share*(1-share)
	}
	return -g * g / h
}

// bestSplit tries all thresholds, with missing values at either side.
func bestSplit(s *data.Set, least int, impurity func(side) float64) float64 {
	best := math.Inf(1)
	for j := range s.Width() {
		values := []float64{math.Inf(1)}
		for i := range s.Len() {
			if v := s.X(i)[j]; v == v {
				values = append(values, v)
			}
		}
		for _, v := range values {
			for _, missing := range []bool{true, false} {
				var l, r side
				for i := range s.Len() {
					if x := s.X(i)[j]; x <= v || x != x && missing {
						l = append(l, i)
					} else {
						r = append(r, i)
					}
				}
				if len(l) >= least && len(r) >= least {
					best = min(best, impurity(l)+impurity(r))
				}
			}
		}
	}
	return best
}

// sides are the samples at both sides of a tree's root.
func sides(s *data.Set, t *Tree) (l, r side) {
	for i := range s.Len() {
		if t.GoesLeft(0, s.X(i)[t.Feature[0]]) {
			l = append(l, i)
		} else {
			r = append(r, i)
		}
	}
	return l, r
}

// TestBestSplit: no split is better than that of the root.
func TestBestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for trial := range 300 {
		s := random(r, 2+r.IntN(25), 1+r.IntN(4), trial%4, []float64{0, 0.3}[r.IntN(2)])
		o := Options{MinLeaf: 1 + r.IntN(3), Depth: 1}
		if s.Targets() == nil {
			o.Criterion = Criterion(r.IntN(2))
		}
		impurity := func(d side) float64 { return d.impurity(s, o.Criterion) }
		want := bestSplit(s, o.MinLeaf, impurity)
		tree := Grow(s, o).Trees[0]
		if tree.IsLeaf(0) {
			all := side{}
			for i := range s.Len() {
				all = append(all, i)
			}
			if !math.IsInf(want, 1) && impurity(all) > 1e-9 {
				t.Errorf("trial %d: no split, and one has %v", trial, want)
			}
			continue
		}
		if l, r := sides(s, tree); impurity(l)+impurity(r) > want+1e-9 {
			t.Errorf("trial %d: the split has %v, and one has %v", trial, impurity(l)+impurity(r), want)
		}
	}
}

// TestBestStep: the same for boosting.
func TestBestStep(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for trial := range 300 {
		s := random(r, 4+r.IntN(25), 1+r.IntN(4), trial%2, []float64{0, 0.3}[r.IntN(2)])
		share := 0.0
		for i := range s.Len() {
			share += s.Target(i) / float64(s.Len())
		}
		if s.Targets() == nil && (share == 0 || share == 1) {
			continue
		}
		newton := func(d side) float64 { return d.newton(s, share) }
		want := bestSplit(s, 2, newton)
		tree := Boost(s, Options{MinLeaf: 2, Depth: 1, Trees: 1}).Trees[0]
		if tree.IsLeaf(0) {
			if want < -1e-9 {
				t.Errorf("trial %d: no split, and one has %v", trial, want)
			}
			continue
		}
		l, r := sides(s, tree)
		if newton(l)+newton(r) > want+1e-9*math.Abs(want) {
			t.Errorf("trial %d: the split has %v, and one has %v", trial, newton(l)+newton(r), want)
		}
		g := newton(l) // −G²/H, and the leaf has −rate × G/H
		if v := tree.Value[tree.Left[0]]; math.Abs(v*v/0.01*hessian(s, l, share)+g) > 1e-9*math.Abs(g) {
			t.Errorf("trial %d: the left leaf has %v", trial, v)
		}
	}
}

func hessian(s *data.Set, d side, share float64) float64 {
	if s.Targets() != nil {
		return float64(len(d))
	}
	return float64(len(d)) * share * (1 - share)
}

// TestOrder sorts keys with many and few bits.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 200 {
		n, codes, from := 1+r.IntN(300), 1+r.IntN(1<<r.IntN(20)), r.IntN(1000)
		s := &scanner{spare: make([]uint64, n)}
		keys := make([]uint64, n)
		low, high := uint32(math.MaxUint32), uint32(0)
		for i := range keys {
			c := uint32(from + r.IntN(codes))
			low, high = min(low, c), max(high, c)
			keys[i] = uint64(c)<<32 | uint64(i)
		}
		want := slices.Clone(keys)
		slices.Sort(want)
		if got := s.order(keys, low, high); !slices.Equal(got, want) {
			t.Fatalf("%d keys of %d codes are not in order", n, codes)
		}
	}
}

// TestBins: bins hold about equally many values, and equal values never part.
func TestBins(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, distinct := range []int{3, 255, 256, 5000} {
		values := make([]float64, 20000)
		for i := range values {
			values[i] = float64(r.IntN(distinct))
		}
		slices.Sort(values)
		var b bins
		b.divide(values)
		if n := min(distinct, mostBins); len(b.low) > n || len(b.low) < n-3 {
			t.Errorf("%d distinct values have %d bins", distinct, len(b.low))
		}
		for k := range b.low {
			if k > 0 && b.low[k] <= b.high[k-1] {
				t.Errorf("bin %d begins with %v, and the one before ends with %v", k, b.low[k], b.high[k-1])
			}
			n := 0
			for _, v := range values {
				if rank(b.high, v) == k {
					n++
				}
			}
			if distinct == 5000 && (n < 60 || n > 120) {
				t.Errorf("bin %d has %d of 20,000 values", k, n)
			}
		}
	}
}

// rank is the number of values that are below v: a binary search without branches.
func rank(values []float64, v float64) int {
	from, n := 0, len(values)
	for n > 0 {
		half := (n + 1) / 2
		if values[from+half-1] < v {
			from += half
		}
		n -= half
	}
	return from
}
