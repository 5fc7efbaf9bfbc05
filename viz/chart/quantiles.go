package chart

import (
	"fmt"
	"sync"
)

// Quantiles shows how numbers are distributed at each of some steps, such as the
// weights of a layer during training, as bands between quantiles: the darkest
// holds 38 % of the values, then 68, 86 and all of them (for normally distributed
// values half a standard deviation each, as in TensorBoard). The line is the
// median. Without steps they are 0, 1, 2, …
func Quantiles(steps []float64, values [][]float64, list ...MarkOption) Mark {
	return QuantilesOf(steps, distributed(values), list...)
}

// QuantilesOf shows distributions of which no more than a summary may be known.
func QuantilesOf(steps []float64, values []Distribution, list ...MarkOption) Mark {
	return newQuantiles(steps, values, list)
}

// RidgeLines shows the same as a row of outlines, the first step at the top and
// behind.
func RidgeLines(steps []float64, values [][]float64, list ...MarkOption) Mark {
	return RidgeLinesOf(steps, distributed(values), list...)
}

// RidgeLinesOf shows distributions of which no more than a summary may be known.
func RidgeLinesOf(steps []float64, values []Distribution, list ...MarkOption) Mark {
	return &ridges{*newQuantiles(steps, values, list)}
}

func distributed(values [][]float64) []Distribution {
	list := make([]Distribution, len(values))
	for i, v := range values {
		list[i].Values = v
	}
	return list
}

func newQuantiles(steps []float64, values []Distribution, list []MarkOption) *quantiles {
	return &quantiles{styled(list), steps, values, sync.OnceValue(func() []spread {
		spreads := make([]spread, len(values))
		for i := range values {
			spreads[i] = values[i].spread()
		}
		return spreads
	})}
}

type quantiles struct {
	opts   style
	steps  []float64
	values []Distribution
	spread func() []spread // of the values, computed at first use
}

// levels are the quantiles at the edges of the bands, from outside to inside.
var levels = [][2]float64{{0, 1}, {0.0668, 0.9332}, {0.1587, 0.8413}, {0.3085, 0.6915}}

func (m *quantiles) style() *style { return &m.opts }

func (m *quantiles) check() error {
	if m.steps != nil && len(m.steps) != len(m.values) {
		return fmt.Errorf("viz: distributions: %s steps and values for %s: as many are needed", count(len(m.steps)), count(len(m.values)))
	}
	return m.opts.checkStyle("distributions", 0)
}

func (m *quantiles) extent(x, y *domain) {
	for i, s := range m.spread() {
		if !s.none() {
			x.add(xAt(m.steps, i))
			y.add(s.quantile(0))
			y.add(s.quantile(1))
		}
	}
}

// curve is a quantile at each step, NaN where there are no values.
func (m *quantiles) curve(q float64) []float64 {
	list := make([]float64, len(m.values))
	for i, s := range m.spread() {
		list[i] = nan
		if !s.none() {
			list[i] = s.quantile(q)
		}
	}
	return list
}

func (m *quantiles) draw(p *panel, l *layer) {
	for _, e := range levels {
		b := &band{style{opacity: 0.22}, m.steps, m.curve(e[0]), m.curve(e[1])}
		b.draw(p, l)
	}
	middle := &line{style{label: m.opts.label}, m.steps, m.curve(0.5)}
	middle.draw(p, &layer{Mark: middle, style: &middle.opts, color: l.color, pattern: l.pattern})
}

func (m *quantiles) describe(o *Options) string {
	text := m.opts.named(o, o.Say("distribution over %s", o.Count(len(m.values), "step", "steps")))
	first, last := -1, -1
	for i, s := range m.spread() {
		if !s.none() {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return text + o.Say(" without finite values")
	}
	at := func(i int) string {
		s := m.spread()[i]
		return o.Say("median %s, two thirds between %s and %s, all between %s and %s", number(s.quantile(0.5)),
			number(s.quantile(levels[2][0])), number(s.quantile(levels[2][1])), number(s.quantile(0)), number(s.quantile(1)))
	}
	text += o.Say("; at step %s: %s", number(xAt(m.steps, first)), at(first))
	if last > first {
		text += o.Say("; at step %s: %s", number(xAt(m.steps, last)), at(last))
	}
	return text
}

func (m *quantiles) rows(t *plotTable) {
	for k, e := range levels {
		name := fmt.Sprintf("%.0f %%", 100*(e[1]-e[0]))
		low, high, middle := m.curve(e[0]), m.curve(e[1]), m.curve(0.5)
		for i := range m.values {
			r := row{mark: m.opts.label, name: name, x: xAt(m.steps, i), y: nan, low: low[i], high: high[i], value: nan}
			if k == len(levels)-1 {
				r.y = middle[i]
			}
			t.add(r)
		}
	}
}

func (m *quantiles) vega(l *layer) map[string]any {
	v := (&band{}).vega(l)
	v["mark"].(map[string]any)["opacity"] = 0.22
	v["encoding"].(map[string]any)["detail"] = map[string]any{"field": "name", "type": "nominal"}
	return v
}
