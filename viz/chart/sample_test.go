package chart

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"

	"loupe/viz/words"
)

// normal returns n values with a standard deviation, the same each time.
func normal(n int, sd float64) []float64 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64() * sd
	}
	return v
}

func with(values []float64, more ...float64) []float64 {
	return append(append([]float64(nil), values...), more...)
}

func grid(rows, columns int, f func(i, j int) float64) Matrix {
	m := make([][]float64, rows)
	for i := range m {
		for j := range columns {
			m[i] = append(m[i], f(i, j))
		}
	}
	return FromRows(m)
}

func wave(i, j int) float64 { return math.Sin(float64(i)) * math.Cos(float64(j)/3) }

func names(format string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return list
}

func pictures(n int) []image.Image {
	list := make([]image.Image, n)
	for k := range list {
		img := image.NewGray(image.Rect(0, 0, 8, 8))
		for i := range 64 {
			img.SetGray(i%8, i/8, color.Gray{uint8(i * (k + 3) % 256)})
		}
		list[k] = img
	}
	return list
}

// samples are figures as people make them; their pictures are golden files.
func samples() map[string]*Figure {
	var layers []Set
	for i, sd := range []float64{0.02, 0.05, 0.08, 0.12} {
		layers = append(layers, Named(fmt.Sprintf("layer%d.weight", i), normal(4096+i, sd)))
	}
	holes := grid(8, 10, func(i, j int) float64 {
		if i == 2 && j == 3 {
			return math.NaN()
		}
		return 2 * wave(i, j)
	})
	gradients := grid(12, 40, func(i, j int) float64 { return -float64(i) + wave(i*7, j*5) })
	return map[string]*Figure{
		"histogram":  Histogram(Named("dense_1", with(normal(4096, 0.05), 2.5, 1.9, -1.4, math.NaN()))),
		"histograms": Histogram(layers...),
		"apart":      Histogram(Named("narrow", normal(1000, 1e-4)), Named("wide", with(normal(1000, 10), 800))),
		"whole":      Histogram(Named("pixels", []float64{0, 0, 0, 1, 1, 2, 3, 3, 3, 7})).With(Title("Whole numbers"), XLabel("brightness")),
		"heatmap":    HeatMap(gradients, Rows(names("layer%d", 12)...), XLabel("step"), ScaleLabel("log10 |grad|"), Colors("magma")),
		"numbers":    HeatMap(holes, Title("Activations"), YLabel("unit")),
		"images":     Images(pictures(10), names("%d", 10)...),
		"plot":       training(),
		"scatter":    Plot(Points(normal(300, 1), normal(301, 1)[1:], Classes(classes(300)))).With(XLabel("first"), YLabel("second")),
		"values":     Plot(Points(normal(300, 1), normal(301, 1)[1:], ColorBy(normal(302, 2)[2:])), Texts([]float64{0, 2}, []float64{0, 2}, []string{"middle", "corner"})).With(ScaleLabel("score")),
		"bars":       Plot(Bars([]string{"cat", "dog", "horse"}, []float64{0.7, 0.2, 0.1}, Label("before")), Bars([]string{"cat", "dog", "horse"}, []float64{0.9, -0.06, 0.04}, Label("after"))).With(YLabel("probability")),
		"hbars":      Plot(HBars([]string{"worst concave points", "mean texture", "area error"}, []float64{0.31, -0.2, 0.1}), VLine(0)),
		"log":        Plot(Line(nil, curve(50, func(x float64) float64 { return math.Exp(-x / 4) }))).With(LogY(), YLabel("singular value"), XLabel("index")),
		"zones": Plot(HZone(math.Inf(-1), 1e-3, Label("vanishing")), HZone(10, math.Inf(1), Label("exploding"), Color("#ff2d95")), VZone(20, 30),
			Line(nil, curve(50, func(x float64) float64 { return math.Exp(3.5 - x/4) }))).With(LogY(), YLabel("gradient"), XLabel("layer")),
		"boxes": Plot(Boxes([]string{"conv2d", "conv2d_1", "dense"}, [][]float64{normal(500, 1), normal(400, 0.3), with(normal(300, 0.6), 4)}), VLine(0)).With(XLabel("activation")),
		"rows":  Images(pictures(12), names("%d", 12)...).With(Across(6), Rows("unit 3", "unit 17")),
		"facets": Facets(Panel("layer0", Line(nil, normal(40, 1), Label("mean"))), Panel("layer1", Line(nil, normal(41, 2), Label("mean"))),
			Panel("layer2", Line(nil, normal(42, 1), Label("mean"))), Panel("layer3", Line(nil, normal(43, 1), Label("mean")), Line(nil, normal(44, 0.4), Label("other"))),
			Panel("layer4", Line(nil, normal(40, 1), Label("mean")))).With(XLabel("step"), YLabel("activation")),
		"raster":        Plot(Raster(grid(30, 40, wave), -2, 2, 0, 1), Contour(grid(30, 40, wave), -2, 2, 0, 1, 0, Dashed()), Points([]float64{-1, 1}, []float64{0.2, 0.7}, Color("#000000"))).With(ScaleLabel("value")),
		"distributions": Facets(Panel("layer0", Quantiles(steps(12), widening(12, 0.05, 0.1))), Panel("layer1", Quantiles(steps(12), widening(12, 0.3, -0.15)))).With(XLabel("step"), YLabel("weight")),
		"ridges":        Plot(RidgeLines(steps(20), widening(20, 0.05, 0.1))).With(XLabel("weight"), YLabel("step")),
		"spectrum":      Spectrum(Named("dense_1", curve(60, func(x float64) float64 { return 5 * math.Exp(-x/9) })), Named("dense_2", curve(40, func(x float64) float64 { return 3 / (1 + x/4) }))),
		"gradients": HeatMap(grid(12, 40, func(i, j int) float64 {
			return math.Pow(10, -float64(i)*0.8+math.Cos(float64(j)/6)-float64(j)/40*float64(i)/4)
		}), Rows(names("layer%d", 12)...), LogColors(), Limits(1e-7, 5), XLabel("step"), ScaleLabel("mean |gradient|")),
		"boundary": Boundary(func(x, y float64) []float64 { return []float64{1 / (1 + math.Exp(-4*(y-math.Sin(2*x))))} }, moonX, moonY, moonClass, "below", "above").With(XLabel("first feature"), YLabel("second feature")),
		"threeclasses": Boundary(func(x, y float64) []float64 {
			a, b := math.Exp(2*x), math.Exp(2*y)
			return []float64{1 / (1 + a + b), a / (1 + a + b), b / (1 + a + b)}
		}, moonX, moonY, moonClass, "below", "above", "third"),
		"featuremaps": Maps(featureMaps(12), names("filter %d", 12)...).With(Ordered(), Over(pictures(1)[0])),
		"words":       HeatMap(grid(24, 9, wave), Columns("not", "a", "bad", "film", "at", "all", ",", "really", "good"), YLabel("unit"), ScaleLabel("hidden state")),
		"dark":        training().With(Theme(Dark)),
		"print":       training().With(Theme(Print)),
		"colourblind": training().With(Theme(ColorBlind)),
		"darkheatmap": HeatMap(holes, Theme(Dark), ScaleLabel("activation")),
		"chinese":     Histogram(Named("全连接层", with(normal(4096, 0.05), 2.5, 1.9))).With(Language(words.Chinese), Title("训练后的权重"), XLabel("权重")),
		"grid":        Grid(Plot(Line(nil, normal(40, 1), Label("loss"))).With(Title("Training")), HeatMap(holes).With(Title("Activations")), Histogram(Named("weights", normal(500, 1)))).With(Title("A model at a glance")),
		"maps":        Maps([]Matrix{holes, holes, holes, holes, holes}, names("filter %d", 5)...),
	}
}

// nasty are figures of data as it also occurs.
func nasty() map[string]*Figure {
	inf, long := math.Inf(1), strings.Repeat("a very long name ", 30)
	script := `<script>alert("&")</script>`
	many := make([]Set, 40)
	for i := range many {
		many[i] = Named(fmt.Sprintf("transformer.h.%d.attention.weight", i), normal(100+i, float64(i+1)))
	}
	return map[string]*Figure{
		"no sets":           Histogram(),
		"empty set":         Histogram(Named("", nil)),
		"one value":         Histogram(Named("one", []float64{3})),
		"constant":          Histogram(Named("zero", make([]float64, 100)), Named("seven", []float64{7, 7, 7})),
		"only NaN":          Histogram(Named("nan", []float64{math.NaN(), inf, -inf})),
		"tiny":              Histogram(Named("tiny", []float64{1e-300, 2e-300, 5e-300})),
		"huge":              Histogram(Named("huge", []float64{1e300, -1e300, 1.7e308, -1.7e308})),
		"tiny and huge":     Histogram(Named("tiny", []float64{1e-300, 2e-300}), Named("huge", []float64{1e300, 2e300})),
		"offset":            Histogram(Named("offset", []float64{1e9, 1e9 + 1e-3, 1e9 + 2e-3})),
		"integers":          Histogram(Named("ids", []float64{123456, 234567, 999999, 1e6})),
		"sparse":            Histogram(Named("sparse", with(make([]float64, 1000), normal(50, 1)...))),
		"both sides":        Histogram(Named("a", with(normal(500, 1), 1e6, -1e6)), Named("b", with(normal(500, 1), -1e9)), Named("c", normal(500, 1))),
		"names":             Histogram(Named(script, normal(50, 1)), Named(long, normal(50, 1)), Named("权重 😀\n\t", normal(50, 1)), Named("שלום", nil)).With(Title(long+script), XLabel(long), YLabel(long)),
		"forty":             Histogram(many...),
		"low":               Histogram(many[:3]...).With(Size(300, 200)),
		"no matrix":         HeatMap(nil),
		"empty matrix":      HeatMap(FromRows(nil)),
		"empty rows":        HeatMap(FromRows([][]float64{{}, {}})),
		"one cell":          HeatMap(FromRows([][]float64{{0.5}})),
		"constant matrix":   HeatMap(grid(3, 3, func(int, int) float64 { return 2 })),
		"NaN matrix":        HeatMap(grid(3, 3, func(int, int) float64 { return math.NaN() })),
		"infinite":          HeatMap(FromRows([][]float64{{inf, -inf, 1, 2, math.NaN()}})),
		"extreme matrix":    HeatMap(FromRows([][]float64{{1e300, -1e300}, {1e-300, 1.7e308}})),
		"tiny matrix":       HeatMap(FromRows([][]float64{{1e-300, 2e-300}})),
		"ragged":            HeatMap(FromRows([][]float64{{1, 2, 3}, {1}})),
		"ten thousand":      HeatMap(grid(10000, 3, wave), Rows(names("row number %d", 10000)...)),
		"wide":              HeatMap(grid(3, 10000, wave), Columns(names("column number %d", 10000)...), Rows(long, script, "行")),
		"column names":      HeatMap(grid(4, 6, wave), Columns("中文标签", "emoji 😀", "α β γ", long, script, ""), ScaleLabel(long), XLabel(long), YLabel("y")),
		"tall":              HeatMap(grid(200, 2, wave)).With(Size(400, 900)),
		"flat":              HeatMap(grid(1, 10, wave), Columns(names("%d", 10)...), Rows("probability")),
		"no images":         Images(nil),
		"one image":         Images(pictures(1), long),
		"many images":       Images(pictures(200), names("a long name %d", 200)...),
		"uneven maps":       Maps([]Matrix{grid(3, 30, wave), grid(30, 3, wave), grid(1, 1, wave), grid(40, 40, wave)}, "a", script, "", "d"),
		"no distributions":  Facets(Panel("a", Quantiles(nil, nil)), Panel("b", RidgeLines(nil, nil))),
		"odd distributions": Plot(Quantiles(nil, [][]float64{{}, {math.NaN(), inf}, {1}, {1, 1, 1}, {1e300, -1e300}})),
		"odd ridges":        Plot(RidgeLines([]float64{1, 1, 5, 1e6, 1e300}, [][]float64{{}, {math.NaN(), inf}, {1}, {1, 1, 1}, {1e300, -1e300}})),
		"many ridges":       Plot(RidgeLines(nil, widening(500, 1e-300, 0))),
		"no spectrum":       Spectrum(),
		"odd spectrum":      Spectrum(Named("", nil), Named(script, []float64{0, -1}), Named(long, []float64{1e300, 1e-300, math.NaN()}), Named("one", []float64{1})),
		"limits of all":     HeatMap(FromRows([][]float64{{0, 1e-300, 1e300, math.NaN(), inf}}), LogColors(), Limits(1e-7, 1e3), Rows(long)),
		"no points":         Boundary(func(x, y float64) []float64 { return []float64{0.5} }, nil, nil, nil),
		"odd boundary":      Boundary(func(x, y float64) []float64 { return []float64{math.NaN(), 1, 0} }, []float64{1, 1, inf}, []float64{1e300, 1e300, 0}, []string{script, long, "类"}),
		"overlaid NaN":      Maps([]Matrix{FromRows([][]float64{{math.NaN(), 1}, {-1, 0}}), grid(1, 1, wave)}).With(Ordered(), Over(image.NewGray(image.Rectangle{}))),
		"above odd numbers": HeatMap(grid(2, 5, wave), Above(long, []float64{1.7e308, -1.7e308, math.NaN(), inf, 0}), Rows(long, script)),
		"above a constant":  HeatMap(grid(2, 3, wave), Above("", []float64{2, 2, 2})),
		"above no numbers":  HeatMap(grid(2, 2, wave), Above("x", []float64{math.NaN(), math.NaN()})),
		"empty grid":        Grid(),
		"grid of all":       Grid(Plot(), HeatMap(nil), Images(nil), Grid(Plot(Bars([]string{long}, []float64{1})).With(Title(long))), Histogram()).With(Title(long), Across(3)),
		"no marks":          Plot(),
		"empty marks":       Plot(Points(nil, nil), Line(nil, nil), Band(nil, nil, nil), Bars(nil, nil), Texts(nil, nil, nil)),
		"one point":         Plot(Points([]float64{3}, []float64{4}), Line([]float64{3}, []float64{4})),
		"constant line":     Plot(Line(nil, []float64{2, 2, 2})),
		"NaN line":          Plot(Line(nil, []float64{math.NaN(), inf, -inf}), Points(nil, []float64{math.NaN()})),
		"gaps":              Plot(Line(nil, []float64{1, math.NaN(), 2, 3, inf, 1}, Label(script)), Points([]float64{1, inf}, []float64{math.NaN(), 2})),
		"extreme line":      Plot(Line([]float64{-1.7e308, 0, 1.7e308}, []float64{1e300, -1.7e308, 1.7e308}), Band(nil, []float64{-1e308, 0}, []float64{1e308, 1})),
		"tiny line":         Plot(Line([]float64{0, 1e-300, 2e-300}, []float64{1e-300, 2e-300, 3e-300})),
		"log of nothing":    Plot(Line(nil, []float64{-1, 0, -3})).With(LogY()),
		"log extremes":      Plot(Line([]float64{1e-300, 1, 1e300}, []float64{1e-300, 1, 1e300}), HLine(1, Label(long))).With(LogX(), LogY()),
		"log in a decade":   Plot(Line([]float64{1, 2, 3}, []float64{2, 3, 4})).With(LogX(), LogY()),
		"log colours":       HeatMap(FromRows([][]float64{{1e-9, 1e-3, 0}, {math.NaN(), 10, -1}}), LogColors()),
		"many bars":         Plot(Bars(names("category number %d", 10000), normal(10000, 1))),
		"many level bars":   Plot(HBars(names("category number %d", 10000), normal(10000, 1))),
		"names of bars":     Plot(HBars([]string{script, long, "权重 😀", ""}, []float64{1, -2, inf, math.NaN()}), HBars([]string{"x"}, []float64{3})),
		"upright names":     Plot(Bars([]string{script, long, "权重 😀", "", "short", "six", "seven"}, normal(7, 1), Label(long)), Bars([]string{script, long}, []float64{1, 2}, Label("权重"))).With(XLabel(long), YLabel(long)),
		"many lines":        Plot(manyLines(60)...),
		"many panels":       Facets(manyPanels(30)...).With(OwnScales(), Title(long), YLabel(long), XLabel(script)),
		"crowded texts":     Plot(Texts(normal(200, 1), normal(201, 1)[1:], names("a long text %d", 200)), VLine(0, Label(long)), HLine(0, Label(script))),
		"odd zones":         Plot(HZone(math.Inf(-1), math.Inf(1), Label(long)), VZone(-1e300, 1e-300, Label(script)), HZone(5, 6), VZone(0, 1e300), Line(nil, normal(9, 1))),
		"log zones":         Plot(HZone(-1, 0, Label("nowhere")), VZone(0, 3), Line(nil, normal(9, 1))).With(LogX(), LogY()),
		"odd boxes":         Plot(Boxes([]string{script, long, "权重 😀", "", "huge"}, [][]float64{{}, {math.NaN(), inf}, {1}, {1, 1, 1}, {1e300, -1.7e308}})),
		"many boxes":        Plot(Boxes(names("layer number %d", 10000), make([][]float64, 10000))),
		"no boxes":          Plot(Boxes(nil, nil)),
		"odd rows":          Images(pictures(4), "a", "b").With(Across(2), Rows(long, script)),
		"empty places":      Images([]image.Image{nil, pictures(1)[0], nil}, "a", "b", "c"),
		"no places":         Images([]image.Image{nil, nil}),
		"empty maps":        Maps([]Matrix{grid(2, 2, wave), nil, grid(3, 3, wave)}, "row 1", "", "x"),
		"empty ordered":     Maps([]Matrix{nil, grid(2, 2, wave), nil, grid(3, 3, wave)}, "a", "b").With(Ordered()),
		"many in rows":      Images(pictures(60)).With(Across(30), Rows("first", "second")),
		"flat raster":       Plot(Raster(grid(1, 1, wave), 0, 1e-300, -1e300, 1e300), Contour(grid(1, 1, wave), 0, 1, 0, 1, 0)),
		"NaN raster":        Plot(Raster(grid(3, 3, func(int, int) float64 { return math.NaN() }), 0, 1, 0, 1)).With(ScaleLabel(long)),
		"empty raster":      Plot(Raster(FromRows(nil), 0, 1, 0, 1)),
		"log raster":        Plot(Raster(grid(5, 5, wave), 0.1, 100, 1, 1000)).With(LogX(), LogY()),
		"low plot":          Plot(Line(nil, normal(30, 1), Label("a"))).With(Size(300, 100), XLabel("x"), YLabel("y")),
		"hostile classes":   Plot(Points(normal(4, 1), normal(5, 1)[1:], Classes([]string{script, long, "类别", "😀"}), Names([]string{script, "b", "c", "d"}))),
		"one map with NaN":  Maps([]Matrix{FromRows([][]float64{{math.NaN(), 1}})}),
	}
}

func curve(n int, f func(x float64) float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = f(float64(i))
	}
	return list
}

func classes(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = []string{"benign", "malignant", "unknown"}[i*i%7%3]
	}
	return list
}

func manyLines(n int) []Mark {
	var list []Mark
	for i := range n {
		list = append(list, Line(nil, normal(20+i, 1), Label(fmt.Sprintf("transformer.h.%d.attention", i))))
	}
	return list
}

func manyPanels(n int) []Facet {
	var list []Facet
	for i := range n {
		list = append(list, Panel(fmt.Sprintf("transformer.h.%d.attention.weight", i), Line(nil, normal(20+i, math.Pow(10, float64(i-15))))))
	}
	return list
}

func steps(n int) []float64 { return curve(n, func(x float64) float64 { return 50 * x }) }

// widening is values at n steps whose spread grows.
func widening(n int, sd, growth float64) [][]float64 {
	list := make([][]float64, n)
	for i := range list {
		list[i] = normal(500+i, sd*math.Exp(growth*float64(i)))
		for k := range list[i] {
			list[i][k] += sd * float64(i) / 4
		}
	}
	return list
}

func featureMaps(n int) []Matrix {
	list := make([]Matrix, n)
	for k := range list {
		list[k] = grid(6, 6, func(i, j int) float64 { return float64(k*7%12) * max(0, wave(i+k, j*3)) })
	}
	return list
}

// moon is two interleaved classes of points.
var moonX, moonY, moonClass = func() (x, y []float64, class []string) {
	noise := normal(400, 0.35)
	for i := range 200 {
		at := float64(i)/50 - 2
		above := float64(i%2)*1.2 - 0.6
		x, y = append(x, at+noise[2*i]/2), append(y, math.Sin(2*at)+above+noise[2*i+1])
		class = append(class, []string{"below", "above"}[i%2])
	}
	return x, y, class
}()

// training is a plot with most kinds of marks.
func training() *Figure {
	return Plot(
		Band(nil, curve(60, func(x float64) float64 { return 2*math.Exp(-x/15) - 0.1 }), curve(60, func(x float64) float64 { return 2*math.Exp(-x/15) + 0.2 }), Label("spread")),
		Line(nil, curve(60, func(x float64) float64 { return 2 * math.Exp(-x/15) }), Label("train")),
		Line(nil, curve(60, func(x float64) float64 { return 2*math.Exp(-x/15) + x*x/9000 }), Label("test")),
		HLine(0.1, Label("goal"), Dashed()), VLine(40, Label("early stop")),
	).With(XLabel("epoch"), YLabel("loss"), Title("Training"))
}
