package trees

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
)

func accuracy(e *Ensemble, s *data.Set) float64 {
	y := e.Predict(s.Matrix()).(*mat.Dense)
	if s.Targets() != nil {
		mean, a, b := 0.0, 0.0, 0.0
		for _, v := range s.Targets() {
			mean += v / float64(s.Len())
		}
		for i, v := range s.Targets() {
			a += math.Pow(v-y.At(i, 0), 2)
			b += math.Pow(v-mean, 2)
		}
		return 1 - a/b
	}
	right := 0
	for i, c := range s.Labels() {
		got := 0
		if row := y.RawRowView(i); len(row) > 1 {
			got = most(row)
		} else if len(e.Classes) > 1 && row[0] > 0.5 {
			got = 1
		}
		if got == c {
			right++
		}
	}
	return float64(right) / float64(s.Len())
}

func TestTry(t *testing.T) {
	for _, s := range []*data.Set{data.Iris(), data.Wine(), data.BreastCancer(), data.Digits(), data.Diabetes()} {
		train, test := s.Split()
		g, f := Grow(train), Forest(train)
		t.Log(g, accuracy(g, train), accuracy(g, test))
		t.Log(f, accuracy(f, train), accuracy(f, test), f.Learned.OutOfBag, f.Learned.OutOfBagRows)
		b := Boost(train)
		t.Log(b, accuracy(b, train), accuracy(b, test), b.Learned.Loss[len(b.Learned.Loss)-1], b.Learned.Stopped)
	}
}

func BenchmarkForest(b *testing.B) {
	for name, s := range map[string]*data.Set{"cancer": data.BreastCancer(), "digits": data.Digits(), "diabetes": data.Diabetes()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Forest(s)
			}
		})
	}
}

func BenchmarkBoost(b *testing.B) {
	for name, s := range map[string]*data.Set{"cancer": data.BreastCancer(), "digits": data.Digits(), "diabetes": data.Diabetes()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Boost(s)
			}
		})
	}
	b.Run("made", func(b *testing.B) {
		s := made(100_000, 30)
		for b.Loop() {
			Boost(s, Options{Leaves: 31, MinLeaf: 20})
		}
	})
}

// made is a set of two classes that depend on features in curved ways.
func made(n, p int) *data.Set {
	r := rand.New(rand.NewPCG(1, 2))
	x, y := mat.NewDense(n, p, nil), make([]int, n)
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] = r.NormFloat64()
		}
		if row[0]*row[1]+math.Sin(2*row[2])+row[3]*row[3]-1+0.5*r.NormFloat64() > 0 {
			y[i] = 1
		}
	}
	s, err := data.New("made", x, y, nil, nil)
	if err != nil {
		panic(err)
	}
	return s
}
