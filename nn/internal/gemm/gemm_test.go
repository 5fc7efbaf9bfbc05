package gemm

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"loupe/internal/simd"
	"loupe/nn/internal/team"
)

// each runs a test with every kernel of this machine.
func each(t *testing.T, test func(t *testing.T)) {
	defer func() { inUse = tilings(simd.Best) }()
	for _, level := range simd.Available() {
		inUse = tilings(level)
		t.Run(string(level), test)
	}
}

// naive is the definition of the product.
func naive[T Float](c, a, b Matrix[T], add bool) {
	for i := range a.Rows {
		for j := range b.Cols {
			var s T
			if add {
				s = c.Data[i*c.RowStep+j]
			}
			for k := range a.Cols {
				x, y := a.Data[i*a.RowStep+k*a.ColStep], b.Data[k*b.RowStep+j*b.ColStep]
				switch z := any(&s).(type) {
				case *float32:
					*z = fma32(float32(x), float32(y), *z)
				case *float64:
					*z = math.FMA(float64(x), float64(y), *z)
				}
			}
			c.Data[i*c.RowStep+j] = s
		}
	}
}

func same[T Float](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}

var shapes = [][3]int{
	{1, 1, 1}, {1, 7, 0}, {3, 5, 2}, {12, 32, 9}, {13, 33, 17}, {32, 256, 64}, {25, 10, 300},
	{97, 65, 257}, {200, 31, 70}, {1, 100, 400}, {130, 1, 33}, {40, 70, 520},
}

func testShapes[T Float](t *testing.T) {
	defer team.SetSize(0)
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		if testing.Short() && m*n*k > 1_000_000 { // takes long in an emulator
			continue
		}
		for variant := range 8 {
			a, b := Dense(make([]T, m*k), m, k), Dense(make([]T, k*n), k, n)
			if variant&1 != 0 {
				a = Dense(make([]T, m*k), k, m).T()
			}
			if variant&2 != 0 {
				b = Dense(make([]T, n*k), n, k).T()
			}
			for _, x := range [][]T{a.Data, b.Data} {
				for i := range x {
					x[i] = T(r.NormFloat64())
				}
			}
			c := Dense(make([]T, m*(n+3)), m, n) // rows with a gap
			c.RowStep = n + 3
			for i := range c.Data {
				c.Data[i] = T(r.NormFloat64())
			}
			add := variant&4 != 0
			want := append([]T(nil), c.Data...)
			naive(Matrix[T]{want, m, n, c.RowStep, 1}, a, b, add)
			for cores := 3; cores >= 1; cores-- {
				if testing.Short() && cores < 3 {
					break
				}
				team.SetSize(cores)
				got := append([]T(nil), c.Data...)
				Mul(Matrix[T]{got, m, n, c.RowStep, 1}, a, b, add)
				for i := range want {
					if !same(got[i], want[i]) {
						t.Fatalf("%d×%d×%d, variant %d, %d cores: element %d is %v, want %v", m, n, k, variant, cores, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func TestSameBits(t *testing.T) {
	each(t, func(t *testing.T) {
		t.Run("float32", testShapes[float32])
		t.Run("float64", testShapes[float64])
	})
}

// awkward are numbers whose products and sums are hard to round.
func awkward(r *rand.Rand) float32 {
	switch r.IntN(12) {
	case 0:
		return float32(math.Inf(1 - 2*r.IntN(2)))
	case 1:
		return float32(math.NaN())
	case 2:
		return math.Float32frombits(r.Uint32() & 0x807fffff) // zero and subnormal
	case 3:
		return math.Float32frombits(r.Uint32()&0x807fffff | 0x00800000) // the least normal
	case 4, 5, 6: // few bits: sums that lie halfway
		return float32(math.Ldexp(float64(r.IntN(1<<12)|1), r.IntN(60)-30))
	case 7:
		return math.Float32frombits(r.Uint32()&0x80000003 | 0x3f800000) // about 1
	case 8:
		return math.Float32frombits(r.Uint32()&0x807fffff | 0x7f000000) // about the greatest
	}
	return math.Float32frombits(r.Uint32())
}

// TestFMA32 compares with sums of unlimited precision, rounded once.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	near := 0
	for range 300_000 {
		x, y, z := awkward(r), awkward(r), awkward(r)
		if r.IntN(3) == 0 { // z at a distance where the product decides the rounding
			e := math.Ilogb(float64(x)*float64(y)) + 20 + r.IntN(10)
			z = float32(math.Ldexp(1+float64(r.IntN(1<<23))/(1<<23), max(min(e, 120), -140)))
		}
		got := fma32(x, y, z)
		if special(x) || special(y) || special(z) {
			if want := float32(float64(x)*float64(y) + float64(z)); !same(got, want) {
				t.Fatalf("fma(%v, %v, %v) = %v, want %v", x, y, z, got, want)
			}
			continue
		}
		exact := new(big.Float).SetPrec(2000).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		exact.Add(exact, new(big.Float).SetPrec(2000).SetFloat64(float64(z)))
		want, _ := exact.Float32()
		if got != want {
			t.Fatalf("fma(%b, %b, %b) = %b, want %b", x, y, z, got, want)
		}
		if want != float32(float64(x)*float64(y)+float64(z)) {
			near++
		}
	}
	if near < 3 {
		t.Errorf("only %d of the sums are wrong if rounded twice: the test tests nothing", near)
	}
}

func special(x float32) bool { return x != x || math.IsInf(float64(x), 0) }

// TestAwkward compares the kernels where rounding is hard.
func TestAwkward(t *testing.T) {
	each(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for range 200 {
			m, n, k := 13, 33, 1+r.IntN(3)
			a, b := Dense(make([]float32, m*k), m, k), Dense(make([]float32, k*n), k, n)
			c, want := make([]float32, m*n), make([]float32, m*n)
			for _, x := range [][]float32{a.Data, b.Data, c} {
				for i := range x {
					x[i] = awkward(r)
				}
			}
			copy(want, c)
			naive(Dense(want, m, n), a, b, true)
			Mul(Dense(c, m, n), a, b, true)
			for i := range c {
				if !same(c[i], want[i]) {
					t.Fatalf("element %d is %b, want %b", i, c[i], want[i])
				}
			}
		}
	})
}

type rowsOnce struct {
	seen []int
	c    []float32
	k    int
	bad  chan int
}

func (r *rowsOnce) Complete(i, n int) {
	for ; n > 0; i, n = i+1, n-1 {
		r.seen[i]++
		if r.c[i*40+39] != float32(r.k) {
			r.bad <- i
		}
	}
}

// TestComplete checks that every row is announced once, and complete.
func TestComplete(t *testing.T) {
	for _, m := range []int{1, 5, 96, 333} {
		const n, k = 40, 600
		ones := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = 1
			}
			return x
		}
		c := make([]float32, m*n)
		done := &rowsOnce{make([]int, m), c, k, make(chan int, m)}
		var right Right[float32]
		right.Pack(Dense(ones(k*n), k, n))
		p := Product[float32]{M: m, A: Dense(ones(m*k), m, k), B: &right, C: c, Step: n, Complete: done}
		p.Run()
		for i, seen := range done.seen {
			if seen != 1 {
				t.Errorf("row %d of %d was announced %d times", i, m, seen)
			}
		}
		if len(done.bad) > 0 {
			t.Errorf("row %d of %d was announced before it was complete", <-done.bad, m)
		}
	}
}

func BenchmarkMul(b *testing.B) {
	defer team.SetSize(0)
	for _, cores := range []int{1, 2} {
		for _, s := range [][3]int{{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048}, {32, 256, 64}, {6400, 256, 64}, {3872, 64, 288}} {
			b.Run(fmt.Sprintf("f32/%dx%dx%d/%d", s[0], s[1], s[2], cores), func(b *testing.B) { benchmark[float32](b, s, cores) })
		}
	}
	b.Run("f64/512x512x512/1", func(b *testing.B) { benchmark[float64](b, [3]int{512, 512, 512}, 1) })
}

func benchmark[T Float](b *testing.B, s [3]int, cores int) {
	team.SetSize(cores)
	m, n, k := s[0], s[1], s[2]
	x, y, z := Dense(make([]T, m*k), m, k), Dense(make([]T, k*n), k, n), Dense(make([]T, m*n), m, n)
	best := time.Hour // other programs disturb the mean, not the best
	for b.Loop() {
		begin := time.Now()
		Mul(z, x, y, false)
		best = min(best, time.Since(begin))
	}
	b.ReportMetric(2*float64(m*n*k)/best.Seconds()/1e9, "GFLOP/s")
}
