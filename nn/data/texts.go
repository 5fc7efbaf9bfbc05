package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"loupe/nn/tensor"
)

// The first numbers of a vocabulary stand for no word, as in Keras.
const (
	padding  = 0 // before texts that are shorter than others
	start    = 1 // where a text begins
	unknown  = 2 // words that are not in the vocabulary
	specials = 4 // words begin here; 3 is never used
)

// Texts are texts of two classes, as the numbers of their words: negative and
// positive reviews.
type Texts struct {
	Train, Test *Set // samples are [length]
}

// A vocabulary is words and their numbers.
type vocabulary struct {
	words []string // from number 0 on
	index map[string]int
}

// newVocabulary numbers words, the most common ones first.
func newVocabulary(words []string) *vocabulary {
	v := &vocabulary{append([]string{"", "<start>", "<unknown>", "<unused>"}, words...), map[string]int{}}
	for i, w := range v.words[specials:] {
		v.index[w] = i + specials
	}
	return v
}

// tokens are the words of a text in small letters, without marks.
func tokens(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "<br />", " ")
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	return slices.DeleteFunc(words, func(w string) bool { return strings.Trim(w, "'") == "" })
}

// number returns the numbers of the words of a text, after that of its start.
func (v *vocabulary) number(words []string) []int {
	ids := []int{start}
	for _, w := range words {
		id, ok := v.index[strings.Trim(w, "'")]
		if !ok {
			id = unknown
		}
		ids = append(ids, id)
	}
	return ids
}

// pad writes numbers to a row: the last ones where there are too many, and padding
// before them where there are too few, as Keras does.
func pad(row []float32, ids []int) {
	clear(row)
	ids = ids[max(len(ids)-len(row), 0):]
	for k, id := range ids {
		row[len(row)-len(ids)+k] = float32(id)
	}
}

// text is the words of numbers, without padding and start.
func (v *vocabulary) text(ids []float64) string {
	var words []string
	for _, id := range ids {
		switch {
		case id == padding || id == start:
		case id != math.Trunc(id) || id < 0 || id >= float64(len(v.words)):
			words = append(words, "<"+number(id)+"?>")
		default:
			words = append(words, v.words[int(id)])
		}
	}
	return strings.Join(words, " ")
}

// reviewSamples are texts as samples; classes are 0 and 1.
func reviewSamples(ids [][]int, y []int, length int, v *vocabulary) *samples {
	x := make([]float32, len(ids)*length)
	for i, list := range ids {
		pad(x[i*length:(i+1)*length], list)
	}
	return &samples{x: tensor.FromSlice(x, len(ids), length), y: y, classes: []string{"negative", "positive"}, words: v}
}

// Length returns how many words a text has at most; longer ones lose their
// beginning.
func (t *Texts) Length() int { return t.Train.Shape()[0] }

// Encode returns the numbers of a text's words, [1 length]: what a model takes.
// Words that are not in the vocabulary are all 2, and 0 fills up the front.
func (t *Texts) Encode(text string) *tensor.Tensor {
	row := make([]float32, t.Length())
	pad(row, t.Train.must().words.number(tokens(text)))
	x := tensor.FromSlice(row, 1, len(row))
	return x.WithNames(t.names(x))
}

// names are the words of numbers, by their places.
func (t *Texts) names(x *tensor.Tensor) []string { return t.Train.must().words.places(x.Float64s()) }

// places are the words of numbers, "" for padding and for what is no word.
func (v *vocabulary) places(ids []float64) []string {
	names := make([]string, len(ids))
	for k, id := range ids {
		if id == math.Trunc(id) && id >= 0 && id < float64(len(v.words)) {
			names[k] = v.words[int(id)]
		}
	}
	return names
}

// Decode returns the words of numbers of any shape.
func (t *Texts) Decode(ids *tensor.Tensor) string {
	return t.Train.must().words.text(ids.Float64s())
}

// Vocabulary returns the words by their numbers. The first four stand for padding,
// the start, unknown words, and nothing.
func (t *Texts) Vocabulary() []string { return slices.Clone(t.Train.must().words.words) }

// Words returns the words of a text by their places, [length], as Encode numbers
// them: "" for padding. Pictures name their columns so.
func (t *Texts) Words(text string) []string {
	return t.Encode(text).Names()
}

// String says what the texts are.
func (t *Texts) String() string {
	if err := t.Train.Load(); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v\n%v", t.Train, t.Test)
}

// TryMIMEBundle shows the training set, and what the other one is.
func (t *Texts) TryMIMEBundle() (data, metadata map[string]any, err error) {
	data, metadata, err = t.Train.TryMIMEBundle()
	if err == nil {
		data["text/plain"] = fmt.Sprint(data["text/plain"], "\n", t.Test)
		data["text/html"] = fmt.Sprint(data["text/html"], "<p>", t.Test, "</p>")
	}
	return data, metadata, err
}

// A TextOption changes how texts become numbers.
type TextOption func(*textForm)

type textForm struct{ words, length int }

// Words sets how many numbers there are for words, the most common ones, with the
// four that stand for none. Without it, there are 1,000.
func Words(n int) TextOption { return func(f *textForm) { f.words = n } }

// Length sets how many words a text has at most. Without it, it is 200.
func Length(n int) TextOption { return func(f *textForm) { f.length = n } }

func textOptions(options []TextOption) (textForm, error) {
	f := textForm{words: 1000, length: 200}
	for _, set := range options {
		set(&f)
	}
	if f.words <= specials || f.length < 1 {
		return f, fmt.Errorf("%d words and texts of %d words: expected more than %d and at least 1", f.words, f.length, specials)
	}
	return f, nil
}
