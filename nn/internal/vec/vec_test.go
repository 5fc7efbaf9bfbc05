package vec

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loupe/internal/simd"
)

var stride = flag.Int("stride", 4093, "try every n-th float32; 1 takes minutes")

// levels runs a test with every vector set of this machine.
func levels(t *testing.T, test func(t *testing.T)) {
	defer func() { inUse = sets(simd.Best) }()
	for _, level := range simd.Available() {
		inUse = sets(level)
		t.Run(string(level), test)
	}
}

// ulps is the distance of got from want in units of the last place of want.
func ulps(got float32, want float64) float64 {
	if math.IsNaN(want) != (got != got) {
		return math.Inf(1)
	}
	w := float32(want)
	if got == w || got != got || math.Abs(want) < 0x1p-126 && got == 0 {
		return 0
	}
	if math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) {
		return math.Inf(1)
	}
	a := float32(math.Abs(want))
	return math.Abs(float64(got)-want) / float64(math.Nextafter32(a, math.MaxFloat32)-a)
}

// TestAccuracy tries float32 of all sizes, and compares the vector code with the
// Go code bit for bit.
func TestAccuracy(t *testing.T) {
	for _, f := range []struct {
		name  string
		wide  func(y, x []float32)
		one   func(float32) float32
		exact func(float64) float64
		limit float64
	}{
		{"exp", Exp[float32], exp32, math.Exp, 1.1},
		{"sigmoid", Sigmoid[float32], sigmoid32, sigmoid64, 2.6},
		{"tanh", Tanh[float32], tanh32, math.Tanh, 2.6},
		{"normal", Normal[float32], normal32, normal64, 260},
	} {
		t.Run(f.name, func(t *testing.T) {
			levels(t, func(t *testing.T) {
				x, y := make([]float32, 1003), make([]float32, 1003)
				worst, where := 0.0, float32(0)
				stride := *stride
				if testing.Short() {
					stride *= 5
				}
				for bits := 0; bits < 1<<32; {
					for i := range x {
						x[i] = math.Float32frombits(uint32(bits))
						bits += stride
					}
					f.wide(y, x)
					for i, v := range x {
						if want := f.one(v); math.Float32bits(y[i]) != math.Float32bits(want) && v == v {
							t.Fatalf("%s(%v) is %b by vectors and %b one by one", f.name, v, y[i], want)
						}
						if e := ulps(y[i], f.exact(float64(v))); e > worst {
							worst, where = e, v
						}
					}
				}
				t.Logf("largest error: %.2f ulp, at %v", worst, where)
				if worst > f.limit {
					t.Errorf("%s(%v) is off by %.2f ulp", f.name, where, worst)
				}
			})
		})
	}
}

// numbers makes slices of random numbers, with the awkward ones among them.
func numbers(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		switch r.IntN(10) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = float32(math.Copysign(0, -1))
		default:
			x[i] = float32(r.NormFloat64())
		}
	}
	return x
}

// TestSameBits runs every function on the same numbers at each level of this machine.
func TestSameBits(t *testing.T) {
	defer func() { inUse = sets(simd.Best) }()
	for _, n := range []int{1, 7, 8, 16, 31, 33, 64, 100} {
		var want [][]float32
		for _, level := range slices.Backward(simd.Available()) {
			if inUse = sets(level); inUse.lanes == 0 && level != simd.Go {
				continue
			}
			got := runAll(n)
			if want == nil {
				want = got
				continue
			}
			for f := range got {
				for i := range got[f] {
					if math.Float32bits(got[f][i]) != math.Float32bits(want[f][i]) {
						t.Fatalf("%s, %d numbers: element %d of result %d is %b, want %b", level, n, i, f, got[f][i], want[f][i])
					}
				}
			}
		}
	}
}

func runAll(n int) [][]float32 {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	var results [][]float32
	out := func(x ...[]float32) { results = append(results, x...) }
	y, a, b := numbers(r, n), numbers(r, n), numbers(r, n)
	Add(y, a)
	out(append([]float32(nil), y...))
	AddScaled(y, 0.3, b)
	out(append([]float32(nil), y...))
	AddRowsReLU(y, a)
	out(y)
	rows, sum := numbers(r, 5*n), numbers(r, n)
	SumRows(sum, rows)
	out(sum, append([]float32(nil), rows...))
	AddRows(rows, a)
	out(append([]float32(nil), rows...))
	AddRowsReLU(rows, b)
	out(rows)
	dx, p := make([]float32, n), make([]float32, n)
	ReLUBack(dx, a, y)
	Mul(p, a, b)
	out(dx, p)

	ReLU(p, b)
	out(append([]float32(nil), p...))
	taps := []Tap{{0, n}, {2 * n, 0}, {n, 2 * n}}
	left, right := numbers(r, 3*n), numbers(r, 3*n)
	Taps(p, left, right, taps, false)
	out(append([]float32(nil), p...))
	Taps(p, left, right, taps[1:], true)
	out(append([]float32(nil), p...))
	Scale(p, 0.7)
	out(append([]float32(nil), p...))
	SquareRows(p, left, a)
	out(append([]float32(nil), p...))
	DotRows(p, left, right, a)
	out(append([]float32(nil), p...))
	normal, back := make([]float32, 3*n), make([]float32, 3*n)
	ScaleRows(normal, left, a, b, p)
	BackRows(back, right, left, a, b, p, y)
	out(normal, back)

	w, g, m, v := numbers(r, n), numbers(r, n), numbers(r, n), numbers(r, n)
	Mul(v, v, v)
	Adam(w, g, m, v, &AdamStep{0.9, 0.1, 0.999, 0.001, 0.01, 1.2, 1e-8, 0.99})
	out(w, m, v)

	z, before, c, h, tc := numbers(r, 4*n), numbers(r, n), make([]float32, n), make([]float32, n), make([]float32, n)
	LSTM(z, c, h, tc, before)
	out(append([]float32(nil), z...), c, h, tc)
	dc, dh := numbers(r, n), numbers(r, n)
	LSTMBack(z, dc, dh, tc, before)
	out(z, dc)

	top, low := numbers(r, 6*n), numbers(r, 6*n)
	top[0], low[0] = top[n], top[n]
	most, dtop, dlow := make([]float32, 3*n), make([]float32, 6*n), make([]float32, 6*n)
	Pool2(most, top, low, n)
	Pool2Back(dtop, dlow, numbers(r, 3*n), most, top, low, n)
	out(most, dtop, dlow)
	return results
}

// TestLSTM checks forward and backward by differences, in float64.
func TestLSTM(t *testing.T) {
	const n, h = 5, 1e-6
	r := rand.New(rand.NewPCG(1, 1))
	z, before, wc, wh := make([]float64, 4*n), make([]float64, n), make([]float64, n), make([]float64, n)
	for _, x := range [][]float64{z, before, wc, wh} {
		for i := range x {
			x[i] = r.NormFloat64()
		}
	}
	loss := func() (float64, []float64, []float64) {
		gates, c, out, tc := append([]float64(nil), z...), make([]float64, n), make([]float64, n), make([]float64, n)
		LSTM(gates, c, out, tc, before)
		s := 0.0
		for i := range n {
			s += wc[i]*c[i] + wh[i]*out[i]
		}
		return s, gates, tc
	}
	_, gates, tc := loss()
	dc := append([]float64(nil), wc...)
	LSTMBack(gates, dc, wh, tc, before)
	check := func(what string, x, grad []float64) {
		for i := range x {
			was := x[i]
			x[i] = was + h
			hi, _, _ := loss()
			x[i] = was - h
			lo, _, _ := loss()
			x[i] = was
			if d := (hi - lo) / (2 * h); math.Abs(d-grad[i]) > 1e-6 {
				t.Errorf("gradient of %s %d is %v, by differences %v", what, i, grad[i], d)
			}
		}
	}
	check("gate", z, gates)
	check("state", before, dc)
}
