package activity_test

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/activity"
	"loupe/viz/chart"
	"loupe/viz/model"
)

// A table is a model that computes for each sample what a table says, whatever the
// sample is.
type table struct {
	name   string
	shape  []int // of a sample's output
	values func(sample, i int) float64
}

func (r table) Run(inputs []model.Array, w model.Watch) (model.Array, error) {
	n := inputs[0].Shape[0]
	out := model.Array{Shape: append([]int{n}, r.shape...)}
	for s := range n {
		for i := range model.Size(r.shape) {
			out.Values = append(out.Values, r.values(s, i))
		}
	}
	if w.Value != nil {
		w.Value(r.name, out)
	}
	return out, nil
}

// tabled is a model with one layer besides its input.
func tabled(name string, shape []int, values func(sample, i int) float64) *model.Model {
	return &model.Model{Runner: table{name, shape, values}, Params: []model.Param{{Name: name + "/kernel", Shape: []int{2, 2}}},
		Nodes: []model.Node{{Name: "input", Class: model.Data}, {Name: name, Op: "Dense", Class: model.Weighted, Inputs: []int{0}, Params: []int{0}}, {Name: "end", Inputs: []int{1}}}}
}

// nasty are figures of values and names as they also occur.
func nasty() map[string]*chart.Figure {
	nan, inf := math.NaN(), math.Inf(1)
	long, script := strings.Repeat("a long name ", 30), `<script>alert("&")</script>`
	x := make([][]float64, 20)
	classes := make([]string, 20)
	for i := range x {
		x[i] = []float64{float64(i), 1}
		classes[i] = []string{script, long, "类别 😀", "cat"}[i%4]
	}
	labelled := model.Labelled{X: x, Y: classes}
	list := map[string]*chart.Figure{}
	for name, m := range map[string]*model.Model{
		"zero":      tabled("dense", []int{3}, func(int, int) float64 { return 0 }),
		"nan":       tabled(script, []int{3}, func(s, i int) float64 { return []float64{nan, inf, -inf}[(s+i)%3] }),
		"some nan":  tabled(long, []int{3}, func(s, i int) float64 { return []float64{nan, 1, 2}[(s+i)%3] }),
		"huge":      tabled("权重 😀", []int{3}, func(s, i int) float64 { return []float64{1e300, -1.7e308, 1.7e308}[(s+i)%3] }),
		"tiny":      tabled("dense", []int{2}, func(s, i int) float64 { return float64(s%4) * 1e-300 }),
		"one":       tabled("dense", []int{1}, func(s, i int) float64 { return float64(s % 4) }),
		"many":      tabled("dense", []int{10000}, func(s, i int) float64 { return math.Sin(float64(s * i)) }),
		"constants": tabled("dense", []int{3}, func(s, i int) float64 { return float64(i) }),
	} {
		list["activity of "+name] = activity.Activity(m, labelled)
		list["selectivity of "+name] = activity.Selectivity(m, labelled)
		list["activations of "+name] = activity.Activations(m, x, "")
		if name != "nan" {
			list["top of "+name] = activity.TopInputs(m, labelled, "", 0)
		}
	}
	for name, values := range map[string][]float64{"nan": {nan, 1}, "infinite": {inf, -1}, "zero": {0, 0}, "huge": {1.7e308, -1e300}, "tiny": {1e-300, 5e-324}} {
		m := tabled(script, []int{2, 3, 5}, func(s, i int) float64 { return values[i%2] })
		list["maps of "+name] = activity.FeatureMaps(m, model.Array{Shape: []int{1, 4, 4, 1}, Values: slices.Repeat(values, 8)}).With(chart.OverInput())
		list["units of "+name] = activity.Activity(m, x)
		list["top filters of "+name] = activity.TopInputs(m, x, "", 0)
	}
	list["no finite map"] = activity.FeatureMaps(tabled(long, []int{1, 1, 20}, func(int, int) float64 { return nan }), x)
	one := tabled("dense", []int{3}, func(s, i int) float64 { return float64(i) })
	list["one sample"] = activity.Selectivity(one, model.Labelled{X: x[:1], Y: classes[:1]})
	many := make([]string, 20)
	for i := range many {
		many[i] = fmt.Sprintf("class number %d", i)
	}
	list["many classes"] = activity.Selectivity(tabled("dense", []int{300}, func(s, i int) float64 { return float64((s * i) % 7) }), model.Labelled{X: x, Y: many})
	return list
}
