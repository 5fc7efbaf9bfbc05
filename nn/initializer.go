package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"loupe/nn/tensor"
)

// An Initializer says how weights begin. Names are those of Keras; PyTorch's
// kaiming is He, its xavier Glorot.
type Initializer struct {
	name string
	fill func(r *rand.Rand, fanIn, fanOut int, w *tensor.Tensor)
}

// Name returns the name, as in Keras.
func (i Initializer) Name() string { return i.name }

// The initializers. Uniform ones reach from -limit to limit; normal ones are cut
// off at two standard deviations, which are corrected for that, as in Keras.
var (
	Zeros         = Constant(0)
	Ones          = Constant(1)
	GlorotUniform = uniform("glorot_uniform", func(in, out float64) float64 { return math.Sqrt(6 / (in + out)) })
	GlorotNormal  = truncated("glorot_normal", func(in, out float64) float64 { return math.Sqrt(2 / (in + out)) })
	HeUniform     = uniform("he_uniform", func(in, _ float64) float64 { return math.Sqrt(6 / in) })
	HeNormal      = truncated("he_normal", func(in, _ float64) float64 { return math.Sqrt(2 / in) })
	LecunUniform  = uniform("lecun_uniform", func(in, _ float64) float64 { return math.Sqrt(3 / in) })
	LecunNormal   = truncated("lecun_normal", func(in, _ float64) float64 { return math.Sqrt(1 / in) })
	Orthogonal    = Initializer{"orthogonal", orthogonal}
	// TorchUniform is PyTorch's default: uniform up to 1/√in.
	TorchUniform = uniform("torch_uniform", func(in, _ float64) float64 { return math.Sqrt(1 / in) })
)

var initializers = []Initializer{GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal, TorchUniform, Zeros, Ones}

// InitializerNamed returns an initializer by its name in Keras or PyTorch:
// "he_normal", "HeNormal", "kaiming_normal_".
func InitializerNamed(name string) Initializer {
	plain := strings.NewReplacer("_", "", "kaiming", "he", "xavier", "glorot").Replace(strings.ToLower(name))
	for _, i := range initializers {
		if strings.ReplaceAll(i.name, "_", "") == plain {
			return i
		}
	}
	var names []string
	for _, i := range initializers {
		names = append(names, i.name)
	}
	slices.Sort(names)
	fail("there is no initializer %q; there are %s", name, strings.Join(names, ", "))
	return Initializer{}
}

// Constant begins with the same number everywhere.
func Constant(v float64) Initializer {
	name := "constant"
	switch v {
	case 0:
		name = "zeros"
	case 1:
		name = "ones"
	}
	return Initializer{name, func(_ *rand.Rand, _, _ int, w *tensor.Tensor) { w.Fill(v) }}
}

// RandomUniform begins with numbers from -limit to limit.
func RandomUniform(limit float64) Initializer {
	return uniform("random_uniform", func(_, _ float64) float64 { return limit })
}

// RandomNormal begins with numbers of the normal distribution.
func RandomNormal(std float64) Initializer {
	return Initializer{"random_normal", func(r *rand.Rand, _, _ int, w *tensor.Tensor) {
		each(w, func() float64 { return std * r.NormFloat64() })
	}}
}

func uniform(name string, limit func(in, out float64) float64) Initializer {
	return Initializer{name, func(r *rand.Rand, in, out int, w *tensor.Tensor) {
		l := limit(float64(in), float64(out))
		each(w, func() float64 { return l * (2*r.Float64() - 1) })
	}}
}

func truncated(name string, std func(in, out float64) float64) Initializer {
	return Initializer{name, func(r *rand.Rand, in, out int, w *tensor.Tensor) {
		s := std(float64(in), float64(out)) / 0.87962566103423978 // of what is left after the cut
		each(w, func() float64 {
			for {
				if v := r.NormFloat64(); math.Abs(v) <= 2 {
					return s * v
				}
			}
		})
	}}
}

// each sets all numbers, row by row.
func each(w *tensor.Tensor, f func() float64) {
	x := make([]float64, w.Len())
	for i := range x {
		x[i] = f()
	}
	w.Copy(tensor.FromSlice(x, w.Shape()...))
}

// orthogonal fills with rows or columns that are orthogonal and of length 1, by
// Gram and Schmidt's method; the last axis is the columns.
func orthogonal(r *rand.Rand, _, _ int, w *tensor.Tensor) {
	cols := w.Dim(-1)
	rows := w.Len() / max(cols, 1)
	n, length := min(rows, cols), max(rows, cols)
	basis := make([][]float64, n)
	for i := range basis {
		v := make([]float64, length)
		for k := range v {
			v[k] = r.NormFloat64()
		}
		for range 2 { // once more, for the rounding
			for _, b := range basis[:i] {
				s := dot(v, b)
				for k := range v {
					v[k] -= s * b[k]
				}
			}
		}
		s := math.Sqrt(dot(v, v))
		for k := range v {
			v[k] /= s
		}
		basis[i] = v
	}
	x := tensor.Zeros(tensor.Float64, rows, cols)
	for i, v := range basis {
		for k, e := range v {
			if rows <= cols {
				x.Set(e, i, k)
			} else {
				x.Set(e, k, i)
			}
		}
	}
	w.Copy(x.Reshape(w.Shape()...))
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
