package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"
)

// A TextModel is a function of texts: it returns a row of outputs for each. It must give the
// same output for the same text, and it is called by several goroutines at once.
type TextModel func(texts []string) mat.Matrix

// textModel is the function that a model is, nil if it is another one.
func textModel(model any) TextModel {
	switch f := model.(type) {
	case TextModel:
		return f
	case func([]string) mat.Matrix:
		return f
	}
	return nil
}

// Positions makes each place of a word a feature of its own. Otherwise all places of a word
// are one, and each of them shows an equal share.
func Positions() Option { return func(o *options) { o.set("Positions"); o.positions = true } }

// A textCutter takes texts apart for a function of texts.
type textCutter struct {
	f     TextModel
	with  *string // what stands in for a word; nil if it is left out
	words bool    // places of the same word are one part
}

func newTextCutter(f TextModel, o *options, words bool) (*textCutter, error) {
	c := &textCutter{f: f, words: words}
	if o.has("Superpixels") || o.has("Segments") {
		return nil, errors.New("a text has no regions: Superpixels and Segments are for images")
	}
	if o.has("Mask") {
		text, ok := o.mask.(string)
		if !ok {
			return nil, fmt.Errorf("a %T cannot stand in for a word of a text: Mask needs a string", o.mask)
		}
		c.with = &text
	}
	return c, nil
}

func (c *textCutter) cut(samples any) ([]*cutting, error) {
	text, err := textOf(samples)
	if err != nil {
		return nil, err
	}
	p := piecesOf(text)
	if len(p.words) == 0 {
		return nil, fmt.Errorf("the text %q has no words", text)
	}
	cut := &cutting{sample: &table{x: mat.NewDense(1, len(p.words), nil), features: p.words, words: true},
		tree: func() *hierarchy { return p.tree() }}
	cut.names, cut.places = partsOfWords(p.words, c.words)
	of := make([]int, len(p.words)) // the part of each word
	for part, places := range cut.places {
		for _, j := range places {
			of[j] = part
		}
	}
	if c.words {
		cut.tree = func() *hierarchy { return halved(len(cut.places), nil) }
	}
	cut.p = &predictor{ask: func(x *mat.Dense) (mat.Matrix, error) {
		n, _ := x.Dims()
		texts := make([]string, n)
		for i := range texts {
			row := x.RawRowView(i)
			texts[i] = p.text(func(word int) bool { return row[of[word]] != 0 }, c.with)
		}
		return c.f(texts), nil
	}}
	return []*cutting{cut}, nil
}

func textOf(samples any) (string, error) {
	switch s := samples.(type) {
	case string:
		return s, nil
	case []string:
		if len(s) == 1 {
			return s[0], nil
		}
		return "", fmt.Errorf("%d texts have other words each: explain one text at a time", len(s))
	}
	return "", fmt.Errorf("a %T is no text: a model of texts explains a string", samples)
}

// partsOfWords are the parts of a text with their places: words, or the places of words.
// What is no word, "", has no part.
func partsOfWords(words []string, same bool) (names []string, places [][]int) {
	at := map[string]int{}
	for j, w := range words {
		if strings.TrimSpace(w) == "" {
			continue
		}
		part, ok := at[w]
		if !ok || !same {
			part = len(names)
			at[w] = part
			names, places = append(names, w), append(places, nil)
		}
		places[part] = append(places[part], j)
	}
	return names, places
}

// pieces of a text: words, and what is before each and after the last.
type textPieces struct {
	words  []string
	before []string
	after  string
}

// piecesOf finds words: runs of letters, marks and digits, with apostrophes within. Chinese
// and Japanese are written without gaps: there a word is one character.
func piecesOf(text string) *textPieces {
	p := &textPieces{}
	from, gap := -1, 0 // where the word begins, and what is before it
	end := func(at int) {
		if from >= 0 {
			p.words, p.before = append(p.words, text[from:at]), append(p.before, text[gap:from])
			from, gap = -1, at
		}
	}
	for at, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			end(at)
			from = at
			end(at + len(string(r)))
		case unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit), r == '_', from >= 0 && (r == '\'' || r == '’') && letterAt(text, at+len(string(r))):
			if from < 0 {
				from = at
			}
		default:
			end(at)
		}
	}
	end(len(text))
	p.after = text[gap:]
	return p
}

func letterAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsLetter(r)
}

// text is the text with some of its words. Of what is before a word that is left out, the
// gap goes with it.
func (p *textPieces) text(has func(word int) bool, with *string) string {
	var b strings.Builder
	for j, w := range p.words {
		switch {
		case has(j):
			b.WriteString(p.before[j])
			b.WriteString(w)
		case with != nil:
			b.WriteString(p.before[j])
			b.WriteString(*with)
		default:
			b.WriteString(strings.TrimRight(p.before[j], " \t\n"))
		}
	}
	b.WriteString(p.after)
	return strings.TrimSpace(b.String())
}

// tree halves the text at the ends of sentences, then at commas, then in the middle.
func (p *textPieces) tree() *hierarchy {
	return halved(len(p.words), func(i int) int {
		switch gap := p.before[i+1]; {
		case strings.ContainsAny(gap, ".!?;\n。！？；"):
			return 2
		case strings.ContainsAny(gap, ",:()–—，、："):
			return 1
		}
		return 0
	})
}

// halved is the tree over players in a row. Each part is halved behind the player with the
// greatest strength, and of several behind that which is nearest to the middle.
func halved(players int, strength func(behind int) int) *hierarchy {
	h := &hierarchy{players: players}
	var join func(from, to int) int
	join = func(from, to int) int {
		if to-from == 1 {
			return from
		}
		best, level, off := from, -1, 0
		for i := from; i < to-1; i++ {
			s, away := 0, max(2*i+2-from-to, from+to-2*i-2)
			if strength != nil {
				s = strength(i)
			}
			if s > level || s == level && away < off {
				best, level, off = i, s, away
			}
		}
		a, b := join(from, best+1), join(best+1, to)
		h.merges = append(h.merges, [2]int{a, b})
		return players + len(h.merges) - 1
	}
	join(0, players)
	return h
}

// A wordCutter takes texts apart for a model that reads the numbers of words.
type wordCutter struct {
	p     *predictor
	with  float64
	words bool
}

func newWordCutter(model any, o *options, words bool) (*wordCutter, error) {
	c := &wordCutter{words: words}
	err := c.masked(o)
	if err == nil {
		c.p, err = predictorOf(model)
	}
	return c, err
}

// masked reads the number that stands in for a word.
func (c *wordCutter) masked(o *options) error {
	switch v := o.mask.(type) {
	case nil:
	case int:
		c.with = float64(v)
	case float64:
		c.with = v
	default:
		return fmt.Errorf("a %T cannot stand in for the number of a word: Mask needs a number for this model", o.mask)
	}
	return nil
}

func (c *wordCutter) cut(samples any) ([]*cutting, error) {
	t, err := rowsOf(samples)
	if err != nil {
		return nil, err
	}
	if n, _ := t.x.Dims(); n != 1 || !t.words {
		return nil, errors.New("the rows know no words: explain one text at a time, such as what Encode of a data set of texts returns")
	}
	cut := &cutting{sample: t}
	if cut.names, cut.places = partsOfWords(t.features, c.words); len(cut.names) == 0 {
		return nil, errors.New("the text has no words")
	}
	cut.tree = func() *hierarchy { return halved(len(cut.names), nil) }
	cut.p = c.p.parts(t.x.RawRowView(0), slices.Repeat([]float64{c.with}, len(t.features)), cut.places)
	return []*cutting{cut}, nil
}

// mostNumbers is how many numbers of samples are made at once.
const mostNumbers = 1 << 22

// parts is a predictor of rows of parts of a sample: where one is not there, the sample has
// the numbers of a mask.
func (p *predictor) parts(sample, mask []float64, places [][]int) *predictor {
	some := max(1, mostNumbers/len(sample))
	return &predictor{alone: p.alone, ask: func(z *mat.Dense) (mat.Matrix, error) {
		n, parts := z.Dims()
		var all *mat.Dense
		for from := 0; from < n; from += some {
			to := min(from+some, n)
			x := mat.NewDense(to-from, len(sample), nil)
			for i := range to - from {
				row := x.RawRowView(i)
				copy(row, sample)
				for part := range parts {
					if z.At(from+i, part) == 0 {
						for _, j := range places[part] {
							row[j] = mask[j]
						}
					}
				}
			}
			y, err := p.predict(x)
			if err != nil {
				return nil, err
			}
			_, outputs := y.Dims()
			if all == nil {
				all = mat.NewDense(n, outputs, nil)
			} else if _, before := all.Dims(); before != outputs {
				return nil, (&predictor{outputs: before}).otherOutputs(outputs)
			}
			all.Slice(from, to, 0, outputs).(*mat.Dense).Copy(y)
		}
		return all, nil
	}}
}
