package explain

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
)

// SubmodularPick explains rows and picks n of them whose explanations together cover the
// features that matter most; see [Attribution.Pick]. Of more than 1,000 rows, 1,000 are
// drawn by [Seed] and explained: [Samples] sets another number.
//
//	explain.SubmodularPick(explain.LIME(model, train), test, 5)
//	explain.SubmodularPick(explain.LIMEText(model), reviews, 5) // a []string
//
// Texts are a []string, a slice of what Encode returns, or a data set that knows its words.
// They are explained one by one, and a word is one feature in all of them, however it is
// capitalised and wherever it stands.
func SubmodularPick(explainer Explainer, rows any, n int, list ...Option) *Picks {
	p := &Picks{}
	p.fail(p.explainAndPick(explainer, rows, n, list))
	return p
}

func (p *Picks) explainAndPick(explainer Explainer, rows any, n int, list []Option) error {
	o, err := optionsOf(list, "MaxFeatures", "Samples", "Seed")
	if err != nil {
		return err
	}
	if e := reflect.ValueOf(explainer); !e.IsValid() || e.Kind() == reflect.Pointer && e.IsNil() {
		return errors.New("there is no explainer: it is nil")
	}
	s, err := pickingFrom(rows)
	if err != nil {
		return err
	}
	if !o.has("Samples") {
		o.samples = pickRows
	}
	if o.samples < 1 {
		return fmt.Errorf("Samples(%d) explains no row: give 1 or more", o.samples)
	}
	p.From, p.Explained, p.most = s.n, min(s.n, o.samples), o.shownBy()
	if n < 1 || n > p.Explained {
		return fmt.Errorf("of %d explained rows, %d cannot be picked: ask for 1 to %d", p.Explained, n, p.Explained)
	}
	drawn := source(o.seed, 0).Perm(s.n)[:p.Explained]
	slices.Sort(drawn)
	var texts []*Attribution
	var a *Attribution
	if s.one != nil {
		if texts, err = s.explainEach(explainer, drawn); err != nil {
			return err
		}
		a = acrossTexts(texts, p.most)
	} else {
		a = explainer.Explain(s.some(drawn))
	}
	if a.Err() != nil {
		return a.Err()
	}
	if err := p.pick(a, n); err != nil {
		return err
	}
	for k, i := range p.Rows {
		p.Rows[k] = drawn[i]
		if texts != nil {
			p.texts = append(p.texts, texts[i])
		}
	}
	return nil
}

// A picking is rows to choose from: a table, or samples that are explained one by one.
type picking struct {
	n    int
	some func(numbers []int) *table
	one  func(i int) any // nil for a table
}

// pickingFrom reads rows or texts.
func pickingFrom(rows any) (*picking, error) {
	if set, ok := rows.(*data.Set); ok && set != nil {
		if err := set.Load(); err != nil {
			return nil, err
		}
		if set.Words(0) != nil {
			return &picking{n: set.Len(), one: func(i int) any {
				x := set.X(i)
				return &table{x: mat.NewDense(1, len(x), x), features: set.Words(i), words: true, classes: set.Classes()}
			}}, nil
		}
	}
	if v := reflect.ValueOf(rows); v.Kind() == reflect.Slice {
		switch v.Type().Elem().Kind() {
		case reflect.String, reflect.Pointer, reflect.Interface:
			if v.Len() == 0 {
				return nil, errors.New("there are no rows: the list is empty")
			}
			return &picking{n: v.Len(), one: func(i int) any { return v.Index(i).Interface() }}, nil
		}
	}
	t, err := rowsOf(rows)
	if err != nil {
		return nil, err
	}
	if len(t.shape) > 1 {
		return nil, errPickImages
	}
	all, cols := t.x.Dims()
	return &picking{n: all, some: func(numbers []int) *table {
		part := *t
		part.x, part.names = mat.NewDense(len(numbers), cols, nil), nil
		for k, i := range numbers {
			part.x.SetRow(k, t.x.RawRowView(i))
			if t.names != nil {
				part.names = append(part.names, t.names[i])
			}
		}
		return &part
	}}, nil
}

// explainEach explains texts one by one.
func (s *picking) explainEach(explainer Explainer, drawn []int) ([]*Attribution, error) {
	list := make([]*Attribution, len(drawn))
	// One after the other: an explainer uses all cores for one.
	err := parallel(len(drawn), 1, "explanations", func(k int) error {
		list[k] = explainQuietly(explainer, s.one(drawn[k]))
		if err := list[k].Err(); err != nil {
			return fmt.Errorf("sample %d: %w", drawn[k], err)
		}
		if rows, _, _ := list[k].Dims(); rows != 1 || !list[k].words {
			return fmt.Errorf("sample %d is no text, and features of other samples that are given one by one may not be the same: give rows of a table together, as a matrix", drawn[k])
		}
		return nil
	})
	return list, err
}

// explainQuietly explains a sample of many, which have a bar together.
func explainQuietly(explainer Explainer, sample any) *Attribution {
	switch e := explainer.(type) {
	case *Local:
		if e.err == nil && e.cutter != nil {
			return e.explainParts(sample, "")
		}
	case *SHAP:
		one := *e
		one.quiet = true
		return one.Explain(sample)
	}
	return explainer.Explain(sample)
}

// acrossTexts is the attribution of texts whose features are the words that some of them
// shows among so many: all words of many texts would be too many. The places of a word in a
// text count together; its data are how many there are.
func acrossTexts(texts []*Attribution, most int) *Attribution {
	at := map[string]int{}
	var words []string
	for _, a := range texts {
		for _, w := range a.shownWords(most) {
			if _, ok := at[w]; !ok {
				at[w] = len(words)
				words = append(words, w)
			}
		}
	}
	if len(words) == 0 {
		return failed(texts[0].Method, errNothingShown)
	}
	list := make([]*Attribution, len(texts))
	for i, a := range texts {
		together := func(m *mat.Dense) *mat.Dense {
			outputs, _ := m.Dims()
			out := mat.NewDense(outputs, len(words), nil)
			for j, w := range a.Features {
				if col, ok := at[sameWord(w)]; ok {
					for k := range outputs {
						out.Set(k, col, out.At(k, col)+m.At(k, j))
					}
				}
			}
			return out
		}
		ones := mat.NewDense(1, len(a.Features), slices.Repeat([]float64{1}, len(a.Features)))
		b := *a
		b.Values, b.Errors, b.Data = each(a.Values, together), each(a.Errors, together), together(ones)
		b.Features, b.words, b.Shape, b.Stability = words, false, nil, a.spreading(together)
		b.Base = nil // contributions of other words are missing
		list[i] = &b
	}
	return stacked(list)
}

// sameWord is what words have in common that are one feature; empty for what is none.
func sameWord(word string) string { return strings.ToLower(strings.TrimSpace(word)) }

// shownWords are the words of a text with the largest contributions to some output, at most
// so many for each, in the order of the text.
func (a *Attribution) shownWords(most int) []string {
	at := map[string]int{}
	var words []string
	for _, w := range a.Features {
		if w = sameWord(w); w == "" {
			continue
		}
		if _, ok := at[w]; !ok {
			at[w] = len(words)
			words = append(words, w)
		}
	}
	shown := make([]bool, len(words))
	for k := range a.Values {
		sums := make([]float64, len(words))
		for j, w := range a.Features {
			if i, ok := at[sameWord(w)]; ok {
				sums[i] += a.At(0, j, k)
			}
		}
		sizes := shownSizes(sums, most)
		for i, size := range sizes {
			shown[i] = shown[i] || size > rounding*slices.Max(sizes) || math.IsNaN(size)
		}
	}
	var list []string
	for i, w := range words {
		if shown[i] {
			list = append(list, w)
		}
	}
	return list
}
