package explain

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// dice is all throws of four dice with the numbers 0 to 3, and whether the first two
// show 2 or more.
func dice() *data.Set {
	x, y := mat.NewDense(256, 4, nil), make([]int, 256)
	for i := range 256 {
		x.SetRow(i, []float64{float64(i % 4), float64(i / 4 % 4), float64(i / 16 % 4), float64(i / 64)})
		if x.At(i, 0) >= 2 && x.At(i, 1) >= 2 {
			y[i] = 1
		}
	}
	s, err := data.New("dice", x, y, []string{"a", "b", "c", "d"}, []string{"lost", "won"})
	if err != nil {
		panic(err)
	}
	return s
}

func won(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		k := 0
		if x.At(i, 0) >= 2 && x.At(i, 1) >= 2 {
			k = 1
		}
		y.Set(i, k, 1)
	}
	return y
}

// TestAnchor finds the rules that are known: both conditions for a row that wins, one
// of them, for as many rows as it can be, for one that loses.
func TestAnchor(t *testing.T) {
	set := dice()
	for _, c := range []struct {
		row        []float64
		conditions string
		answer     string
		coverage   float64
	}{
		{[]float64{3, 2, 0, 1}, "b > 1.5 a > 1.5", "won", 0.25},
		{[]float64{0, 3, 1, 2}, "a ≤ 1.5", "lost", 0.5},
		{[]float64{2, 1, 3, 3}, "b ≤ 1.5", "lost", 0.5},
	} {
		s := Anchor(won, set).Explain(c.row)
		if s.Err() != nil {
			t.Fatal(s.Err())
		}
		if got := strings.Join(s.Conditions, " "); got != c.conditions || s.Answer != c.answer || s.Coverage != c.coverage || s.Precision.Value != 1 || !s.Enough {
			t.Errorf("%v: %+v", c.row, s)
		}
		if len(s.Steps) != len(s.Conditions)+1 {
			t.Errorf("%d steps", len(s.Steps))
		}
	}
	s := Anchor(won, set, Categorical("a", "b", "c", "d")).Explain([]float64{3, 2, 0, 1})
	if got := strings.Join(s.Conditions, ", "); got != "a = 3, b = 2" && got != "b = 2, a = 3" || s.Coverage != 1.0/16 {
		t.Errorf("%v %+v", s.Err(), s)
	}
	was := runtime.GOMAXPROCS(1)
	again := Anchor(won, set, Categorical("a", "b", "c", "d")).Explain([]float64{3, 2, 0, 1})
	runtime.GOMAXPROCS(was)
	if !reflect.DeepEqual(s, again) {
		t.Errorf("%+v\n%+v", s, again)
	}
}

// TestAnchorPrecision compares precision and coverage with all rows there are.
func TestAnchorPrecision(t *testing.T) {
	set := dice()
	// Won by 5 or more together, which no short rule says for sure.
	sum := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, logistic(x.At(i, 0)+x.At(i, 1)+x.At(i, 2)+x.At(i, 3)-4.5))
		}
		return y
	}
	s := Anchor(sum, set, Precision(0.8)).Explain([]float64{3, 2, 3, 1})
	if s.Err() != nil || !s.Enough || s.Precision.High < 0.8 {
		t.Fatalf("%v %+v", s.Err(), s)
	}
	all := Anchor(sum, set, AtLeast(0.99999)).Explain([]float64{3, 3, 3, 3})
	if all.Err() == nil || !strings.Contains(all.Err().Error(), "and not at least") {
		t.Errorf("%v %+v", all.Err(), all)
	}
	const high = 0.99 // 4.6 above the middle: of a sum of 10 or more, of which there are 15 in 256
	seldom := Anchor(sum, set, AtLeast(high)).Explain([]float64{3, 3, 3, 3})
	if seldom.Err() != nil || math.Abs(seldom.Steps[0].Precision.Value-15.0/256) > 0.03 || seldom.Answer != "at least 0.99" {
		t.Errorf("%v %+v", seldom.Err(), seldom)
	}
	always := Anchor(func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 1, nil) }, set).Explain([]float64{3, 2, 3, 1})
	if always.Err() != nil || len(always.Conditions) != 0 || !strings.HasPrefix(always.String(), "Whatever the features are, the model says lost for 100 %") {
		t.Errorf("%v %v", always.Err(), always)
	}
	noise := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, float64(hash(mat.Row(nil, i, x))>>20&1))
		}
		return y
	}
	if s := Anchor(noise, set, Precision(0.99)).Explain([]float64{3, 2, 3, 1}); s.Err() != nil || !s.Enough && !strings.Contains(s.Figure().Describe(), "hangs on many features") {
		t.Errorf("%v %v", s.Err(), s)
	}
	for want, s := range map[string]*Sufficient{
		"a share of 1.5":             Anchor(won, set, Precision(1.5)).Explain([]float64{3, 2, 3, 1}),
		"conditions are of bins":     Anchor(won, set, Bins("none")).Explain([]float64{3, 2, 3, 1}),
		"these are 256 rows":         Anchor(won, set).Explain(set),
		"the rows have 1 features":   Anchor(won, set).Explain([]float64{3}),
		"gives no probabilities":     Anchor(known, cube(3)).Explain([]float64{1, 1, 1}),
		"the model panicked: broken": Anchor(func(mat.Matrix) mat.Matrix { panic("broken") }, set).Explain([]float64{3, 2, 3, 1}),
		"there is no model":          Anchor(nil, set).Explain([]float64{3, 2, 3, 1}),
	} {
		if s.Err() == nil || !strings.Contains(s.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", s.Err(), want)
		}
		if _, err := s.Figure().Image(1); err == nil {
			t.Error("a picture in spite of the error")
		}
	}
}

func anchors() map[string]*chart.Figure {
	return map[string]*chart.Figure{"anchor": Anchor(won, dice()).Explain([]float64{3, 2, 0, 1}).Figure()}
}

func ExampleAnchor() {
	fmt.Println(Anchor(won, dice()).Explain([]float64{3, 2, 0, 1}))
	// Output: If b > 1.5 and a > 1.5, the model says won for 100 % (99.6 % to 100 %) of rows, whatever their other features are. That is true of 25 % of the data.
}
