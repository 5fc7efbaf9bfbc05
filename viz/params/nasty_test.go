package params_test

import (
	"fmt"
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
	"loupe/viz/params"
)

const script = `<script>alert("&")</script>`

// traceOf is a record of numbers at steps, a series for each name.
func traceOf(series map[string][]model.Point, order ...string) *model.Trace {
	t := &model.Trace{}
	for _, name := range order {
		node, what, _ := strings.Cut(name, "/")
		t.Series = append(t.Series, model.Series{Node: node, What: what, Points: series[name]},
			model.Series{Node: node, What: what + " update", Points: series[name]}, model.Series{Node: node, What: what + " gradient", Points: series[name]})
	}
	return t
}

// point is a summary of numbers between two values.
func point(step int, lo, hi float64) model.Point {
	p := model.Point{Step: step, Count: 100, Finite: 100, Min: lo, Max: hi, Mean: lo/2 + hi/2, Std: hi/4 - lo/4, Norm: 10 * max(math.Abs(lo), math.Abs(hi)),
		Bins: []int{10, 20, 40, 20, 10}}
	for i, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		p.Quantiles[i] = lo*(1-q) + hi*q
	}
	return p
}

// nastyTrace is a record of what also occurs: nothing, one step, not a number,
// infinite, the smallest and the largest numbers, names of all kinds.
func nastyTrace() *model.Trace {
	names := []string{"empty/kernel", "one/kernel", "nan/kernel", "tiny/kernel", "huge/kernel", "constant/kernel", script + "/权重 😀", strings.Repeat("a long name ", 30) + "/kernel"}
	none := model.Point{Step: 5, Count: 3, Norm: math.NaN()}
	return traceOf(map[string][]model.Point{
		names[1]: {point(0, -1, 1)},
		names[2]: {none, point(10, -1, 1), none},
		names[3]: {point(0, 1e-300, 2e-300), point(10, 1e-300, 3e-300)},
		names[4]: {point(0, -1e300, 1e300), point(10, -1.7e308, 1.7e308)},
		names[5]: {point(0, 2, 2), point(10, 2, 2), point(20, 0, 0)},
		names[6]: {point(0, 0, 1), {Step: 10, Count: 2, Finite: 2, Max: 1, Values: []float64{1, math.NaN()}}},
		names[7]: {point(0, -3, 1), point(1000000, -2, 1)},
	}, names...)
}

func manySeries(n int) *model.Trace {
	series, names := map[string][]model.Point{}, []string(nil)
	for i := range n {
		name := fmt.Sprintf("encoder.block.%d/kernel", i)
		names = append(names, name)
		series[name] = []model.Point{point(0, -1, 1), point(10, -1-float64(i), 1)}
	}
	return traceOf(series, names...)
}

func nasty() map[string]*chart.Figure {
	list := map[string]*chart.Figure{
		"plain":      params.Distributions([][]float64{{1, 2, 3}, {}, {math.NaN(), math.Inf(1)}, {1e300, -1e300}}),
		"plain rows": params.Ridges([][]float64{{1, 2, 3}, {2}, {1e-300, 0}}),
	}
	for name, t := range map[string]*model.Trace{"nasty": nastyTrace(), "many": manySeries(300), "one": manySeries(1)} {
		list["distributions of "+name] = params.Distributions(t)
		list["ridges of "+name] = params.Ridges(t)
		list["gradients of "+name] = params.Gradients(t)
		list["updates of "+name] = params.Updates(t)
		list["ratios of "+name] = params.GradientRatios(t)
		list["flow of "+name] = params.GradientFlow(t)
		list["norms of "+name] = params.Norms(t)
	}
	for name, m := range nastyModels() {
		list["weights of "+name] = params.Weights(m)
		list["sparsity of "+name] = params.Sparsity(m)
		list["norms of "+name] = params.Norms(m)
		list["weight map of "+name] = params.WeightMap(m, m.Params[0].Name)
		list["filters of "+name] = params.Filters(m, m.Params[0].Name)
	}
	return list
}

// nastyModels are models with one kernel each of what also occurs.
func nastyModels() map[string]*model.Model {
	nan, inf := math.NaN(), math.Inf(1)
	list := map[string]*model.Model{}
	for name, k := range map[string]struct {
		shape  []int
		values []float64
	}{
		script:                             {[]int{1, 2, 1, 1}, []float64{1, -1}},
		"权重 😀":                             {[]int{2, 1, 3, 1}, []float64{1, 2, 3, 4, 5, 6}},
		strings.Repeat("a long name ", 30): {[]int{1, 2, 1}, []float64{0, 0}},
		"nan":                              {[]int{2, 1, 3, 1}, []float64{nan, inf, -inf, nan, 1, nan}},
		"only nan":                         {[]int{1, 2, 1, 2}, []float64{nan, nan, nan, nan}},
		"tiny":                             {[]int{1, 2, 2, 1}, []float64{1e-300, -2e-300, 0, 5e-324}},
		"huge":                             {[]int{1, 2, 3, 1}, []float64{1e300, -1.7e308, 1.7e308, 1, 1e300, 0}},
		"constant":                         {[]int{2, 2, 1, 10000}, slicesOf(40000, 2)},
	} {
		list[name] = &model.Model{Params: []model.Param{{Name: name + "/kernel", Shape: k.shape, Values: func() []float64 { return k.values }}}}
	}
	return list
}

func slicesOf(n int, v float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}
