package explain

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
	"loupe/viz/superpixel"
)

// praise is a model of texts that knows what it does: good counts 2, bad −1, and not turns
// bad into good.
func praise(texts []string) mat.Matrix {
	y := mat.NewDense(len(texts), 1, nil)
	for i, text := range texts {
		s := 0.0
		before := ""
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '.' || r == ',' }) {
			switch {
			case w == "good":
				s += 2
			case w == "bad" && before == "not":
				s++
			case w == "bad":
				s--
			}
			before = w
		}
		y.Set(i, 0, s)
	}
	return y
}

// lights is a model of images of 8 × 8: how bright the upper left quarter is, less the lower
// right one.
func lights(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		for p := range 64 {
			switch r, c := p/8, p%8; {
			case r < 4 && c < 4:
				y.Set(i, 0, y.At(i, 0)+x.At(i, p)/16)
			case r >= 4 && c >= 4:
				y.Set(i, 0, y.At(i, 0)-x.At(i, p)/16)
			}
		}
	}
	return y
}

// lit are two images of 8 × 8.
func lit() *tensor.Tensor {
	values := make([]float64, 128)
	for p := range 64 {
		values[p], values[64+p] = 0.5+0.5*math.Sin(float64(p)), float64(p)/64
	}
	return tensor.FromSlice(values, 2, 8, 8, 1)
}

// partExplainers are those that explain samples by parts.
func partExplainers(model any, list ...Option) map[string]interface{ Explain(rows any) *Attribution } {
	with := func(more ...Option) []Option { return append(slices.Clip(list), more...) }
	all := map[string]interface{ Explain(rows any) *Attribution }{
		"exact":       ExactSHAP(model, nil, list...),
		"kernel":      KernelSHAP(model, nil, with(Samples(600))...),
		"permutation": PermutationSHAP(model, nil, list...),
		"sampling":    SamplingSHAP(model, nil, with(Samples(20))...),
		"partition":   PartitionSHAP(model, nil, list...),
	}
	if len(list) == 0 || textModel(model) != nil {
		all["LIME"] = LIMEText(model, with(Samples(500))...)
	} else {
		all["LIME"] = LIMEImage(model, with(Samples(500))...)
	}
	return all
}

func TestPieces(t *testing.T) {
	for text, want := range map[string]string{
		"not a bad film":                "not|a|bad|film",
		" It's  good; isn't it?":        "It's|good|isn't|it",
		"'quoted' words, and 3 x_1":     "quoted|words|and|3|x_1",
		"电影很好 good":                     "电|影|很|好|good",
		"naïve café — déjà":             "naïve|café|déjà",
		"...":                           "",
		"a<b>&amp;":                     "a|b|amp",
		"rock ’n’ roll isn’t\nfinished": "rock|n|roll|isn’t|finished",
	} {
		p := piecesOf(text)
		if got := strings.Join(p.words, "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if got := p.text(func(int) bool { return true }, nil); got != strings.TrimSpace(text) {
			t.Errorf("with all its words, %q is %q", text, got)
		}
	}
	p := piecesOf("A good, good film. Not bad!")
	star := "*"
	if got := p.text(func(j int) bool { return j != 1 && j != 4 }, nil); got != "A, good film. bad!" {
		t.Errorf("%q", got)
	}
	if got := p.text(func(j int) bool { return j != 1 && j != 4 }, &star); got != "A *, good film. * bad!" {
		t.Errorf("%q", got)
	}
	if got := fmt.Sprint(p.tree().merges); got != "[[0 1] [2 3] [6 7] [4 5] [8 9]]" {
		t.Errorf("the tree is %s", got)
	}
}

// TestTextParts explains a text whose Shapley values are known: good has 2, and not and bad
// share what they do.
func TestTextParts(t *testing.T) {
	const text = "This is good, and not bad at all"
	for name, e := range partExplainers(praise) {
		a := e.Explain(text)
		if a.Err() != nil {
			t.Errorf("%s: %v", name, a.Err())
			continue
		}
		if got := strings.Join(a.Features, " "); got != "This is good and not bad at all" {
			t.Errorf("%s: the words are %s", name, got)
		}
		v := a.Values[0].RawRowView(0)
		if math.Abs(v[2]-2) > 0.35 || v[4] < 0.5 || math.Abs(v[0]) > 0.2 {
			t.Errorf("%s: %v", name, v)
		}
		if (name == "exact" || name == "partition") && !floats.EqualApprox(v, []float64{0, 0, 2, 0, 1, 0, 0, 0}, 1e-12) {
			t.Errorf("%s: %v", name, v)
		}
		if name != "LIME" && a.Check.Value > 1e-9 && name != "sampling" {
			t.Errorf("%s: the gap is %v", name, a.Check.Value)
		}
		if said := a.Describe(); !strings.Contains(said, "“This is good and not bad at all”") {
			t.Errorf("%s: %s", name, said)
		}
	}
	masked := ExactSHAP(praise, nil, Mask("bad")).Explain("good film")
	if masked.Err() != nil || masked.Base[0] != -2 || masked.At(0, 0, 0) != 3 || masked.At(0, 1, 0) != 1 {
		t.Errorf("%v from %v: %v", masked.Values, masked.Base, masked.Err())
	}
}

// TestBagOfWords leaves out all places of a word together.
func TestBagOfWords(t *testing.T) {
	const text = "good film, good cast, bad end"
	bag, places := LIMEText(praise).Explain(text), LIMEText(praise, Positions()).Explain(text)
	if bag.Err() != nil || places.Err() != nil {
		t.Fatal(bag.Err(), places.Err())
	}
	if v := bag.Values[0].RawRowView(0); v[0] != v[2] || math.Abs(v[0]-2) > 0.1 || math.Abs(v[4]+1) > 0.1 {
		t.Errorf("%v", v)
	}
	if v := places.Values[0].RawRowView(0); v[0] == v[2] || math.Abs(v[0]-2) > 0.1 || math.Abs(v[2]-2) > 0.1 {
		t.Errorf("%v", v)
	}
}

// TestLIMETextReference compares with LIME 0.2.0.1: LimeTextExplainer(bow=True) with 5,000
// samples of a classifier whose second output is 1/(1+exp(−praise)), the means of 8
// explanations with random_state 0 to 7, which vary by up to 0.004.
func TestLIMETextReference(t *testing.T) {
	f := func(texts []string) mat.Matrix {
		s := praise(texts)
		y := mat.NewDense(len(texts), 2, nil)
		for i := range texts {
			p := 1 / (1 + math.Exp(-s.At(i, 0)))
			y.SetRow(i, []float64{1 - p, p})
		}
		return y
	}
	a := LIMEText(f, Repeats(8)).Explain("This is good, and not bad at all")
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	want := []float64{0.0012, 0.0018, 0.3240, 0.0021, 0.1968, 0.0198, 0.0014, 0.0018}
	if got := a.Values[1].RawRowView(0); !floats.EqualApprox(got, want, 0.006) {
		t.Errorf("%v, want %v", got, want)
	}
	if math.Abs(a.Base[1]-0.4037) > 0.01 || math.Abs(a.Check.Value-0.845) > 0.015 {
		t.Errorf("intercept %v, R² %v", a.Base[1], a.Check.Value)
	}
	if s := a.Stability[0]; s.Repeats != 8 || s.First != 5 || s.Same < 1 || s.Same > 8 {
		t.Errorf("%+v", s)
	}
	if said := a.Describe(); !strings.Contains(said, "Repeated 8 times, the order of the first 5 features agreed in ") {
		t.Error(said)
	}
}

// TestWordNumbers explains a model that reads the numbers of words.
func TestWordNumbers(t *testing.T) {
	reviews := data.Reviews()
	width := reviews.Train.Width()
	m := nn.Sequential(nn.Embedding(1000, 4), nn.GlobalAvgPool(), nn.Dense(1, nn.Sigmoid)).Seed(1).Build(width)
	x := reviews.Encode("not a bad film at all")
	exact := ExactSHAP(m, make([]float64, width)).Explain(x)
	for name, a := range map[string]*Attribution{"mask": ExactSHAP(m, nil, Mask(0)).Explain(x), "tree": PartitionSHAP(m, make([]float64, width)).Explain(x), "LIME": LIMEText(m).Explain(x)} {
		if a.Err() != nil {
			t.Errorf("%s: %v", name, a.Err())
			continue
		}
		if !slices.Equal(a.Features, exact.Features) || !a.words {
			t.Errorf("%s: %v", name, a.Features)
		}
		for j := range a.Features {
			if d := math.Abs(a.At(0, j, 0) - exact.At(0, j, 0)); d > 1e-3+0.1*mat.Max(exact.Values[0]) {
				t.Errorf("%s: %q has %v, want %v", name, a.Features[j], a.At(0, j, 0), exact.At(0, j, 0))
			}
		}
	}
	if err := LIMEText(m).Explain(make([]float64, width)).Err(); err == nil || !strings.Contains(err.Error(), "know no words") {
		t.Error(err)
	}
}

// TestImageParts explains images by regions: their pixels have what the model, which is
// linear, makes of what the mask changes.
func TestImageParts(t *testing.T) {
	images := lit()
	for name, e := range partExplainers(lights, Mask(0), Superpixels(16), Segments("grid")) {
		a := e.Explain(images)
		if a.Err() != nil {
			t.Errorf("%s: %v", name, a.Err())
			continue
		}
		if !slices.Equal(a.Shape, []int{8, 8, 1}) || len(a.Features) != 64 {
			t.Errorf("%s: %v of %d", name, a.Shape, len(a.Features))
		}
		for i := range 2 {
			for r := range 8 {
				for c := range 8 {
					want := 0.0
					for _, p := range []int{(r&^1)*8 + c&^1, (r&^1)*8 + c | 1, (r|1)*8 + c&^1, (r|1)*8 + c | 1} {
						if v := images.Float64s()[64*i+p] / 64; r < 4 && c < 4 {
							want += v
						} else if r >= 4 && c >= 4 {
							want -= v
						}
					}
					if got := a.At(i, r*8+c, 0); math.Abs(got-want) > 1e-9 && (name != "LIME" || math.Abs(got-want) > 2e-3) {
						t.Fatalf("%s: pixel %d %d of image %d has %v, want %v", name, r, c, i, got, want)
					}
				}
			}
		}
		if _, err := a.Overlay().PNG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMasks explains with each mask, and each way of dividing.
func TestMasks(t *testing.T) {
	images := lit()
	black := make([]float64, 64)
	for _, mask := range []any{"mean", "blur", 0.5, black, tensor.FromSlice(black, 8, 8)} {
		for _, by := range []string{"slic", "grid"} {
			a := KernelSHAP(lights, nil, Mask(mask), Segments(by), Superpixels(9)).Explain(images)
			if a.Err() != nil || a.Check.Value > 1e-9 {
				t.Errorf("%v, %s: %v, gap %v", mask, by, a.Err(), a.Check.Value)
			}
		}
	}
	mean := ExactSHAP(lights, nil, Mask("mean"), Superpixels(4), Segments("grid")).Explain(images)
	if mean.Err() != nil || mat.Norm(mean.Values[0], 2) > 1e-9 {
		t.Errorf("quarters have their own means already: %v", mean.Values)
	}
	flat := blurred(superpixel.Image{Height: 8, Width: 8, Channels: 1, Values: slices.Repeat([]float64{3}, 64)})
	if floats.Max(flat) != 3 || floats.Min(flat) != 3 {
		t.Errorf("a flat image stays: %v", flat)
	}
}

func TestPartMistakes(t *testing.T) {
	images := lit()
	for want, a := range map[string]*Attribution{
		"give nil in place of the background":  KernelSHAP(lights, images, Superpixels(4)).Explain(images),
		"no Segments(\"circles\")":             KernelSHAP(lights, nil, Segments("circles")).Explain(images),
		"no Mask(\"grey\")":                    KernelSHAP(lights, nil, Mask("grey")).Explain(images),
		"Superpixels(1)":                       LIMEImage(lights, Superpixels(1)).Explain(images),
		"the mask has 3 numbers":               LIMEImage(lights, Mask([]float64{1, 2, 3})).Explain(images),
		"the rows are no images":               LIMEImage(lights).Explain([][]float64{{1, 2, 3}}),
		"the option Groups means nothing":      KernelSHAP(lights, nil, Superpixels(4), Groups(nil)).Explain(images),
		"has no words":                         LIMEText(praise).Explain("..."),
		"explain one text at a time":           LIMEText(praise).Explain([]string{"a", "b"}),
		"a int is no text":                     LIMEText(praise).Explain(3),
		"Mask needs a string":                  LIMEText(praise, Mask(1)).Explain("good"),
		"500 or more":                          LIMEText(praise, Samples(3)).Explain("good"),
		"the option Bins means nothing here":   LIMEText(praise, Bins("none")).Explain("good"),
		"the option Mask means nothing here":   LIME(lights, someRows, Mask(0)).Explain(oneRow),
		"Superpixels and Segments are for ima": PartitionSHAP(praise, nil, Superpixels(5)).Explain("good"),
		"there are no rows":                    LIMEImage(lights).Explain(nil),
		"the whole image is one region":        LIMEImage(lights, Segments("quickshift")).Explain(tensor.FromSlice(make([]float64, 64), 1, 8, 8, 1)),
	} {
		if a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
			t.Errorf("%v, want %q", a.Err(), want)
		}
	}
}

// TestBadPartModels asks models that answer wrongly.
func TestBadPartModels(t *testing.T) {
	for want, f := range map[string]func(n int) mat.Matrix{
		"the model returned 1 × 1 for":   func(int) mat.Matrix { return mat.NewDense(1, 1, nil) },
		"the model returned NaN for row": func(n int) mat.Matrix { return mat.NewDense(n, 1, slices.Repeat([]float64{math.NaN()}, n)) },
		"the model panicked: broken":     func(int) mat.Matrix { panic("broken") },
		"the model returned nil":         func(int) mat.Matrix { return nil },
	} {
		texts := func(texts []string) mat.Matrix { return f(len(texts)) }
		images := func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return f(n) }
		if want == "the model returned 1 × 1 for" { // right for one row
			texts = func([]string) mat.Matrix { return mat.NewDense(1, 1, nil) }
		}
		for name, e := range partExplainers(texts) {
			if a := e.Explain("a good film"); a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
				t.Errorf("%s of texts: %v, want %q", name, a.Err(), want)
			}
		}
		for name, e := range partExplainers(images, Superpixels(4)) {
			if a := e.Explain(lit()); a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
				t.Errorf("%s of images: %v, want %q", name, a.Err(), want)
			}
		}
	}
}
