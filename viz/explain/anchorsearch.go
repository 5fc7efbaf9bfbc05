package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"loupe/display"
)

// search extends rules by a condition at a time, and returns the way to the best: the
// rule of no condition, and each that leads to the last.
func (h *hunt) search(x []float64) (best *anchorRule, enough bool, err error) {
	all := h.conditions(x)
	none := &anchorRule{}
	h.measure(none, x)
	if err := h.sample(none, 10*anchorBatch); err != nil {
		return nil, false, err
	}
	if ok, err := h.valid(none, anchorSure); err != nil || ok {
		return none, ok, err
	}
	beam := []*anchorRule{none}
	best = none
	for size := 1; size <= min(anchorMost, len(x)); size++ {
		candidates := h.extended(beam, all, x)
		if len(candidates) == 0 {
			break
		}
		if beam, err = h.top(candidates); err != nil {
			return nil, false, err
		}
		var found *anchorRule
		for _, r := range beam {
			ok, err := h.valid(r, anchorSure/float64(len(candidates)))
			if err != nil {
				return nil, false, err
			}
			if ok && (found == nil || r.coverage > found.coverage) {
				found = r
			}
			if r.precision() > best.precision() {
				best = r
			}
		}
		if found != nil {
			return found, true, nil
		}
	}
	return best, false, nil
}

// extended are the rules of a beam with one more condition, each once.
func (h *hunt) extended(beam []*anchorRule, all []condition, x []float64) []*anchorRule {
	var list []*anchorRule
	seen := map[uint64]bool{}
	for _, r := range beam {
		for _, c := range all {
			more := r.and(c)
			if more == nil || seen[more.key()] {
				continue
			}
			seen[more.key()] = true
			h.measure(more, x)
			list = append(list, more)
		}
	}
	return list
}

// top finds the rules of highest precision: it asks for more rows of the worst of the
// best and the best of the others, until these cannot change places any more.
func (h *hunt) top(list []*anchorRule) ([]*anchorRule, error) {
	err := parallelRules(h, list)
	if err != nil {
		return nil, err
	}
	n := min(anchorBeam, len(list))
	for round := 1; ; round++ {
		if err := display.Context().Err(); err != nil {
			return nil, fmt.Errorf("interrupted while comparing %d rules", len(list))
		}
		slices.SortStableFunc(list, func(a, b *anchorRule) int {
			return cmp.Or(cmp.Compare(b.precision(), a.precision()), cmp.Compare(b.coverage, a.coverage))
		})
		if n == len(list) {
			return list, nil
		}
		level := lucbLevel(len(list), round)
		worst := slices.MinFunc(list[:n], func(a, b *anchorRule) int {
			return cmp.Compare(a.lower(level), b.lower(level))
		})
		rival := slices.MaxFunc(list[n:], func(a, b *anchorRule) int {
			return cmp.Compare(a.upper(level), b.upper(level))
		})
		if rival.upper(level)-worst.lower(level) < anchorNear || worst.asked+rival.asked > anchorCalls {
			return slices.Clone(list[:n]), nil
		}
		for _, r := range []*anchorRule{worst, rival} {
			if err := h.sample(r, anchorBatch); err != nil {
				return nil, err
			}
		}
	}
}

// parallelRules asks for the first rows of each rule.
func parallelRules(h *hunt, list []*anchorRule) error {
	return parallel(len(list), h.p.workers(), "", func(i int) error { return h.sample(list[i], anchorBatch) })
}

// lucbLevel is the exploration rate of KL-LUCB.
func lucbLevel(arms, round int) float64 {
	const alpha, k = 1.1, 405.5
	t := math.Log(k * float64(arms) * math.Pow(float64(round), alpha) / anchorSure)
	return t + math.Log(t)
}

// valid finds out whether a rule holds often enough, with a chance to be wrong.
func (h *hunt) valid(r *anchorRule, wrong float64) (bool, error) {
	level := math.Log(1 / wrong)
	for r.asked < anchorCalls {
		switch {
		case r.lower(level) >= h.o.precision:
			return true, nil
		case r.upper(level) < h.o.precision:
			return false, nil
		}
		if err := display.Context().Err(); err != nil {
			return false, fmt.Errorf("interrupted after %d rows under a rule", r.asked)
		}
		if err := h.sample(r, anchorBatch); err != nil {
			return false, err
		}
	}
	return r.precision() >= h.o.precision, nil
}

// upper and lower are the ends of an interval of the precision, by the
// Kullback–Leibler divergence of what was seen.
func (r *anchorRule) upper(level float64) float64 {
	p, n := r.precision(), float64(max(r.asked, 1))
	return bisect(p, 1, func(q float64) bool { return n*divergence(p, q) <= level })
}

func (r *anchorRule) lower(level float64) float64 {
	p, n := r.precision(), float64(max(r.asked, 1))
	return 1 - bisect(1-p, 1, func(q float64) bool { return n*divergence(p, 1-q) <= level })
}

// bisect is the greatest number from low on to which a condition holds.
func bisect(low, high float64, holds func(float64) bool) float64 {
	for range 40 {
		if middle := (low + high) / 2; holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// divergence is that of two Bernoulli distributions.
func divergence(p, q float64) float64 {
	part := func(p, q float64) float64 {
		if p == 0 {
			return 0
		}
		return p * math.Log(p/q)
	}
	return part(p, q) + part(1-p, 1-q)
}
