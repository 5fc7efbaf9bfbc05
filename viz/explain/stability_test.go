package explain

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"loupe/viz/chart"
	"loupe/viz/words"
)

// twice is a model of two outputs.
func twice(f func(mat.Matrix) mat.Matrix) func(mat.Matrix) mat.Matrix {
	return func(x mat.Matrix) mat.Matrix {
		y := f(x)
		n, _ := y.Dims()
		out := mat.NewDense(n, 2, nil)
		for i := range n {
			p := logistic(y.At(i, 0))
			out.SetRow(i, []float64{1 - p, p})
		}
		return out
	}
}

// repeating explains a table, a text and an image, with some more options.
func repeating(more ...Option) map[string]*Attribution {
	with := func(list ...Option) []Option { return append(list, more...) }
	return map[string]*Attribution{
		"table": LIME(twice(interacting), fewRows(100, 6, 1), with(Samples(500))...).Explain(fewRows(2, 6, 2)),
		"text":  LIMEText(praise, with(Samples(500))...).Explain("This is good, and not bad at all, but no film for me"),
		"image": LIMEImage(twice(lights), with(Samples(500), Superpixels(9), Mask(0))...).Explain(lit()),
	}
}

// TestRepeats repeats explanations of tables, texts and images.
func TestRepeats(t *testing.T) {
	for name, a := range repeating(Repeats(4)) {
		if a.Err() != nil {
			t.Fatal(name, a.Err())
		}
		rows, features, outputs := a.Dims()
		if len(a.Stability) != rows {
			t.Fatalf("%s: the stability of %d rows of %d", name, len(a.Stability), rows)
		}
		for i, s := range a.Stability {
			n, m := s.Spread.Dims()
			if s.Repeats != 4 || n != outputs || m != features || s.Agreement <= 0 || s.Agreement > 1 || s.Same < 1 || s.Same > 4 || mat.Max(s.Spread) <= 0 {
				t.Errorf("%s: row %d: %d × %d, %+v", name, i, n, m, s)
			}
			// The standard error of the mean goes with the spread.
			for k := range outputs {
				for j := range features {
					if want := widened(4) * s.Spread.At(k, j) / 2; math.Abs(a.Errors[k].At(i, j)-want) > 1e-9 {
						t.Fatalf("%s: feature %d: error %v, want %v", name, j, a.Errors[k].At(i, j), want)
					}
				}
			}
			if b := a.Row(i).Output(outputs - 1); !mat.Equal(b.Stability[0].Spread, s.Spread.Slice(outputs-1, outputs, 0, features)) {
				t.Errorf("%s: the spread of an output", name)
			}
		}
		if b := a.Feature(a.Features[2]); b.Err() != nil || b.Stability[0].Spread.At(outputs-1, 0) != a.Stability[0].Spread.At(outputs-1, 2) {
			t.Errorf("%s: the spread of a feature", name)
		}
		for _, f := range []*chart.Figure{a.figure(), a.Row(0).figure()} {
			if text := f.Describe(); !strings.Contains(text, "Repeated 4 times, the order of the first ") || !strings.Contains(text, "Ranks agree by 0.") || !strings.Contains(text, "values vary by up to ") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

// TestMeanOfRepeats compares with explanations one by one: of their own seeds.
func TestMeanOfRepeats(t *testing.T) {
	l := LIMEText(praise, Samples(500), Repeats(3))
	a := l.Explain("good film, not bad")
	cuts, err := l.cutter.cut("good film, not bad")
	if err != nil || a.Err() != nil {
		t.Fatal(err, a.Err())
	}
	var words [4][]float64
	for i := range 3 {
		h := &neighbourhood{o: l.o, outputs: 1, at: []float64{1, 1, 1, 1}, sample: func(n int, first bool, r *rand.Rand) (*moments, error) {
			return l.sampleParts(cuts[0], n, first, r)
		}}
		if _, err := cuts[0].p.first(cuts[0].all().x); err != nil {
			t.Fatal(err)
		}
		e, err := h.once(h.seedOf(i), 1, "")
		if err != nil {
			t.Fatal(err)
		}
		for j := range words {
			words[j] = append(words[j], e.values.At(0, j))
		}
	}
	for j, list := range words {
		mean, spread := stat.MeanStdDev(list, nil)
		if math.Abs(mean-a.At(0, j, 0)) > 1e-12 || math.Abs(spread-a.Stability[0].Spread.At(0, j)) > 1e-12 {
			t.Errorf("word %d: %v ± %v, want %v ± %v", j, a.At(0, j, 0), a.Stability[0].Spread.At(0, j), mean, spread)
		}
	}
}

// TestCoresOfLIME makes the same numbers on any number of cores.
func TestCoresOfLIME(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, repeats := range []int{1, 2} {
		runtime.GOMAXPROCS(1)
		alone := repeating(Repeats(repeats), Seed(9))
		for _, cores := range []int{2, 7} {
			runtime.GOMAXPROCS(cores)
			for name, a := range repeating(Repeats(repeats), Seed(9)) {
				b := alone[name]
				for k := range a.Values {
					if !mat.Equal(a.Values[k], b.Values[k]) || !mat.Equal(a.Errors[k], b.Errors[k]) {
						t.Errorf("%s: other numbers on %d cores", name, cores)
					}
				}
				if repeats > 1 && (a.Stability[0].Agreement != b.Stability[0].Agreement || !floats.Equal(a.Stability[0].Spread.RawRowView(0), b.Stability[0].Spread.RawRowView(0))) {
					t.Errorf("%s: another stability on %d cores", name, cores)
				}
			}
		}
	}
}

// TestSteadiness calls explanations stable or not.
func TestSteadiness(t *testing.T) {
	a := wordsOf("not a bad film", 0.3, 0.01, -0.2, 0.05)
	a.Check = Check{Name: "R² of the local model", Value: 0.9}
	for want, s := range map[string]float64{", which is stable; values vary by up to 0.04 (one standard deviation). 3 of 4 features": 0.9, ", which is fairly stable; ": 0.7, ", which is unstable; values vary by up to 0.04 (one standard deviation). 3 of 4 features vary by less than half of their value. More Samples": 0.69} {
		a.Stability = []Stability{{Repeats: 5, Agreement: s, First: 4, Same: 3, Spread: mat.NewDense(1, 4, []float64{0.02, 0.006, 0.04, 0.01})}}
		if text := a.Text().Describe(); !strings.Contains(text, want) {
			t.Errorf("%v: %s, want %s", s, text, want)
		}
		v, err := a.view()
		if err != nil || v.shaky(0) || !v.shaky(1) {
			t.Errorf("%v: the first word is stable, and the second is not", err)
		}
	}
}

func steadied() map[string]*chart.Figure {
	list := repeating(Repeats(6))
	return map[string]*chart.Figure{
		"repeats":       list["table"].Row(0).Waterfall(),
		"repeats-bar":   list["table"].Row(1).Bar(),
		"repeats-text":  list["text"].Text(),
		"repeats-image": list["image"].Row(0).Overlay(),
		"repeats-words": list["text"].Text().With(chart.Language(words.Chinese), chart.Theme(chart.Dark)),
	}
}
