package explain

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A pairDesign is the matrix of pairs of a coalition and its complement, pairs × players: 1
// for the members of the coalition and −1 for the others. Coalitions are the smaller ones of
// their pairs, and mostly small: only members are visited, as Σ ±v is 2 Σ v of members − Σ v
// of all.
type pairDesign struct {
	players int
	members [][]int32 // of each pair
}

// design is that of the pairs.
func (k *kernelPlan) design() *pairDesign {
	d := &pairDesign{players: k.players, members: make([][]int32, k.pairs.len())}
	var all []int32
	for i := range d.members {
		from := len(all)
		all = appendMembers(all, k.pairs.at(i))
		d.members[i] = all[from:len(all):len(all)]
	}
	return d
}

// of is the design with some players only.
func (d *pairDesign) of(only []int) *pairDesign {
	number := make([]int32, d.players)
	for p := range number {
		number[p] = -1
	}
	for p, j := range only {
		number[j] = int32(p)
	}
	out := &pairDesign{players: len(only), members: make([][]int32, len(d.members))}
	for i, list := range d.members {
		for _, j := range list {
			if number[j] >= 0 {
				out.members[i] = append(out.members[i], number[j])
			}
		}
	}
	return out
}

// dot is the product of a pair's row and v, whose sum is given.
func (d *pairDesign) dot(pair int, v []float64, sum float64) float64 {
	members := 0.0
	for _, j := range d.members[pair] {
		members += v[j]
	}
	return 2*members - sum
}

// product is Xᵀv, and v has a number for each pair.
func (d *pairDesign) product(v []float64) []float64 {
	out := make([]float64, d.players)
	for i, list := range d.members {
		for _, j := range list {
			out[j] += v[i]
		}
	}
	sum := floats.Sum(v)
	for j := range out {
		out[j] = 2*out[j] - sum
	}
	return out
}

// gram is XᵀWX.
func (d *pairDesign) gram(weights []float64) *mat.SymDense {
	both := mat.NewSymDense(d.players, nil) // the weight of pairs with both as members
	raw := both.RawSymmetric()
	for i, list := range d.members { // which ascend
		for p, a := range list {
			row := raw.Data[int(a)*raw.Stride:]
			for _, b := range list[p:] {
				row[b] += weights[i]
			}
		}
	}
	alone := make([]float64, d.players)
	for j := range alone {
		alone[j] = both.At(j, j)
	}
	sum := floats.Sum(weights)
	for i := range d.players {
		for j := i; j < d.players; j++ {
			both.SetSym(i, j, 4*both.At(i, j)-2*(alone[i]+alone[j])+sum)
		}
	}
	return both
}

// moments are those of the fit, not centred: pairs have no mean.
func (d *pairDesign) moments(weights, y []float64) *regression {
	scaled := make([]float64, len(y))
	floats.MulTo(scaled, weights, y)
	return &regression{xx: d.gram(weights), xy: d.product(scaled), yy: floats.Dot(scaled, y)}
}

// A pairFit is a weighted least squares fit with a given sum of coefficients.
type pairFit struct {
	x       *pairDesign
	weights []float64
	inverse mat.SymDense // of XᵀWX
	ones    mat.VecDense // inverse · 1
	oneSum  float64      // 1ᵀ · inverse · 1
	// Of the pairs that are drawn, once errors are asked for:
	influence *mat.Dense
	leverage  []float64 // what is left of their residuals: 1 − weight · leverage
}

var errTooFew = errors.New("there are fewer different coalitions than features need: ask for more Samples")

func newPairFit(design *pairDesign, only []int, weights []float64) (*pairFit, error) {
	f := &pairFit{x: design, weights: weights}
	if len(only) < design.players {
		f.x = design.of(only)
	}
	m := f.x.players
	a := f.x.gram(weights)
	for i := range m { // what is added to the square of the sum, which is given, changes nothing
		for j := range i + 1 {
			a.SetSym(i, j, a.At(i, j)+1/float64(m))
		}
	}
	var c mat.Cholesky
	if !c.Factorize(a) || c.Cond() > 1e12 {
		return nil, errTooFew
	}
	if err := c.InverseTo(&f.inverse); err != nil {
		return nil, errTooFew
	}
	one := mat.NewVecDense(m, nil)
	for i := range m {
		one.SetVec(i, 1)
	}
	f.ones.MulVec(&f.inverse, one)
	f.oneSum = mat.Sum(&f.ones)
	return f, nil
}

// solve returns the coefficients whose sum is total.
func (f *pairFit) solve(y []float64, total float64) []float64 {
	scaled := make([]float64, len(y))
	b := f.x.product(floats.MulTo(scaled, f.weights, y))
	var phi mat.VecDense
	phi.MulVec(&f.inverse, mat.NewVecDense(len(b), b))
	phi.AddScaledVec(&phi, -(mat.Sum(&phi)-total)/f.oneSum, &f.ones)
	return phi.RawVector().Data
}

// influences computes what one draw moves the coefficients by, for a residual of 1: C x,
// with C the covariance of a fit with a given sum.
func (f *pairFit) influences(from int) {
	m := f.x.players
	c := mat.NewDense(m, m, nil)
	c.Outer(-1/f.oneSum, &f.ones, &f.ones)
	c.Add(c, &f.inverse)
	sum := make([]float64, m)
	for j := range m {
		floats.Add(sum, c.RawRowView(j))
	}
	n := len(f.x.members) - from
	f.influence = mat.NewDense(n, m, nil)
	f.leverage = make([]float64, n)
	for i := range n {
		row := f.influence.RawRowView(i)
		for _, j := range f.x.members[from+i] {
			floats.Add(row, c.RawRowView(int(j)))
		}
		floats.Scale(2, row)
		floats.Sub(row, sum)
		f.leverage[i] = max(1-f.weights[from+i]*f.x.dot(from+i, row, floats.Sum(row)), 0.1)
	}
}

// errors are the standard errors of the coefficients over draws: those of pairs whose
// sizes are complete do not vary.
func (f *pairFit) errors(k *kernelPlan, y, phi []float64) []float64 {
	if f.influence == nil {
		f.influences(k.complete)
	}
	mean, square, sum := make([]float64, len(phi)), make([]float64, len(phi)), floats.Sum(phi)
	for i, left := range f.leverage {
		residual := (y[k.complete+i] - f.x.dot(k.complete+i, phi, sum)) / left
		once := k.times[i] * residual
		for j, v := range f.influence.RawRowView(i) {
			moved := v * once
			mean[j] += moved
			square[j] += moved * v * residual
		}
	}
	draws, wide := float64(k.drawn), widened(k.drawn)
	for j := range mean {
		variance := (square[j] - mean[j]*mean[j]/draws) / (draws - 1)
		square[j] = k.rest * wide * math.Sqrt(max(variance, 0)/draws)
	}
	return square
}
