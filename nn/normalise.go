package nn

import (
	"math"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// sumRows is how many rows are summed in the type of the numbers, before sums go on
// in float64.
const sumRows = 256

// batchNormOp normalises the columns of a matrix.
type batchNormOp[T tensor.Float] struct {
	output
	x, gamma, beta *Value
	fixed          bool // mean and variance do not depend on x
	mean           []T
	scale          []T // 1 / deviation
	a, b, c        []T // factors of loops
	parts          []T // sums of groups of rows
	sums           []float64
	more           []float64
}

func batchNormed[T tensor.Float](t *Tape, x *Value, k *batchNorm) *Value {
	op := next[batchNormOp[T]](t)
	op.x, op.gamma, op.beta, op.fixed = x, &k.gamma.Value, &k.beta.Value, !t.Training
	y := op.set(x.Data.DType(), []*Value{x, op.gamma, op.beta}, x.shape()...)
	width := k.gamma.Data.Len()
	for _, list := range []*[]T{&op.mean, &op.scale, &op.a, &op.b, &op.c} {
		*list = grow(*list, width)
	}
	op.sums, op.more = grow(op.sums, width), grow(op.more, width)
	mean, variance := numbers[T](&k.mean.Value), numbers[T](&k.variance.Value)
	copy(op.mean, mean)
	for c, v := range variance {
		op.scale[c] = T(1 / math.Sqrt(float64(v)+k.epsilon))
	}
	if !op.fixed {
		op.statistics(k, mean, variance)
	}
	for c, g := range numbers[T](op.gamma) {
		op.a[c] = op.scale[c] * g
	}
	from, to, beta := numbers[T](x), numbers[T](y), numbers[T](op.beta)
	parallel(len(to)/width, rowsPerPart(width), func(i, j, _ int) {
		vec.ScaleRows(to[i*width:j*width], from[i*width:j*width], op.mean, op.a, beta)
	})
	return y
}

// statistics computes mean and variance of the batch, and moves those of the layer.
func (op *batchNormOp[T]) statistics(k *batchNorm, mean, variance []T) {
	x, width := numbers[T](op.x), len(op.mean)
	rows := len(x) / width
	op.columns(op.sums, rows, func(to []T, i, j int) { vec.SumRows(to, x[i*width:j*width]) })
	for c := range op.mean {
		op.mean[c] = T(op.sums[c] / float64(rows))
	}
	op.columns(op.sums, rows, func(to []T, i, j int) { vec.SquareRows(to, x[i*width:j*width], op.mean) })
	for c := range op.mean {
		v := op.sums[c] / float64(rows)
		op.scale[c] = T(1 / math.Sqrt(v+k.epsilon))
		unbiased := op.sums[c] / float64(max(rows-1, 1))
		mean[c] = T(k.momentum*float64(mean[c]) + (1-k.momentum)*float64(op.mean[c]))
		variance[c] = T(k.momentum*float64(variance[c]) + (1-k.momentum)*unbiased)
	}
}

// columns computes sums of columns: add adds rows i to j-1 to sums of a part.
func (op *batchNormOp[T]) columns(sums []float64, rows int, add func(to []T, i, j int)) {
	width := len(sums)
	n := (rows + sumRows - 1) / sumRows
	op.parts = grow(op.parts, n*width)
	clear(op.parts)
	parallel(n, rowsPerPart(sumRows*width), func(from, to, _ int) {
		for p := from; p < to; p++ {
			add(op.parts[p*width:(p+1)*width], p*sumRows, min((p+1)*sumRows, rows))
		}
	})
	clear(sums)
	for i := 0; i < len(op.parts); i += width {
		for c, v := range op.parts[i : i+width] {
			sums[c] += float64(v)
		}
	}
}

// back: with n the normal numbers, dx = scale·gamma (dy - mean(dy) - n·mean(dy·n)).
func (op *batchNormOp[T]) back() {
	x, dy, width := numbers[T](op.x), gradient[T](&op.out), len(op.mean)
	rows := len(x) / width
	op.columns(op.sums, rows, func(to []T, i, j int) { vec.SumRows(to, dy[i*width:j*width]) })
	op.columns(op.more, rows, func(to []T, i, j int) {
		vec.DotRows(to, dy[i*width:j*width], x[i*width:j*width], op.mean)
	})
	if op.gamma.wants {
		dg, db := gradient[T](op.gamma), gradient[T](op.beta)
		for c := range dg {
			dg[c] += T(op.more[c] * float64(op.scale[c]))
			db[c] += T(op.sums[c])
		}
	}
	if !op.x.wants {
		return
	}
	for c, s := range op.scale {
		op.b[c], op.c[c] = 0, 0
		if !op.fixed {
			op.b[c] = T(op.sums[c] / float64(rows))
			op.c[c] = T(op.more[c] / float64(rows) * float64(s) * float64(s))
		}
	}
	to := dy // which nobody needs any more, if its numbers are to be added
	dx, add := overwritten[T](op.x)
	if !add {
		to = dx
	}
	parallel(rows, rowsPerPart(width), func(i, j, _ int) {
		i, j = i*width, j*width
		vec.BackRows(to[i:j], dy[i:j], x[i:j], op.mean, op.a, op.b, op.c)
		if add {
			vec.Add(dx[i:j], to[i:j])
		}
	})
}

// layerNormOp normalises the rows of a matrix. Sums are taken in float64.
type layerNormOp[T tensor.Float] struct {
	output
	x, gamma, beta *Value
	mean, scale    []float64 // of each row; scale is 1 / deviation
	parts          []T       // gradients of gamma and beta, of groups of rows
}

func layerNormed[T tensor.Float](t *Tape, x *Value, k *layerNorm) *Value {
	op := next[layerNormOp[T]](t)
	op.x, op.gamma, op.beta = x, &k.gamma.Value, &k.beta.Value
	y := op.set(x.Data.DType(), []*Value{x, op.gamma, op.beta}, x.shape()...)
	width := k.gamma.Data.Len()
	rows := x.Data.Len() / width
	op.mean, op.scale = grow(op.mean, rows), grow(op.scale, rows)
	from, to, gamma, beta := numbers[T](x), numbers[T](y), numbers[T](op.gamma), numbers[T](op.beta)
	parallel(rows, rowsPerPart(width), func(i, j, _ int) {
		for ; i < j; i++ {
			in, out := from[i*width:(i+1)*width], to[i*width:(i+1)*width]
			mean, variance := meanVariance(in)
			op.mean[i], op.scale[i] = mean, 1/math.Sqrt(variance+k.epsilon)
			m, s := T(mean), T(op.scale[i])
			for c, v := range in {
				out[c] = T((v-m)*s*gamma[c]) + beta[c]
			}
		}
	})
	return y
}

// meanVariance returns mean and variance. Four sums are taken side by side.
func meanVariance[T tensor.Float](x []T) (mean, variance float64) {
	n := len(x) &^ 3
	var s0, s1, s2, s3 float64
	for i := 0; i < n; i += 4 {
		q := x[i : i+4 : i+4]
		s0, s1, s2, s3 = s0+float64(q[0]), s1+float64(q[1]), s2+float64(q[2]), s3+float64(q[3])
	}
	for _, v := range x[n:] {
		s0 += float64(v)
	}
	mean = (s0 + s1 + s2 + s3) / float64(len(x))
	s0, s1, s2, s3 = 0, 0, 0, 0
	for i := 0; i < n; i += 4 {
		q := x[i : i+4 : i+4]
		d0, d1, d2, d3 := float64(q[0])-mean, float64(q[1])-mean, float64(q[2])-mean, float64(q[3])-mean
		s0, s1, s2, s3 = s0+float64(d0*d0), s1+float64(d1*d1), s2+float64(d2*d2), s3+float64(d3*d3)
	}
	for _, v := range x[n:] {
		d := float64(v) - mean
		s0 += float64(d * d)
	}
	return mean, (s0 + s1 + s2 + s3) / float64(len(x))
}

// back: with g = dy·gamma and n the normal numbers, dx = scale (g - mean(g) -
// n·mean(g·n)).
func (op *layerNormOp[T]) back() {
	width := op.gamma.Data.Len()
	rows := len(op.mean)
	groups := (rows + sumRows - 1) / sumRows
	op.parts = grow(op.parts, 2*width*groups)
	clear(op.parts)
	var dx []T
	if op.x.wants {
		dx = gradient[T](op.x)
	}
	parallel(groups, rowsPerPart(sumRows*width), func(from, to, _ int) {
		for g := from; g < to; g++ {
			part := op.parts[2*width*g : 2*width*(g+1)]
			for i := g * sumRows; i < min((g+1)*sumRows, rows); i++ {
				op.backRow(i, part[:width], part[width:], dx)
			}
		}
	})
	if !op.gamma.wants {
		return
	}
	dg, db := gradient[T](op.gamma), gradient[T](op.beta)
	for i := 0; i < len(op.parts); i += 2 * width {
		vec.Add(dg, op.parts[i:i+width])
		vec.Add(db, op.parts[i+width:i+2*width])
	}
}

// backRow adds to the gradients of gamma and beta, and to that of a row of x.
func (op *layerNormOp[T]) backRow(i int, dg, db, dx []T) {
	width := len(dg)
	x, dy := numbers[T](op.x)[i*width:(i+1)*width], gradient[T](&op.out)[i*width:(i+1)*width]
	gamma := numbers[T](op.gamma)[:width]
	m, s := T(op.mean[i]), T(op.scale[i])
	sum, dot := 0.0, 0.0
	for c, d := range dy {
		n := (x[c] - m) * s
		dg[c] += T(d * n)
		db[c] += d
		g := float64(d * gamma[c])
		sum += g
		dot += float64(g * float64(n))
	}
	if dx == nil {
		return
	}
	dx = dx[i*width : (i+1)*width]
	mean, slope := T(sum/float64(width)), T(dot/float64(width))
	for c, d := range dy {
		n := (x[c] - m) * s
		dx[c] += T(s * (T(d*gamma[c]) - mean - T(n*slope)))
	}
}
