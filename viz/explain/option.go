package explain

import (
	"fmt"
	"slices"
	"strings"
)

// An Option changes one thing of an explainer. One that the explainer has no use for
// is a mistake that its attribution tells.
type Option func(*options)

type options struct {
	given    []string // the names of the options that are set
	output   int      // -1 for what the method chooses
	seed     uint64
	samples  int
	steps    int
	noise    float64
	baseline any
	window   int
	layer    string
	unit     int
	rule     string
	groups   map[string][]string
	summary  int
	until    float64
	features int
	mistake  error // of an option's own value

	background  any
	probability bool

	correlated bool

	// Of parts of images and texts:
	mask        any
	superpixels int
	segments    string
	positions   bool
	merges      [][2]int
	folds       int
	depth       int // of a surrogate tree

	precision float64 // of anchors
	as        any     // of prototypes

	// Of counterfactuals:
	target               any
	goal                 *float64
	below                bool
	actionable, up, down []string
	count                int

	// Of local models:
	selection, bins string
	categorical     []string
	width           float64
	repeats         int
}

// Output explains one output of the model, by its number.
func Output(k int) Option {
	return func(o *options) { o.set("Output"); o.output = k }
}

// Seed makes other random choices. The same seed makes the same ones, on any machine.
func Seed(n uint64) Option { return func(o *options) { o.set("Seed"); o.seed = n } }

// Samples sets how many random samples a method takes.
func Samples(n int) Option { return func(o *options) { o.set("Samples"); o.samples = n } }

// Steps sets at how many places on the way from the baseline gradients are taken.
func Steps(n int) Option { return func(o *options) { o.set("Steps"); o.steps = n } }

// Noise sets the standard deviation of noise, as a share of the range of the input.
func Noise(share float64) Option { return func(o *options) { o.set("Noise"); o.noise = share } }

// Baseline sets what an input is compared with: one row, such as an image that is
// black. Without it, that is zeros.
func Baseline(row any) Option { return func(o *options) { o.set("Baseline"); o.baseline = row } }

// Window sets the side of the square that is covered, in pixels, or how many features.
func Window(n int) Option { return func(o *options) { o.set("Window"); o.window = n } }

// Layer names the layer whose maps are read.
func Layer(name string) Option { return func(o *options) { o.set("Layer"); o.layer = name } }

// MaxFeatures explains with at most so many features: those that explain most.
func MaxFeatures(n int) Option {
	return func(o *options) {
		o.set("MaxFeatures")
		o.features = n
		if n < 1 {
			o.wrong(fmt.Errorf("MaxFeatures(%d) leaves nothing that explains: give 1 or more", n))
		}
	}
}

// Background sets the rows that absent features are taken from.
func Background(rows any) Option {
	return func(o *options) { o.set("Background"); o.background = rows }
}

// Probability explains what an ensemble of trees predicts after its link, such as
// probabilities, and not the sums of its trees.
func Probability() Option {
	return func(o *options) { o.set("Probability"); o.probability = true }
}

func (o *options) set(name string) { o.given = append(o.given, name) }

func (o *options) has(name string) bool { return slices.Contains(o.given, name) }

// wrong notes a value that an option cannot have.
func (o *options) wrong(err error) {
	if o.mistake == nil {
		o.mistake = err
	}
}

// optionsOf applies options, of which a method knows some.
func optionsOf(list []Option, known ...string) (*options, error) {
	o := &options{output: -1}
	for _, f := range list {
		f(o)
	}
	for _, name := range o.given {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the option %s means nothing here: there are %s", name, strings.Join(known, ", "))
		}
	}
	return o, o.mistake
}
