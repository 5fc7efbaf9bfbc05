package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// credit are people with an income, an age in years, debts and a town as a one-hot
// code.
func credit(n int) *data.Set {
	r := rand.New(rand.NewPCG(3, 3))
	x, y := mat.NewDense(n, 6, nil), make([]int, n)
	for i := range n {
		row := []float64{3000 + 800*r.NormFloat64(), float64(20 + r.IntN(50)), 500 * r.ExpFloat64(), 0, 0, 0}
		row[3+r.IntN(3)] = 1
		x.SetRow(i, row)
		if creditScore(row) > 0 {
			y[i] = 1
		}
	}
	s, err := data.New("credit", x, y, []string{"income", "age", "debt", "north", "south", "west"}, []string{"refused", "granted"})
	if err != nil {
		panic(err)
	}
	return s
}

// creditScore is above 0 for those who get a credit.
func creditScore(row []float64) float64 {
	return (row[0]-3000)/800 + (row[1]-45)/40 - (row[2]-500)/500 - 0.5*row[4]
}

func creditor(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		p := logistic(creditScore(mat.Row(nil, i, x)))
		y.SetRow(i, []float64{1 - p, p})
	}
	return y
}

var towns = Groups(map[string][]string{"town": {"north", "south", "west"}})

// refused is a row for which the score is −0.49: 390 more income would do, or 244 less
// debt, 20 more years, or to live elsewhere.
var refused = []float64{3010, 45, 500, 0, 1, 0}

func TestCounterfactual(t *testing.T) {
	set := credit(600)
	a := Counterfactual(creditor, set, towns, Count(4)).Explain(refused)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	want := map[string]float64{"income": 3400, "debt": 256, "age": 65}
	for _, one := range a.List {
		if len(one.Changes) != 1 || one.Predicted[1] <= 0.5 {
			t.Errorf("%+v", one)
			continue
		}
		at, name := 0.0, one.Changes[0].Feature
		switch name {
		case "income":
			at = one.Row[0]
		case "age":
			at = one.Row[1]
		case "debt":
			at = one.Row[2]
		case "town":
			if one.Row[4] != 0 || one.Row[3]+one.Row[5] != 1 || one.Changes[0].From != "south" {
				t.Errorf("a town that is none: %v", one.Row)
			}
		}
		if v, ok := want[name]; ok && math.Abs(at-v) > 0.03*v {
			t.Errorf("%s is %v, want about %v", name, at, v)
		}
		if v := one.Row[1]; v != math.Trunc(v) {
			t.Errorf("an age of %v", v)
		}
	}
	if len(a.List) != 4 {
		t.Errorf("%d alternatives", len(a.List))
	}
	text := a.Figure().Describe()
	if !strings.Contains(text, "The model says refused (0.62). It would say granted (0.") || !strings.Contains(text, "not what would happen in the world") {
		t.Error(text)
	}
	for range 2 { // the same on any number of processors
		was := runtime.GOMAXPROCS(1)
		again := Counterfactual(creditor, set, towns, Count(4)).Explain(refused)
		runtime.GOMAXPROCS(was)
		if !slices.EqualFunc(a.List, again.List, func(a, b Alternative) bool { return slices.Equal(a.Row, b.Row) }) {
			t.Errorf("%v\n%v", a.List, again.List)
		}
	}
}

// TestActionable keeps to what can be changed.
func TestActionable(t *testing.T) {
	set := credit(600)
	for _, c := range []struct {
		options []Option
		only    []string
	}{
		{[]Option{Actionable("debt", "age"), OnlyUp("age")}, []string{"debt", "age"}},
		{[]Option{OnlyDown("income", "age"), Actionable("income", "debt", "age")}, []string{"debt"}},
		{[]Option{Actionable("town")}, []string{"town"}},
	} {
		a := Counterfactual(creditor, set, append(c.options, towns)...).Explain(refused)
		if a.Err() != nil {
			t.Error(a.Err())
			continue
		}
		for _, one := range a.List {
			for _, change := range one.Changes {
				if !slices.Contains(c.only, change.Feature) {
					t.Errorf("only %q may change: %+v", c.only, one.Changes)
				}
			}
		}
	}
	one := func(x mat.Matrix) mat.Matrix {
		y := creditor(x).(*mat.Dense)
		n, _ := y.Dims()
		return y.Slice(0, n, 1, 2)
	}
	for want, a := range map[string]*Alternatives{
		"above":     Counterfactual(one, set, AtLeast(0.8), towns).Explain(refused),
		"half":      Counterfactual(one, set, towns).Explain(refused),
		"below":     Counterfactual(one, set, AtMost(0.1), towns).Explain(refused),
		"by name":   Counterfactual(creditor, set, Target("granted"), towns).Explain(refused),
		"by number": Counterfactual(one, set, Target(1), towns).Explain(refused),
	} {
		if a.Err() != nil {
			t.Errorf("%s: %v", want, a.Err())
			continue
		}
		p := a.List[0].Predicted[len(a.List[0].Predicted)-1]
		if ok := map[string]bool{"above": p >= 0.8 && p < 0.85, "half": p >= 0.5 && p < 0.52, "below": p <= 0.1 && p > 0.07, "by name": p > 0.5, "by number": p >= 0.5}[want]; !ok {
			t.Errorf("%s: %v", want, a.List[0])
		}
	}
	for want, a := range map[string]*Alternatives{
		"the model gives that answer for the row already":                                                          Counterfactual(creditor, set, Target("refused")).Explain(refused),
		"no values that occur together lead to that answer with the changes that are allowed: allow more than age": Counterfactual(creditor, set, Actionable("age"), OnlyDown("age")).Explain(refused),
		"the model gives that answer for none of the 600 training rows":                                            Counterfactual(creditor, set, AtLeast(2), Output(1)).Explain(refused),
		`there is no class "maybe"; there are refused, granted`:                                                    Counterfactual(creditor, set, Target("maybe")).Explain(refused),
		`there is no feature "sex"`:                                                                                Counterfactual(creditor, set, Actionable("sex")).Explain(refused),
		"say which of the 2 outputs":                                                                               Counterfactual(creditor, set, AtLeast(0.5)).Explain(refused),
		"these are 2 rows":                                                                                         Counterfactual(creditor, set).Explain([][]float64{refused, refused}),
		"0 alternatives are none":                                                                                  Counterfactual(creditor, set, Count(0)).Explain(refused),
		"age is NaN in row 0":                                                                                      Counterfactual(creditor, set).Explain([]float64{1, math.NaN(), 3, 1, 0, 0}),
		"the rows have 2 features":                                                                                 Counterfactual(creditor, set).Explain([]float64{1, 2}),
		"give one of them":                                                                                         Counterfactual(creditor, set, Target(1), AtMost(3)).Explain(refused),
		"the model panicked: broken":                                                                               Counterfactual(func(mat.Matrix) mat.Matrix { panic("broken") }, set).Explain(refused),
		"of a model of one output that is no probability": Counterfactual(func(x mat.Matrix) mat.Matrix {
			n, _ := x.Dims()
			y := mat.NewDense(n, 1, nil)
			y.Set(0, 0, 7)
			return y
		}, set).Explain(refused),
	} {
		if a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", a.Err(), want)
		}
		if _, err := a.Figure().Image(1); err == nil {
			t.Error("a picture in spite of the error")
		}
	}
}

func contrasts() map[string]*chart.Figure {
	return map[string]*chart.Figure{"counterfactual": Counterfactual(creditor, credit(600), towns, Actionable("income", "debt", "town"), AtLeast(0.7), Output(1)).Explain(refused).Figure()}
}

func ExampleCounterfactual() {
	why := Counterfactual(creditor, credit(600), Actionable("income"), OnlyUp("income")).Explain(refused)
	for _, c := range why.List[0].Changes {
		fmt.Printf("%s: %s instead of %s\n", c.Feature, c.To, c.From)
	}
	// Output: income: 3410 instead of 3010
}
