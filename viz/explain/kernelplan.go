package explain

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/combin"
)

// A kernelPlan is the coalitions that KernelSHAP asks for, one of each pair of a
// coalition and its complement: all of the smallest sizes (and so of the greatest),
// which weigh most, as long as they fit, and draws of the other sizes.
type kernelPlan struct {
	players  int
	r        *rand.Rand
	pairs    *coalitions
	fixed    []float64 // weights of the pairs of sizes that are complete
	complete int       // how many these are
	// Of the pairs that are drawn:
	sizes []float64 // the share of each size, 0 for those that are complete
	rest  float64   // the weight of all
	times []float64 // how often each has been drawn
	drawn int
	known map[string]int
}

// newKernelPlan plans for about as many coalitions as the budget says.
func newKernelPlan(players, budget int, r *rand.Rand) *kernelPlan {
	k := &kernelPlan{players: players, r: r, pairs: coalitionsOf(players), rest: 1, known: map[string]int{}}
	k.sizes = make([]float64, players/2+1)
	total := 0.0
	for s := 1; s < len(k.sizes); s++ {
		k.sizes[s] = k.pairing(s) / float64(s*(players-s))
		total += k.sizes[s]
	}
	for s := range k.sizes {
		k.sizes[s] /= total
	}
	if players < 31 && 1<<players-2 <= budget {
		budget = 1<<players - 2
	}
	left := budget / 2
	for s := 1; s < len(k.sizes); s++ {
		n := k.pairing(s) / 2 * binomial(players, s)
		if float64(left)*k.sizes[s]/k.rest < n*(1-1e-8) {
			break
		}
		k.finish(s, n)
		left -= int(n)
	}
	k.complete = k.pairs.len()
	if left > 0 && k.rest > 0 {
		k.draw(2 * left)
	}
	return k
}

// pairing is 2 for sizes whose complements have another size, 1 for half of an even
// number of players: there every coalition is the complement of one of its size.
func (k *kernelPlan) pairing(size int) float64 {
	if 2*size == k.players {
		return 1
	}
	return 2
}

// finish adds all n pairs of a size.
func (k *kernelPlan) finish(size int, n float64) {
	for g := combin.NewCombinationGenerator(k.players, size); g.Next(); {
		c := g.Combination(nil)
		if 2*size == k.players && c[0] != 0 {
			break // from here on, they are complements
		}
		k.pairs.addPlayers(c...)
		k.fixed = append(k.fixed, k.sizes[size]/n)
	}
	if k.rest -= k.sizes[size]; k.rest < 1e-12 {
		k.rest = 0
	}
	k.sizes[size] = 0
}

// draw adds as many coalitions (half as many pairs) that are not there yet, fewer if
// that takes too many draws.
func (k *kernelPlan) draw(coalitions int) {
	until := k.pairs.len() + (coalitions+1)/2
	order := everyone(k.players)
	for tries := 2 * coalitions; tries > 0 && k.pairs.len() < until; tries-- {
		size := k.size()
		for i := range size {
			j := i + k.r.IntN(k.players-i)
			order[i], order[j] = order[j], order[i]
		}
		s := k.pairs.add()
		for _, p := range order[:size] {
			join(s, p)
		}
		if 2*size == k.players && !has(s, 0) {
			for p := range k.players { // of two equally large ones, that with player 0
				toggle(s, p)
			}
		}
		k.drawn++
		name := keyOf(s)
		if at, ok := k.known[name]; ok {
			k.times[at]++
			k.pairs.bits = k.pairs.bits[:len(k.pairs.bits)-k.pairs.words]
			continue
		}
		k.known[name] = len(k.times)
		k.times = append(k.times, 1)
	}
}

func (k *kernelPlan) size() int {
	at := k.r.Float64() * k.rest
	last := 0
	for s, share := range k.sizes {
		if share == 0 {
			continue
		}
		last = s
		if at -= share; at < 0 {
			break
		}
	}
	return last
}

func keyOf(s []uint64) string {
	key := make([]byte, 0, 8*len(s))
	for _, w := range s {
		for b := range 8 {
			key = append(key, byte(w>>(8*b)))
		}
	}
	return string(key)
}

// weights are those of the pairs; their sum is 1.
func (k *kernelPlan) weights() []float64 {
	w := slices.Clone(k.fixed)
	for _, times := range k.times {
		w = append(w, k.rest*times/float64(k.drawn))
	}
	return w
}

// binomial is n over k, which may be too great for an integer.
func binomial(n, k int) float64 {
	if n < 60 {
		return float64(combin.Binomial(n, k))
	}
	return math.Round(math.Exp(combin.LogGeneralizedBinomial(float64(n), float64(k))))
}
