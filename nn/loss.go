package nn

import (
	"math"
	"slices"
	"strings"

	"loupe/nn/tensor"
)

// A Loss says how far predictions are from targets: the mean over all samples.
//
//	CrossEntropy        -log of the predicted probability of the class
//	BinaryCrossEntropy  -log of the predicted probability of 0 or 1
//	MSE, MAE            mean square, and absolute, difference
//	Huber               half the square where the difference is below 1, else its size - ½
//
// Targets of CrossEntropy are class numbers [samples …], or probabilities of the
// shape of the predictions; targets of the others have the predictions' shape.
//
// CrossEntropy and BinaryCrossEntropy take probabilities. If these come straight
// from Softmax or Sigmoid, the loss is computed from what went into these, which
// is exact also for probabilities of 0, as in Keras. The names that end in Logits
// take what would go into Softmax or Sigmoid.
type Loss struct {
	name  string
	pairs func(p, y float64) (loss, d float64) // for a number of each
	// For classes: are predictions logits?
	classes, logits bool
}

// Name returns the name that Keras has for the loss.
func (l Loss) Name() string { return l.name }

// The losses.
var (
	CrossEntropy             = Loss{name: "cross_entropy", classes: true}
	CrossEntropyLogits       = Loss{name: "cross_entropy_logits", classes: true, logits: true}
	BinaryCrossEntropy       = Loss{name: "binary_cross_entropy", pairs: binaryLoss}
	BinaryCrossEntropyLogits = Loss{name: "binary_cross_entropy_logits", pairs: binaryLogits, logits: true}
	MSE                      = Loss{name: "mse", pairs: func(p, y float64) (loss, d float64) { return (p - y) * (p - y), 2 * (p - y) }}
	MAE                      = Loss{name: "mae", pairs: func(p, y float64) (loss, d float64) { return math.Abs(p - y), sign(p - y) }}
	Huber                    = Loss{name: "huber", pairs: huber}
)

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // 0, or NaN
}

func huber(p, y float64) (loss, d float64) {
	if e := p - y; math.Abs(e) > 1 {
		return math.Abs(e) - 0.5, sign(e)
	}
	return (p - y) * (p - y) / 2, p - y
}

// tiny is the least probability: Keras' epsilon.
const tiny = 1e-7

func binaryLoss(p, y float64) (loss, d float64) {
	q := min(max(p, tiny), 1-tiny)
	if p != p {
		q = p
	}
	return -y*math.Log(q) - (1-y)*math.Log(1-q), (q - y) / (q * (1 - q))
}

func binaryLogits(x, y float64) (loss, d float64) {
	return max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x))), 1/(1+math.Exp(-x)) - y
}

// Of computes the loss of predictions, a value of one number.
func (l Loss) Of(t *Tape, pred *Value, target *tensor.Tensor) *Value {
	return l.weighted(t, pred, target, nil)
}

// weighted computes the loss with a weight for each class: the mean over samples
// of weight times loss, as in Keras.
func (l Loss) weighted(t *Tape, pred *Value, target *tensor.Tensor, weights map[int]float64) *Value {
	if l.name == "" {
		fail("there is no loss: set Config.Loss, to nn.CrossEntropy say")
	}
	if l.logits && pred.logits != nil && pred.by != LogSoftmax.name { // whose logarithms are logits, too
		fail("%s takes what goes into Softmax or Sigmoid, and the model ends with %s: use %s, or leave the activation out", l.name, pred.by, strings.TrimSuffix(l.name, "_logits"))
	}
	if pred.logits != nil {
		switch {
		case l.name == CrossEntropy.name:
			l, pred = CrossEntropyLogits, pred.logits
		case l.name == BinaryCrossEntropy.name:
			l, pred = BinaryCrossEntropyLogits, pred.logits
		}
	}
	if pred.Data.DType() == tensor.Float64 {
		return lossOf[float64](t, l, pred, target, weights)
	}
	return lossOf[float32](t, l, pred, target, weights)
}

type lossOp[T tensor.Float] struct {
	output
	pred    *Value
	d       []T // derivative of the loss for each number of the prediction
	targets []float64
	y, p    []float64 // of a row
}

func lossOf[T tensor.Float](t *Tape, l Loss, pred *Value, target *tensor.Tensor, weights map[int]float64) *Value {
	op := next[lossOp[T]](t)
	op.pred = pred
	op.d = grow(op.d, pred.Data.Len())
	op.targets = target.AppendFloat64s(op.targets[:0])
	if pred.Data.Len() == 0 {
		fail("%s of an empty batch: predictions have the shape %v", l.name, pred.shape())
	}
	var loss float64
	if l.classes {
		loss = op.ofClasses(l, target.Shape(), weights)
	} else {
		loss = op.ofPairs(l, target.Shape(), weights)
	}
	y := op.set(pred.Data.DType(), []*Value{pred}, 1)
	numbers[T](y)[0] = T(loss)
	return y
}

// ofPairs computes the mean over pairs of numbers.
func (op *lossOp[T]) ofPairs(l Loss, shape []int, weights map[int]float64) float64 {
	s := op.pred.shape()
	if size(s) != size(shape) || !slices.Equal(trim(s), trim(shape)) {
		fail("%s: predictions have the shape %v, targets %v%s", l.name, s, shape, l.advice(s, shape))
	}
	labels := l.name == BinaryCrossEntropy.name || l.name == BinaryCrossEntropyLogits.name
	n, sum := float64(size(s)), 0.0
	for i, p := range numbers[T](op.pred) {
		y, w := op.targets[i], 1.0
		if l.name == BinaryCrossEntropy.name && (p < 0 || p > 1) {
			fail("%s: prediction %d is %v, and no probability: end the model with Sigmoid, or use BinaryCrossEntropyLogits", l.name, i, p)
		}
		if labels {
			if !(y >= 0 && y <= 1) {
				fail("%s: label %d is %v; labels are 0 or 1", l.name, i, y)
			}
			w = weight(weights, int(y+0.5))
		}
		loss, d := l.pairs(float64(p), y)
		sum += w * loss
		op.d[i] = T(w * d / n)
	}
	return sum / n
}

// trim drops axes of length 1 at the end: targets [n] fit predictions [n 1].
func trim(s []int) []int {
	for len(s) > 1 && s[len(s)-1] == 1 {
		s = s[:len(s)-1]
	}
	return s
}

func weight(weights map[int]float64, class int) float64 {
	if w, ok := weights[class]; ok {
		return w
	}
	return 1
}

// ofClasses computes the mean cross-entropy over rows of predictions.
func (op *lossOp[T]) ofClasses(l Loss, shape []int, weights map[int]float64) float64 {
	s := op.pred.shape()
	width := s[len(s)-1]
	rows := size(s) / width
	whole := slices.Equal(s, shape) // targets are probabilities
	if !whole && rows != size(shape) {
		fail("%s: predictions have the shape %v, targets %v: there must be a class for each row, or a probability for each number%s", l.name, s, shape, l.advice(s, shape))
	}
	x, sum := numbers[T](op.pred), 0.0
	op.y, op.p = grow(op.y, width), grow(op.p, width)
	y, p := op.y, op.p
	for i := range rows {
		w := 1.0
		if whole {
			copy(y, op.targets[i*width:])
		} else {
			c := op.class(l, i, width)
			clear(y)
			y[c] = 1
			w = weight(weights, c)
		}
		for k := range p {
			if p[k] = float64(x[i*width+k]); p[k] < 0 && !l.logits {
				fail("%s: output %d of row %d is %v, and no probability: end the model with Softmax, or use CrossEntropyLogits", l.name, k, i, p[k])
			}
		}
		sum += w * l.row(p, y, op.d[i*width:(i+1)*width], w/float64(rows))
	}
	return sum / float64(rows)
}

// class checks the label of a row.
func (op *lossOp[T]) class(l Loss, i, width int) int {
	c := op.targets[i]
	if c != math.Trunc(c) || !(c >= 0 && c < float64(width)) {
		fail("%s: label %d is %v; with %d outputs, labels are whole numbers from 0 to %d%s", l.name, i, c, width, width-1, adviceOnLabel(c, width))
	}
	return int(c)
}

// row is the cross-entropy of one row with probabilities y. d gets its derivative
// times scale; p is overwritten.
func (l Loss) row(p, y []float64, d any, scale float64) float64 {
	loss, sum := 0.0, 0.0
	if l.logits {
		total := 0.0
		for _, v := range y {
			total += v
		}
		logSoftmaxRow(p, p)
		for k, v := range p {
			if y[k] != 0 {
				loss -= y[k] * v
			}
			p[k] = math.Exp(v)*total - y[k]
		}
	} else {
		for _, v := range p { // as Keras, which makes them probabilities
			sum += v
		}
		total := 0.0
		for k, v := range p {
			q := min(max(v/sum, tiny), 1-tiny)
			if v != v || sum != sum {
				q = math.NaN()
			}
			if y[k] != 0 {
				loss -= y[k] * math.Log(q)
			}
			p[k] = -y[k] / (q * sum)
			total += y[k]
		}
		for k := range p {
			p[k] += total / sum
		}
	}
	switch d := d.(type) {
	case []float32:
		for k, v := range p {
			d[k] = float32(v * scale)
		}
	case []float64:
		for k, v := range p {
			d[k] = v * scale
		}
	}
	return loss
}

func (op *lossOp[T]) back() {
	g, add := overwritten[T](op.pred)
	scale := gradient[T](&op.out)[0]
	for i, d := range op.d {
		if add {
			g[i] += scale * d
		} else {
			g[i] = scale * d
		}
	}
}
