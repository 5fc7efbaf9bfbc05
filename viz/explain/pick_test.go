package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/words"
)

// explained is an attribution of contributions.
func explained(values ...[]float64) *Attribution {
	a := &Attribution{Method: "LIME", Outputs: []string{"y"}, Values: []*mat.Dense{mat.NewDense(len(values), len(values[0]), nil)},
		Data: mat.NewDense(len(values), len(values[0]), nil), Predicted: mat.NewDense(len(values), 1, nil)}
	for j := range values[0] {
		a.Features = append(a.Features, fmt.Sprintf("f%d", j+1))
	}
	for i, row := range values {
		a.Values[0].SetRow(i, row)
	}
	return a
}

// TestPick picks from a matrix with all that the text about figure 5 of the paper says: f2
// matters most, as most rows show it; the third row adds nothing to the second; rows 2 and
// 5 are picked, and cover all but f1.
func TestPick(t *testing.T) {
	toy := explained(
		[]float64{1, 1, 0, 0, 0},
		[]float64{0, -1, 1, 0, 0},
		[]float64{0, 1, -1, 0, 0},
		[]float64{0, 1, 0, 0, 0},
		[]float64{0, 0, 0, 1, 1},
	)
	p := toy.Pick(2)
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	root := math.Sqrt2
	if !slices.Equal(p.Rows, []int{1, 4}) || !slices.Equal(p.Importance, []float64{1, 2, root, 1, 1}) {
		t.Errorf("rows %v, importance %v", p.Rows, p.Importance)
	}
	all := 5 + root
	if math.Abs(p.Covered[0]-(2+root)/all) > 1e-12 || math.Abs(p.Covered[1]-(4+root)/all) > 1e-12 {
		t.Errorf("covered %v", p.Covered)
	}
	if rows, _, _ := p.Why.Dims(); rows != 2 || p.Row(1).At(0, 3, 0) != 1 || p.Why.At(0, 1, 0) != -1 || p.Explained != 5 {
		t.Errorf("%v", p.Why.Values[0])
	}
	if text := p.Describe(); !strings.Contains(text, "2 explanations of 5 rows together show features with 84.4 % of the importance of all.") ||
		!strings.Contains(text, "None of them shows f1.") {
		t.Error(text)
	}
	// With nothing left to cover, what is shown more strongly; of equals the first.
	strong := explained([]float64{1, 2}, []float64{3, 1}, []float64{1, 4}, []float64{3, 1})
	if p := strong.Pick(3); !slices.Equal(p.Rows, []int{1, 2, 3}) && !slices.Equal(p.Rows, []int{2, 1, 0}) || p.Covered[0] != 1 {
		t.Errorf("%v, covered %v", p.Rows, p.Covered)
	}
	if p := explained([]float64{1, 0}, []float64{1, 0}, []float64{-1, 0}).Pick(3); !slices.Equal(p.Rows, []int{0, 1, 2}) {
		t.Errorf("equals: %v", p.Rows)
	}
	// An explanation shows its largest contributions only.
	if p := explained([]float64{5, 1, 0.1}, []float64{0, 1, 0.1}).Pick(1, MaxFeatures(1)); p.Importance[2] != 0 || p.Importance[1] != 1 {
		t.Errorf("%v", p.Importance)
	}
}

// TestPickBound compares with the best rows of all: greedy reaches 1 − 1/e of what they cover.
func TestPickBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		values := make([][]float64, 9)
		for i := range values {
			values[i] = make([]float64, 12)
			for range 1 + r.IntN(4) {
				values[i][r.IntN(12)] = r.NormFloat64()
			}
		}
		a := explained(values...)
		p, again := a.Pick(3), a.Pick(3)
		if p.Err() != nil || !slices.Equal(p.Rows, again.Rows) {
			t.Fatal(p.Err(), p.Rows, again.Rows)
		}
		covers := func(rows ...int) float64 {
			all := 0.0
			for j, x := range p.Importance {
				for _, i := range rows {
					if values[i][j] != 0 {
						all += x
						break
					}
				}
			}
			return all / sum(p.Importance)
		}
		best := 0.0
		for i := range values {
			for j := range i {
				for k := range j {
					best = max(best, covers(i, j, k))
				}
			}
		}
		if got := covers(p.Rows...); math.Abs(got-p.Covered[2]) > 1e-12 || got < (1-1/math.E)*best || got > best+1e-12 {
			t.Errorf("greedy covers %v (says %v), the best %v", got, p.Covered[2], best)
		}
	}
}

// TestSubmodularPick draws rows, and picks from several explainers.
func TestSubmodularPick(t *testing.T) {
	f := func(x mat.Matrix) mat.Matrix { // what matters depends on the row
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			if x.At(i, 0) > 0 {
				y.Set(i, 0, x.At(i, 1))
			} else {
				y.Set(i, 0, 2*x.At(i, 2))
			}
		}
		return y
	}
	train := fewRows(60, 5, 1)
	for name, e := range map[string]Explainer{"LIME": LIME(f, train, MaxFeatures(2), Samples(500)), "SHAP": ExactSHAP(f, train)} {
		p := SubmodularPick(e, train, 2, Samples(40), Seed(3), MaxFeatures(2))
		again := SubmodularPick(e, train, 2, Samples(40), Seed(3), MaxFeatures(2))
		if p.Err() != nil {
			t.Fatal(name, p.Err())
		}
		if !slices.Equal(p.Rows, again.Rows) || p.From != 60 || p.Explained != 40 || p.Rows[0] == p.Rows[1] {
			t.Errorf("%s: %v, %v, %d of %d", name, p.Rows, again.Rows, p.Explained, p.From)
		}
		for k, i := range p.Rows {
			if !slices.Equal(p.Why.Data.RawRowView(k), train.RawRowView(i)) {
				t.Errorf("%s: pick %d is not row %d", name, k, i)
			}
		}
		if text := p.Describe(); !strings.Contains(text, "2 explanations of 40 rows (drawn from 60) together") {
			t.Errorf("%s: %s", name, text)
		}
	}
	// Of three outputs, each row has its own.
	m := nn.Sequential(nn.Dense(3, nn.Softmax)).Seed(1).Build(4)
	p := ExactSHAP(m, data.Iris()).Explain(data.Iris()).Pick(3, MaxFeatures(2))
	if p.Err() != nil || !strings.Contains(p.Describe(), "Each row is explained by the output that is greatest for it.") {
		t.Errorf("%v %s", p.Err(), p.Describe())
	}
}

// opinions are texts with words in common.
func opinions() []string {
	return []string{"A good film", "good cast, bad end", "not bad", "the end", "Good, good, good"}
}

// TestPickTexts knows words again in other texts.
func TestPickTexts(t *testing.T) {
	p := SubmodularPick(ExactSHAP(praise, nil), opinions(), 3)
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	if got := strings.Join(p.Why.Features, " "); got != "good bad not" {
		t.Errorf("the words are %s", got)
	}
	// good: 2 + 2 + 6 = 10; bad: −1 and 1, as not bad counts 1; not: 1 + 0.
	want := map[string]float64{"good": math.Sqrt(10), "bad": 1, "not": 1}
	for j, w := range p.Why.Features {
		if d := p.Importance[j] - want[w]; math.Abs(d) > 1e-12 && w != "bad" || p.Importance[j] > 0 && want[w] == 0 {
			t.Errorf("%s matters %v", w, p.Importance[j])
		}
	}
	if p.Rows[0] != 1 || p.Rows[1] != 2 || p.Rows[2] != 4 { // good and bad, not, and good most strongly
		t.Errorf("rows %v", p.Rows)
	}
	if a := p.Row(2); strings.Join(a.Features, " ") != "Good good good" || a.Text().Describe() == "" {
		t.Errorf("%v", a.Features)
	}
	if n := p.Why.Data.At(2, 0); n != 3 || p.Why.At(2, 0, 0) != 6 {
		t.Errorf("good is there %v times, with %v", n, p.Why.At(2, 0, 0))
	}
	// Models that read numbers of words, and repeated explanations.
	reviews := data.Reviews()
	m := nn.Sequential(nn.Embedding(1000, 4), nn.GlobalAvgPool(), nn.Dense(1, nn.Sigmoid)).Seed(1).Build(reviews.Train.Width())
	p = SubmodularPick(LIMEText(m, Samples(500), Repeats(2)), reviews.Test, 2, Samples(3))
	if p.Err() != nil || p.Explained != 3 || len(p.Why.Stability) != 2 {
		t.Errorf("%v, %d", p.Err(), p.Explained)
	}
	if _, err := p.Figure().PNG(); err != nil {
		t.Error(err)
	}
}

// TestPickLines gives each pick some lines, however little its features matter.
func TestPickLines(t *testing.T) {
	values := make([][]float64, 3)
	for i := range values {
		values[i] = make([]float64, 40)
		for j := range 12 {
			values[i][12*i+j] = []float64{100, 10, 1}[i]
		}
	}
	d := newPickDrawing(explained(values...).Pick(3, MaxFeatures(12)))
	if !slices.Equal(d.order, []int{0, 1, 2, 3, 4, 5, 12, 13, 24, 25}) || d.more != 26 {
		t.Errorf("lines of %v and %d more", d.order, d.more)
	}
}

func TestPickMistakes(t *testing.T) {
	one := explained([]float64{1, 2})
	missing := explained([]float64{1, 2}, []float64{math.NaN(), 2})
	shaped := explained([]float64{1, 2, 3, 4})
	shaped.Shape = []int{2, 2, 1}
	placed := wordsOf("a b", 1, 2)
	placed = stacked([]*Attribution{placed, placed})
	lime := LIME(addUp, someRows, Samples(500))
	for want, p := range map[string]*Picks{
		"of 1 explained rows, 0 cannot be picked: ask for 1":      one.Pick(0),
		"of 1 explained rows, 2 cannot be picked":                 one.Pick(2),
		"the contribution of f1 for row 1 is NaN":                 missing.Pick(1),
		"all contributions are 0":                                 explained([]float64{0, 0}).Pick(1),
		"images have no features in common":                       shaped.Pick(1),
		"each text has another word":                              placed.Pick(1),
		"the option Seed means nothing here":                      one.Pick(1, Seed(1)),
		"MaxFeatures(0) leaves nothing":                           one.Pick(1, MaxFeatures(0)),
		"there are no rows 3 to 3":                                one.Row(3).Pick(1),
		"there is no explainer":                                   SubmodularPick(nil, someRows, 1),
		"there is no explainer: it is nil":                        SubmodularPick((*Local)(nil), someRows, 1),
		"there are no rows":                                       SubmodularPick(lime, nil, 1),
		"the list is empty":                                       SubmodularPick(lime, []string{}, 1),
		"Samples(0) explains no row":                              SubmodularPick(lime, someRows, 1, Samples(0)),
		"of 2 explained rows, 3 cannot be picked: ask for 1 to 2": SubmodularPick(lime, fewRows(9, 3, 1), 3, Samples(2)),
		"sample 1: explain: LIME: the text \"...\" has no words":  SubmodularPick(LIMEText(praise, Samples(500)), []string{"good", "..."}, 1),
		"sample 0 is no text":                                     SubmodularPick(lime, []any{oneRow}, 1),
		"a pixel, of one image is not the same thing in another":  SubmodularPick(LIMEImage(lights, Superpixels(4), Segments("grid"), Samples(500)), lit(), 1),
	} {
		if p.Err() == nil || !strings.Contains(p.Err().Error(), want) {
			t.Errorf("%v, want %q", p.Err(), want)
		}
		if _, err := p.Figure().Image(1); err == nil || p.Row(0).Err() == nil {
			t.Errorf("%s: a picture in spite of the error", want)
		}
	}
	if err := one.Pick(1).Row(1).Err(); err == nil || !strings.Contains(err.Error(), "there is no pick 1: 1 rows are picked") {
		t.Error(err)
	}
}

func picks() map[string]*chart.Figure {
	m := nn.Sequential(nn.Dense(3, nn.Softmax)).Seed(1).Build(4)
	return map[string]*chart.Figure{
		"picks":         weighed(200, 1).Pick(5, MaxFeatures(4)).Figure(),
		"picks-classes": ExactSHAP(m, data.Iris()).Explain(data.Iris()).Pick(3, MaxFeatures(2)).Figure(),
		"picks-texts":   SubmodularPick(ExactSHAP(praise, nil), opinions(), 3).Figure().With(chart.Theme(chart.Dark)),
		"picks-chinese": weighed(200, 2).Pick(3, MaxFeatures(3)).Figure().With(chart.Language(words.Chinese)),
	}
}
