package activity

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

const (
	topSamples = 8 // of each unit
	topUnits   = 6 // without names
	mostTop    = 40
)

// TopInputs returns the samples that drive units of a layer most, a row of images
// for each unit with the value under each; of texts their words about the place
// where the unit is most active, of other data the numbers of the samples. A unit
// that computes values at many places counts by its largest. Without a layer's name
// it is the last one with weights before the output; without units those that reach
// the highest values.
func TopInputs(v, data any, layer string, units ...int) *chart.Figure {
	l, err := newLook(v, data)
	if err != nil {
		return chart.Failed(err)
	}
	if layer, err = l.layer(layer); err != nil {
		return chart.Failed(err)
	}
	tops, err := l.tops(layer)
	if err != nil {
		return chart.Failed(err)
	}
	if units, err = chosenUnits(layer, tops, units); err != nil {
		return chart.Failed(err)
	}
	f := l.names(layer, tops, units)
	if l.s.Image != nil {
		f = l.images(layer, tops, units)
	}
	return f.Noting(func(o *chart.Options) []string { return l.topNotes(tops, units, o) })
}

// A hit is how strongly a sample drives a unit, and where.
type hit struct {
	sample, place int
	value         float64
}

// tops are the strongest hits of each unit of a layer, in their order.
func (l *look) tops(name string) ([][]hit, error) {
	var tops [][]hit
	err := l.scan([]string{name}, func(from int, _ string, a model.Array) error {
		n := a.Shape[len(a.Shape)-1]
		if tops == nil {
			tops = make([][]hit, n)
		}
		if len(tops) != n {
			return fmt.Errorf("layer %s computes %d units for some samples and %d for others", name, len(tops), n)
		}
		per := len(a.Values) / (a.Shape[0] * n)
		for s := range a.Shape[0] {
			for u := range n {
				h := hit{from + s, 0, math.Inf(-1)}
				for k := range per {
					if x := a.Values[(s*per+k)*n+u]; x > h.value && !math.IsInf(x, 0) {
						h.value, h.place = x, k
					}
				}
				if !math.IsInf(h.value, 0) {
					tops[u] = insert(tops[u], h)
				}
			}
		}
		return nil
	})
	return tops, err
}

// insert puts a hit where it belongs among the strongest.
func insert(list []hit, h hit) []hit {
	if len(list) == topSamples && h.value <= list[topSamples-1].value {
		return list
	}
	i, _ := slices.BinarySearchFunc(list, h, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.sample, b.sample))
	})
	list = slices.Insert(list, i, h)
	return list[:min(len(list), topSamples)]
}

// chosenUnits checks which units to show, or takes those that reach the highest
// values.
func chosenUnits(layer string, tops [][]hit, units []int) ([]int, error) {
	for _, u := range units {
		if u < 0 || u >= len(tops) {
			return nil, fmt.Errorf("layer %s has no unit %d: they are numbered from 0 to %d", layer, u, len(tops)-1)
		}
	}
	if len(units) > mostTop {
		return nil, fmt.Errorf("%d units are too many to see: name at most %d", len(units), mostTop)
	}
	if len(units) > 0 {
		return units, nil
	}
	for u, list := range tops {
		if len(list) > 0 {
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		return nil, errors.New("no unit of the layer computes a finite number for these samples")
	}
	slices.SortStableFunc(units, func(a, b int) int { return cmp.Compare(tops[b][0].value, tops[a][0].value) })
	return units[:min(len(units), topUnits)], nil
}

// images is a row of images for each unit.
func (l *look) images(layer string, tops [][]hit, units []int) *chart.Figure {
	var list []image.Image
	var names, rows []string
	for _, u := range units {
		rows = append(rows, fmt.Sprintf("%s %d", model.Base(layer), u))
		for k := range topSamples {
			if k >= len(tops[u]) { // fewer samples than places in a row
				list, names = append(list, nil), append(names, "")
				continue
			}
			h := tops[u][k]
			name := chart.Number(h.value)
			if l.s.Label != nil {
				name = l.s.Label(h.sample) + ": " + name
			}
			list, names = append(list, l.s.Image(h.sample)), append(names, name)
		}
	}
	return chart.Images(list, names...).With(chart.Across(topSamples), chart.Rows(rows...))
}

// names is bars for each unit, with the names of the samples.
func (l *look) names(layer string, tops [][]hit, units []int) *chart.Figure {
	var panels []chart.Facet
	for _, u := range units {
		var names []string
		var values []float64
		for _, h := range tops[u] {
			names, values = append(names, l.name(h)), append(values, h.value)
		}
		panels = append(panels, chart.Panel(fmt.Sprintf("%s %d", model.Base(layer), u), chart.HBars(names, values)))
	}
	across := 2
	if l.s.Words != nil { // room for words
		across = 1
	}
	return chart.Facets(panels...).With(chart.OwnScales(), chart.Across(across), chart.Size(900, 0)).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("activation")}
	})
}

// name is what a sample is called: of a text the words about a place, else its
// number and its class.
func (l *look) name(h hit) string {
	name := "#" + chart.Count(h.sample)
	if l.s.Label != nil {
		name += " " + l.s.Label(h.sample)
	}
	if l.s.Words != nil {
		name += ": " + snippet(l.s.Words(h.sample), h.place)
	}
	return name
}

// snippet is some words of a text about a place, or its beginning if the place is
// that of no word.
func snippet(words []string, place int) string {
	const before, after = 3, 2
	first := max(0, slices.IndexFunc(words, func(w string) bool { return w != "" && !strings.HasPrefix(w, "<") })) // <start> says nothing
	if place == 0 || place >= len(words) || words[place] == "" {
		return strings.Join(words[first:min(len(words), first+before+after+1)], " ") + " …"
	}
	from, to := max(first, place-before), min(len(words), place+after+1)
	text := strings.Join(words[from:place], " ") + " [" + words[place] + "] " + strings.Join(words[place+1:to], " ")
	if from > first {
		text = "… " + text
	}
	return strings.TrimSpace(text)
}

// topNotes says which units are driven by one class only.
func (l *look) topNotes(tops [][]hit, units []int, o *chart.Options) []string {
	notes := []string{o.Say("The strongest of %s.", o.Count(l.s.N, "sample", "samples"))}
	if l.s.Class == nil || l.s.Label == nil {
		return notes
	}
	of := map[string][]string{}
	var order []string
	for _, u := range units {
		if len(tops[u]) < 2 || tops[u][0].value == tops[u][len(tops[u])-1].value {
			continue
		}
		label := l.s.Label(tops[u][0].sample)
		if slices.ContainsFunc(tops[u], func(h hit) bool { return l.s.Label(h.sample) != label }) {
			continue
		}
		if of[label] == nil {
			order = append(order, label)
		}
		of[label] = append(of[label], fmt.Sprint(u))
	}
	for _, label := range order {
		notes = append(notes, o.Say("Only %s drives unit %s that much.", label, strings.Join(of[label], ", ")))
	}
	return notes
}
