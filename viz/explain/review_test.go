package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// loans are people of two towns who pay back as often, as their income says; the
// model of planted adds a malus for the second town.
func loans(n int) *data.Set {
	r := rand.New(rand.NewPCG(7, 7))
	x, y := mat.NewDense(n, 2, nil), make([]int, n)
	for i := range n {
		x.Set(i, 0, float64(i%2))
		x.Set(i, 1, r.NormFloat64())
		if r.Float64() < logistic(2*x.At(i, 1)) {
			y[i] = 1
		}
	}
	s, err := data.New("loans", x, y, []string{"town", "income"}, []string{"default", "paid back"})
	if err != nil {
		panic(err)
	}
	return s
}

func logistic(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

func planted(malus float64) func(x mat.Matrix) mat.Matrix {
	return func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 2, nil)
		for i := range n {
			p := logistic(2*x.At(i, 1) - malus*x.At(i, 0))
			y.SetRow(i, []float64{1 - p, p})
		}
		return y
	}
}

// TestReview finds the bias that was planted, and none where there is none.
func TestReview(t *testing.T) {
	set := loans(4000)
	r := NewReview(planted(1.5), set, By("town"))
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	if r.Positive != "paid back" || len(r.Groups) != 2 || r.Groups[0].Name != "town = 0" || r.Groups[0].N != 2000 {
		t.Fatalf("%+v", r.Groups)
	}
	gaps := r.Gaps()
	if len(gaps) != 4 || gaps[0].Measure != "Selected" || gaps[0].Most != "town = 0" || !gaps[0].Sure() || !gaps[1].Sure() || !gaps[2].Sure() {
		t.Errorf("gaps %+v", gaps)
	}
	// A half is reached from income 0 on in one town, from 0.75 on in the other.
	if want := 0.5 - (1-math.Erf(0.75/math.Sqrt2))/2; math.Abs(gaps[0].Value-want) > 0.03 {
		t.Errorf("the gap is %v, by hand %v", gaps[0].Value, want)
	}
	if a, b := r.Groups[0].Miscalibration, r.Groups[1].Miscalibration; a > 0.03 || b < 0.1 {
		t.Errorf("miscalibrated by %v and %v", a, b)
	}
	fair := NewReview(planted(0), set, By("town"))
	for _, g := range fair.Gaps() {
		if g.Sure() {
			t.Errorf("a gap where there is none: %+v", g)
		}
	}
	if text := fair.Figure().Describe(); !strings.Contains(text, "No difference between groups is larger than chance explains (95 % intervals).") {
		t.Error(text)
	}
	if one := r.At(0); one.Groups[1].Selected.Value != 1 || r.Groups[1].Selected.Value == 1 {
		t.Errorf("threshold 0 accepts %v; it was %v", one.Groups[1].Selected.Value, r.Groups[1].Selected.Value)
	}
	rule := NewReview(planted(1.5), set, ByRule("income", func(row []float64) string { return fmt.Sprint(row[1] > 0) }))
	if rule.Err() != nil || rule.Groups[0].Name != "false" {
		t.Errorf("%v %+v", rule.Err(), rule.Groups)
	}
	quartiles := NewReview(planted(1.5), set, By("income"))
	if len(quartiles.Groups) != 4 || quartiles.Groups[0].N < 990 || quartiles.Groups[0].N > 1010 || !strings.HasPrefix(quartiles.Groups[0].Name, "income -") {
		t.Errorf("%v %+v", quartiles.Err(), quartiles.Groups)
	}
}

// TestManyGroups: among groups that do not differ, one pair of fifty or so is no finding.
func TestManyGroups(t *testing.T) {
	set, found := loans(4000), 0
	const trials = 100
	for trial := range trials {
		r := rand.New(rand.NewPCG(uint64(trial), 1))
		names := make([]string, set.Len())
		for i := range names {
			names[i] = fmt.Sprintf("group %d", r.IntN(10))
		}
		if gaps := NewReview(planted(0), set, ByName("chance", names)).Gaps(); gaps[0].Sure() {
			found++
		}
	}
	if found > 10 { // 5 are to be expected at most
		t.Errorf("%d of %d reviews of groups by chance find a difference", found, trials)
	}
}

// TestRate compares intervals with those of Wilson's formula as Newcombe (1998) prints
// them.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if r := rate(c.k, c.n); math.Abs(r.Low-c.low) > 5e-5 || math.Abs(r.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %v to %v", c.k, c.n, r.Low, r.High)
		}
	}
	if r := rate(0, 0); !math.IsNaN(r.Value) || r.Low != 0 || r.High != 1 {
		t.Errorf("none of none: %+v", r)
	}
}

func TestMistakesOfReviews(t *testing.T) {
	set := loans(40)
	for _, c := range []struct {
		r    *Review
		want string
	}{
		{NewReview(planted(0), set, By("age")), `there is no feature "age"; there are town, income`},
		{NewReview(planted(0), set, GroupBy{}), "say what to group by"},
		{NewReview(planted(0), set, ByName("sex", []string{"f"})), "1 names of groups for 40 rows"},
		{NewReview(planted(0), set, ByRule("all", func([]float64) string { return "all" })), "nothing to compare: 1 group"},
		{NewReview(planted(0), data.Iris(), By("petal length (cm)")), "does not have two classes"},
		{NewReview(known, cube(3), By("a")), "does not have two classes"},
		{NewReview(func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 3, nil) }, set, By("town")), "3 outputs for two classes"},
		{NewReview(func(x mat.Matrix) mat.Matrix {
			n, _ := x.Dims()
			y := mat.NewDense(n, 1, nil)
			y.Set(0, 0, 7)
			return y
		}, set, By("town")), "the model returned 7 for row 0: that is no probability"},
		{NewReview(planted(0), set, By("town")).At(2), "2 is no threshold"},
		{NewReview(planted(0), set, ByRule("i", func(row []float64) string { return fmt.Sprint(row[1]) })), "there are 40 groups"},
	} {
		for _, f := range []*chart.Figure{c.r.Figure(), c.r.Thresholds(), c.r.Calibration()} {
			if _, err := f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
		}
	}
}

// TestReviewByFeature finds by which feature, and on which side, a group is treated
// worse.
func TestReviewByFeature(t *testing.T) {
	set := loans(400)
	r := NewReview(planted(1.5), set, By("town"))
	why := KernelSHAP(planted(1.5), set.First(100)).Explain(set)
	list, err := r.Shares(why)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 || list[0].Feature != "town" || list[0].Group != "town = 0" || !(list[1].High < 0 && list[0].Low > 0) || !(list[2].Low < list[3].High && list[3].Low < list[2].High) {
		t.Errorf("%+v", list)
	}
	// The same of the other class has the other sign, and is refused by its name.
	if _, err := r.Shares(why.Output("default")); err == nil || !strings.Contains(err.Error(), "the attribution explains default, and the review is of paid back: give its explainer Output(1)") {
		t.Errorf("the error is %v", err)
	}
	if one, err := r.Shares(why.Output("paid back")); err != nil || one[0] != list[0] {
		t.Errorf("%v %+v", err, one)
	}
	if text := r.Contributions(why).Describe(); !strings.Contains(text, "town contributes +") || !strings.Contains(text, "for town = 1") {
		t.Error(text)
	}
	for want, f := range map[string]*chart.Figure{
		"of 10 rows, and 400 were reviewed": r.Contributions(why.Rows(0, 10)),
		"there is no attribution":           r.Contributions(nil),
		`there is no feature "age"`:         r.Boundary("town", "age"),
		"many for one figure":               NewReview(planted(1), set, ByRule("k", func(row []float64) string { return fmt.Sprint(int(10+row[1]*3) % 7) })).Boundary("town", "income"),
	} {
		if _, err := f.Image(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

func reviews() map[string]*chart.Figure {
	r := NewReview(planted(1.5), loans(1000), By("town"))
	part := loans(200)
	few := NewReview(planted(1.5), part, By("town"))
	m, sides := steep(400)
	return map[string]*chart.Figure{
		"review":      r.Figure(),
		"by-group":    few.Contributions(KernelSHAP(planted(1.5), part.First(50)).Explain(part)),
		"boundaries":  few.Boundary("income", "town"),
		"robustness":  Robust(m, sides).Figure(),
		"thresholds":  r.Thresholds(),
		"calibration": r.Calibration().With(chart.Theme(chart.Dark)),
	}
}
