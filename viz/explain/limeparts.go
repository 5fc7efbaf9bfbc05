package explain

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

const (
	textWidth    = 25 // of the cosine distance × 100
	imageSamples = 1000
	imageWidth   = 0.25
)

// LIMEText explains the prediction for a text by a linear model of which words it has
// (Ribeiro, Singh and Guestrin 2016): samples are the text with some of its words left out,
// as many as chance says. The model is a [TextModel], or one that reads the numbers of words,
// to which a word that is left out is padding; [Mask] puts something in their place.
//
// All places of a word are left out together, unless [Positions] makes each of them a
// feature. There are 5,000 [Samples], weighted by their cosine distance × 100 with a [Width] of
// 25, a ridge regression with penalty 1, and the 10 words that say most ([MaxFeatures],
// [Selection]). Check, Errors and [Repeats] are as those of [LIME].
func LIMEText(model any, list ...Option) *Local {
	l := &Local{}
	if l.o, l.err = optionsOf(list, "Output", "Samples", "Seed", "MaxFeatures", "Selection", "Width", "Repeats", "Mask", "Positions"); l.err != nil {
		return l
	}
	l.defaults(limeSamples, limeMost, textWidth)
	if l.err != nil {
		return l
	}
	l.draw = l.drawWords
	if f := textModel(model); f != nil {
		l.cutter, l.err = newTextCutter(f, l.o, !l.o.positions)
	} else {
		l.cutter, l.err = newWordCutter(model, l.o, !l.o.positions)
	}
	return l
}

// LIMEImage explains the prediction for an image by a linear model of which regions it has
// (Ribeiro, Singh and Guestrin 2016): samples are the image with each region masked or not,
// as often. [Superpixels] and [Segments] choose the regions, which are about 50 by SLIC, and
// [Mask] what hides them, which is their mean colour.
//
// There are 1,000 [Samples], weighted by their cosine distance with a [Width] of 0.25, a ridge
// regression with penalty 1, and all regions, unless [MaxFeatures] asks for few. Pixels share
// what their region says. Check, Errors and [Repeats] are as those of [LIME].
func LIMEImage(model any, list ...Option) *Local {
	l := &Local{}
	if l.o, l.err = optionsOf(list, "Output", "Samples", "Seed", "MaxFeatures", "Selection", "Width", "Repeats", "Mask", "Superpixels", "Segments"); l.err != nil {
		return l
	}
	l.defaults(imageSamples, math.MaxInt, imageWidth)
	if l.err == nil {
		l.draw = l.drawRegions
		l.cutter, l.err = newImageCutter(model, l.o)
	}
	return l
}

// drawWords leaves out from one word to all of them.
func (l *Local) drawWords(z []float64, r *rand.Rand) float64 {
	left := len(z) - 1 - r.IntN(len(z))
	for j := range z { // chooses those that stay (Knuth's algorithm S)
		if z[j] = 0; r.IntN(len(z)-j) < left {
			z[j] = 1
			left--
		}
	}
	return l.o.nearness(100 * cosineAway(z))
}

// drawRegions masks each region or not.
func (l *Local) drawRegions(z []float64, r *rand.Rand) float64 {
	for j := range z {
		z[j] = float64(r.IntN(2))
	}
	return l.o.nearness(cosineAway(z))
}

// cosineAway is the cosine distance of some parts from all of them.
func cosineAway(z []float64) float64 {
	there := 0.0
	for _, v := range z {
		there += v
	}
	return 1 - math.Sqrt(there/float64(len(z)))
}

// nearness is the weight of a sample at a distance.
func (o *options) nearness(d float64) float64 { return math.Exp(-d * d / (2 * o.width * o.width)) }

// explainParts explains samples by their parts, behind one bar (none without a label).
func (l *Local) explainParts(samples any, label string) *Attribution {
	cuts, err := l.cutter.cut(samples)
	if err != nil {
		return failed(limeName, err)
	}
	list, within := make([]*Attribution, len(cuts)), ""
	if len(cuts) == 1 {
		label, within = "", label
	}
	err = parallel(len(cuts), 1, label, func(i int) (err error) {
		list[i], err = l.explainCut(cuts[i], i, within)
		return err
	})
	if err != nil {
		return failed(limeName, err)
	}
	all := stacked(list)
	if l.o.output >= 0 {
		return all.Output(l.o.output)
	}
	return all
}

func (l *Local) explainCut(c *cutting, number int, label string) (*Attribution, error) {
	whole := c.all()
	predicted, err := c.p.first(whole.x)
	if err != nil {
		return nil, err
	}
	h := &neighbourhood{o: l.o, outputs: c.p.outputs, at: whole.x.RawRowView(0), number: number}
	h.sample = func(n int, first bool, r *rand.Rand) (*moments, error) { return l.sampleParts(c, n, first, r) }
	explained, err := h.repeated(c.p.workers(), label)
	if err != nil {
		return nil, err
	}
	return c.whole(localAttribution(whole, predicted, []*locals{explained}, outputNames(c.p.outputs, whole))), nil
}

// sampleParts asks the model for n samples; the first is the sample itself.
func (l *Local) sampleParts(c *cutting, n int, first bool, r *rand.Rand) (*moments, error) {
	m := len(c.names)
	z, weights := mat.NewDense(n, m, nil), make([]float64, n)
	for i := range n {
		weights[i] = l.draw(z.RawRowView(i), r)
	}
	if first {
		z.SetRow(0, c.all().x.RawRowView(0))
		weights[0] = 1
	}
	y, err := c.p.predict(z)
	if err != nil {
		return nil, err
	}
	if _, got := y.Dims(); got != c.p.outputs {
		return nil, c.p.otherOutputs(got)
	}
	sums, room := newMoments(m, c.p.outputs), make([]int, m)
	for i, w := range weights {
		sums.add(z.RawRowView(i), y.RawRowView(i), w, room)
	}
	return sums, nil
}
