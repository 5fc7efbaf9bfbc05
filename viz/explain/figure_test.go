package explain

import (
	"maps"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/internal/golden"
	"loupe/internal/legible"
	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/words"
)

// weighed is the attribution of a model that adds up features, each times a weight
// and the standard deviations it is from its mean, with some outputs.
func weighed(rows, outputs int) *Attribution {
	set := data.BreastCancer()
	x := set.Matrix()
	n, features := x.Dims()
	a := &Attribution{Method: "Linear SHAP", Features: set.Features(), Data: mat.DenseCopyOf(x.Slice(0, rows, 0, features)), Predicted: mat.NewDense(rows, outputs, nil)}
	for k := range outputs {
		a.Outputs = append(a.Outputs, []string{"malignant", "benign", "unknown"}[k])
		a.Base = append(a.Base, 0.5-0.2*float64(k))
		v := mat.NewDense(rows, features, nil)
		for j := range features {
			col := mat.Col(nil, j, x)
			mean, square := sum(col)/float64(n), 0.0
			for _, c := range col {
				square += (c - mean) * (c - mean) / float64(n)
			}
			for i := range rows {
				v.Set(i, j, math.Sin(float64(3*j+k+1))*math.Exp(-float64((j*7+k*5)%30)/6)*(col[i]-mean)/math.Sqrt(square))
			}
		}
		for i := range rows {
			a.Predicted.Set(i, k, a.Base[k]+sum(v.RawRowView(i)))
		}
		a.Values = append(a.Values, v)
	}
	return a.additive(1e-9)
}

// uncertain has standard errors.
func uncertain() *Attribution {
	a := weighed(1, 1)
	a.Method = "Kernel SHAP"
	e := mat.NewDense(1, 30, nil)
	for j := range 30 {
		e.Set(0, j, 0.02+0.1*math.Abs(a.Values[0].At(0, j)))
	}
	a.Errors = []*mat.Dense{e}
	return a
}

func pictures() map[string]*chart.Figure {
	many, one := weighed(200, 1), weighed(8, 2).Row(5)
	return map[string]*chart.Figure{
		"bar":        weighed(100, 3).Bar(),
		"bar-row":    one.Bar(),
		"beeswarm":   many.Beeswarm(),
		"dark":       many.Top(6).Beeswarm().With(chart.Theme(chart.Dark), chart.Title("On dark")),
		"violin":     many.Violin(),
		"waterfall":  one.Waterfall(),
		"errors":     uncertain().Waterfall(),
		"force":      one.Force(),
		"decision":   weighed(60, 1).Decision(),
		"heatmap":    weighed(60, 1).HeatMap(),
		"scatter":    many.Scatter("worst radius"),
		"colorblind": one.Waterfall().With(chart.Theme(chart.ColorBlind)),
		"chinese":    one.Top(4).Waterfall().With(chart.Language(words.Chinese)),
		"print":      many.Top(5).Beeswarm().With(chart.Theme(chart.Print)),
	}
}

// words is a review whose words are explained.
func wordsOf(text string, values ...float64) *Attribution {
	features := strings.Split(text, " ")
	for len(features) < len(values) { // padding
		features = append(features, "")
	}
	a := &Attribution{Method: "Occlusion", Features: features, Outputs: []string{"positive"}, Base: []float64{0.4},
		Values: []*mat.Dense{mat.NewDense(1, len(values), values)}, Data: mat.NewDense(1, len(values), nil), words: true}
	a.Predicted = mat.NewDense(1, 1, []float64{0.4 + sum(values)})
	return a.additive(1e-9)
}

func texts() map[string]*chart.Figure {
	long := strings.TrimSpace(strings.Repeat("not a bad film at all and the cast is brilliant ", 6))
	values := make([]float64, len(strings.Fields(long)))
	for i := range values {
		values[i] = math.Sin(float64(i)) * math.Exp(-float64(i%10)/3)
	}
	return map[string]*chart.Figure{
		"text":      wordsOf("not a bad film at all", 0.3, 0.01, -0.2, 0.05, 0.02, 0, 0, 0).Text(),
		"text-long": wordsOf(long, values...).Text().With(chart.Theme(chart.Dark)),
	}
}

// allPictures are figures of every kind.
func allPictures() map[string]*chart.Figure {
	list := pictures()
	maps.Copy(list, overlays())
	maps.Copy(list, effects())
	maps.Copy(list, reviews())
	maps.Copy(list, contrasts())
	maps.Copy(list, surfaces())
	maps.Copy(list, anchors())
	maps.Copy(list, examples())
	maps.Copy(list, drawnTrees())
	maps.Copy(list, texts())
	maps.Copy(list, picks())
	maps.Copy(list, surrogates())
	maps.Copy(list, steadied())
	return list
}

func TestFigures(t *testing.T) { golden.Figures(t, allPictures()) }

// TestChinese looks for English words that are not the user's.
func TestChinese(t *testing.T) {
	for name, f := range golden.Few(allPictures()) {
		page, err := f.With(chart.Language(words.Chinese)).SVG()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, word := range []string{"other feature", "accepted", "accuracy", "threshold", "contribution", "the output", "associated"} {
			if strings.Contains(string(page), word) {
				t.Errorf("%s, in Chinese, says %q", name, word)
			}
		}
	}
}

func TestTexts(t *testing.T) {
	list := allPictures()
	for name, f := range odd() {
		list[name] = f
	}
	legible.Figures(t, list, map[string][]chart.Option{
		"as it is": nil, "small": {chart.Size(400, 0)}, "large, dark": {chart.Size(1400, 0), chart.Theme(chart.Dark)}, "Chinese": {chart.Language(words.Chinese)},
	})
}

// odd are attributions that no reasonable model has.
func odd() map[string]*chart.Figure {
	list := map[string]*chart.Figure{}
	add := func(name string, a *Attribution) {
		for kind, f := range map[string]*chart.Figure{"bar": a.Bar(), "beeswarm": a.Beeswarm(), "heat map": a.HeatMap(), "decision": a.Decision(), "scatter": a.Scatter(a.Features[0])} {
			list[name+", "+kind] = f
		}
		for kind, f := range map[string]*chart.Figure{"waterfall": a.Row(0).Waterfall(), "force": a.Row(0).Force(), "bar of a row": a.Row(0).Bar()} {
			list[name+", "+kind] = f
		}
	}
	of := func(features []string, values ...[]float64) *Attribution {
		a := &Attribution{Method: "SHAP", Features: features, Outputs: []string{""}, Base: []float64{0}}
		a.Values = []*mat.Dense{mat.NewDense(len(values), len(features), nil)}
		a.Data, a.Predicted = mat.NewDense(len(values), len(features), nil), mat.NewDense(len(values), 1, nil)
		for i, row := range values {
			a.Values[0].SetRow(i, row)
			a.Data.SetRow(i, row)
			a.Predicted.Set(i, 0, sum(row))
		}
		return a
	}
	add("zeros", of([]string{"a", "b"}, []float64{0, 0}, []float64{0, 0}))
	add("one feature", of([]string{"only"}, []float64{2}))
	add("large", of([]string{"a", "b"}, []float64{1e300, -1e300}, []float64{1e299, 1e300}))
	add("small", of([]string{"a", "b"}, []float64{1e-300, -1e-300}, []float64{1e-299, 1e-300}))
	names := of([]string{"<script>alert(1)</script>", "年龄👩‍🔬", strings.Repeat("very long ", 30), ""}, []float64{1, -2, 3, 0.1}, []float64{-1, 2, 1, 0})
	names.Outputs = []string{strings.Repeat("<b>输出</b> ", 20)}
	add("names", names)
	missing := of([]string{"a", "b"}, []float64{1, 2}, []float64{2, 1})
	missing.Data.Set(0, 0, math.NaN())
	missing.Data.Set(1, 1, math.Inf(1))
	add("missing values", missing)
	return list
}

func TestOdd(t *testing.T) {
	for name, f := range odd() {
		if _, err := f.Image(1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text := f.Describe(); text == "" || strings.Contains(text, "cannot be described") {
			t.Errorf("%s: described as %q", name, text)
		}
		if _, err := f.HTML(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMistakesOfFigures(t *testing.T) {
	a := weighed(5, 2)
	for _, c := range []struct {
		f    *chart.Figure
		want string
	}{
		{a.Waterfall(), "a waterfall shows one row, and the attribution has 5"},
		{a.Force(), "a force plot shows one row"},
		{a.Row(7).Bar(), "there are no rows 7 to 7 of 5"},
		{a.Row(0).Violin(), "there is one row"},
		{a.Scatter("radius"), `there is no feature "radius"; there are mean radius, mean texture`},
		{a.Scatter("mean radius", "size"), `there is no feature "size"`},
		{a.Feature("radius").Bar(), `there is no feature "radius"`},
		{a.Output("x").Bar(), "there is no output x; there are 2: malignant, benign"},
		{a.Output(2).Bar(), "there is no output 2"},
		{a.Output(1.5).Bar(), "by its number or its name, not by a float64"},
		{a.Top(0).Bar(), "the 0 most important features"},
		{(*Attribution)(nil).Bar(), "it is nil"},
		{(&Attribution{}).Bar(), "the attribution is empty"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}

// TestSlices compares parts of an attribution with the whole.
func TestSlices(t *testing.T) {
	a := weighed(10, 3)
	b := a.Rows(2, 6).Output("benign").Feature("worst area", "mean radius")
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	rows, features, outputs := b.Dims()
	if rows != 4 || features != 2 || outputs != 1 {
		t.Fatalf("%d × %d × %d", rows, features, outputs)
	}
	for i := range 4 {
		if b.At(i, 1, 0) != a.At(2+i, 0, 1) || b.At(i, 0, 0) != a.At(2+i, 23, 1) {
			t.Errorf("row %d: %v, %v", i, b.At(i, 0, 0), b.At(i, 1, 0))
		}
		if b.Data.At(i, 1) != a.Data.At(2+i, 0) || b.Predicted.At(i, 0) != a.Predicted.At(2+i, 1) {
			t.Errorf("data of row %d", i)
		}
	}
	if b.Base[0] != a.Base[1] || a.Check.Value > 1e-9 {
		t.Errorf("base %v, gap %v", b.Base, a.Check.Value)
	}
	a.Predicted.Set(3, 1, 7)
	if err := a.additive(1e-9).Err(); err == nil || !strings.Contains(err.Error(), `output "benign" for row 3 sum up to`) {
		t.Errorf("a gap is not found: %v", err)
	}
}
