package trees

import (
	"math"
)

// A split is a question that a node may ask.
type split struct {
	feature     int32   // −1 if there is none
	gain        float64 // what the impurity, times the weight, becomes less by
	threshold   float64
	margin      float64 // the gap between the values at both sides, as a share of all
	code        uint32  // the last one that goes left
	set         Categories
	missingLeft bool
	left        cell // in boosting: the sums of what goes left
	seen        bool // missing values have come to the node
}

// beats reports whether a split is better than another: by its gain, and of equal ones by
// its margin.
func (s *split) beats(o *split, tolerance float64) bool {
	return o.feature < 0 || s.gain > o.gain+tolerance || s.gain >= o.gain-tolerance && s.margin > o.margin*(1+1e-9)
}

// A scanner tries the splits of a feature.
type scanner struct {
	g           *grower
	keys, spare []uint64 // a code in the upper half, a place in the node in the lower
	left, right []float64
	groups      groups
}

func newScanner(g *grower) *scanner {
	n := g.t.n
	return &scanner{g: g, keys: make([]uint64, n), spare: make([]uint64, n), left: make([]float64, g.width), right: make([]float64, g.width)}
}

// scan finds the best split of a node by a feature, and reports whether its samples differ
// there.
func (s *scanner) scan(feature int32, rows []int32) (best split, varies bool) {
	c := &s.g.cols[feature]
	best = split{feature: -1, gain: math.Inf(-1)}
	keys, low, high, missing := s.collect(c, rows)
	if len(missing) == len(rows) || low == high && len(missing) == 0 {
		return best, false
	}
	if best.seen = len(missing) > 0; c.categorical {
		s.categories(c, keys, missing, &best)
	} else {
		keys = s.order(keys, low, high)
		at := -1
		for _, left := range []bool{false, true} {
			if left && len(missing) == 0 {
				break
			}
			var k int
			if s.g.t.k > 0 {
				k = s.classes(c, keys, missing, left, &best)
			} else {
				k = s.numbers(c, keys, missing, left, &best)
			}
			if k >= 0 {
				at, best.missingLeft = k, left
			}
		}
		if at >= 0 {
			best.feature = feature
			best.ask(c, keys, at)
		}
		return best, true
	}
	if best.set != nil {
		best.feature = feature
	}
	return best, true
}

// beaten takes the gain behind the key at a place if it is greater, or if it is as great
// and the gap there is wider.
func (s *split) beaten(gain, tolerance float64, c *column, keys []uint64, at int) bool {
	if !(gain >= s.gain-tolerance) { // NaN is no gain
		return false
	}
	gap := 0.0 // if all go left but those without a value
	if at+1 < len(keys) {
		gap = c.value[keys[at+1]>>32]/2 - c.value[keys[at]>>32]/2
	}
	if gain > s.gain+tolerance || gap > s.margin*(1+1e-9) {
		s.gain, s.margin = gain, gap
		return true
	}
	return false
}

// ask sets the threshold behind the key at a place.
func (s *split) ask(c *column, keys []uint64, at int) {
	s.code = uint32(keys[at] >> 32)
	if at == len(keys)-1 { // only what is missing goes to the other side
		s.threshold = math.MaxFloat64
		return
	}
	s.threshold = between(c.value[s.code], c.value[keys[at+1]>>32])
	s.margin /= c.value[len(c.value)-1]/2 - c.value[0]/2
}

// collect makes keys of the rows that have a value, and lists the places of the others
// behind them.
func (s *scanner) collect(c *column, rows []int32) (keys []uint64, low, high uint32, missing []uint64) {
	keys = s.keys[:len(rows)]
	low = math.MaxUint32
	if !c.missing {
		for i, r := range rows {
			code := c.code[r]
			low, high = min(low, code), max(high, code)
			keys[i] = uint64(code)<<32 | uint64(i)
		}
		return keys, low, high, nil
	}
	n, end := 0, len(rows)
	for i, r := range rows {
		code := c.code[r]
		if int(code) == len(c.value) {
			end--
			keys[end] = uint64(i)
			continue
		}
		low, high = min(low, code), max(high, code)
		keys[n] = uint64(code)<<32 | uint64(i)
		n++
	}
	return keys[:n], low, high, keys[n:]
}

// fewKeys are sorted by insertion.
const fewKeys = 40

// order sorts keys by their codes, which go from low to high; of equal codes it keeps the
// order.
func (s *scanner) order(keys []uint64, low, high uint32) []uint64 {
	if len(keys) <= fewKeys {
		for i := 1; i < len(keys); i++ {
			k, j := keys[i], i
			for j > 0 && keys[j-1] > k {
				keys[j] = keys[j-1]
				j--
			}
			keys[j] = k
		}
		return keys
	}
	to := s.spare[:len(keys)]
	for shift := 0; (high-low)>>shift > 0; shift += 8 {
		var start [256]int32
		for _, k := range keys {
			start[(uint32(k>>32)-low)>>shift&255]++
		}
		sum := int32(0)
		for d, n := range start {
			start[d] = sum
			sum += n
		}
		for _, k := range keys {
			d := (uint32(k>>32) - low) >> shift & 255
			to[start[d]] = k
			start[d]++
		}
		keys, to = to, keys
	}
	return keys
}

// entropy is −Σ w log(w / all).
func entropy(weights []float64, all float64) float64 {
	sum := 0.0
	for _, w := range weights {
		if w > 0 {
			sum -= w * math.Log(w/all)
		}
	}
	return sum
}

// classes tries every threshold of sorted keys, with missing values at one side, and
// returns the place of the last key that goes left if it finds a better split: −1 if not.
func (s *scanner) classes(c *column, keys, missing []uint64, missingLeft bool, best *split) int {
	h, left, right, at := &s.g.here, s.left, s.right, -1
	clear(left)
	copy(right, h.total)
	before, least := 0, s.g.o.MinLeaf
	var l, a, b float64 // the weight at the left, and Σ w² of the classes at both sides
	for _, v := range right {
		b += v * v
	}
	if missingLeft {
		for _, k := range missing {
			y, w := h.class[uint32(k)], h.weight[uint32(k)]
			a += w * (2*left[y] + w)
			b -= w * (2*right[y] - w)
			left[y] += w
			right[y] -= w
			l += w
		}
		before = len(missing)
	}
	all := len(keys) + len(missing)
	for i, k := range keys {
		y, w := h.class[uint32(k)], h.weight[uint32(k)]
		a += w * (2*left[y] + w)
		b -= w * (2*right[y] - w)
		left[y] += w
		right[y] -= w
		l += w
		if i+1 < len(keys) && keys[i+1]>>32 == k>>32 {
			continue
		}
		if n := before + i + 1; n < least || all-n < least || n == all {
			continue
		}
		score := a/l + b/(h.all-l)
		if s.g.o.Criterion == Entropy {
			score = -entropy(left, l) - entropy(right, h.all-l)
		}
		if best.beaten(score-h.score, 1e-12*h.scale, c, keys, i) {
			at = i
		}
	}
	return at
}

// numbers does the same for numbers to predict.
func (s *scanner) numbers(c *column, keys, missing []uint64, missingLeft bool, best *split) int {
	h, at := &s.g.here, -1
	before, least := 0, s.g.o.MinLeaf
	var l, sum float64 // the weight and the sum at the left
	if missingLeft {
		for _, k := range missing {
			w := h.weight[uint32(k)]
			l += w
			sum += w * h.number[uint32(k)]
		}
		before = len(missing)
	}
	all, total := len(keys)+len(missing), h.total[0]
	for i, k := range keys {
		w := h.weight[uint32(k)]
		l += w
		sum += w * h.number[uint32(k)]
		if i+1 < len(keys) && keys[i+1]>>32 == k>>32 {
			continue
		}
		if n := before + i + 1; n < least || all-n < least || n == all {
			continue
		}
		rest := total - sum
		if best.beaten(sum*sum/l+rest*rest/(h.all-l)-h.score, 1e-12*h.scale, c, keys, i) {
			at = i
		}
	}
	return at
}
