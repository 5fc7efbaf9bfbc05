package trees

import "math"

// A pair is the first and the second derivative of the loss of a row by its score.
type pair struct{ g, h float64 }

// judged are rows whose scores are judged by what is to be predicted.
type judged struct {
	k      int // classes; 0 for numbers
	y      []int32
	target []float64
	weight []float64
	all    float64
	score  [][]float64 // of each output, of each row
}

func newJudged(k int, y []int32, target, weight, init []float64) *judged {
	j := &judged{k: k, y: y, target: target, weight: weight, score: make([][]float64, len(init))}
	for c, v := range init {
		j.score[c] = make([]float64, len(weight))
		for i := range weight {
			j.score[c][i] = v
		}
	}
	for _, w := range weight {
		j.all += w
	}
	return j
}

// start is the scores that fit best if they are the same for all rows. A class without any
// counts as half a row: its share has no logarithm.
func (t *table) start() []float64 {
	if t.k == 0 {
		mean := 0.0
		for i, v := range t.target {
			mean += (v - mean) / float64(i+1)
		}
		return []float64{mean}
	}
	all, share := 0.0, make([]float64, t.k)
	for i, c := range t.y {
		share[c] += t.weight[i]
		all += t.weight[i]
	}
	least := 0.5 / float64(t.n)
	for c := range share {
		share[c] = math.Log(min(max(share[c]/all, least), max(1-least, 0.5)))
	}
	if t.k == 2 {
		return []float64{share[1] - share[0]}
	}
	return share
}

// lossChunk is how many rows are judged at once. Their losses are added up in order, so
// that the sum does not depend on who is first.
const lossChunk = 2048

// loss is the mean loss of the scores. If there are pairs to be set, for each output, it
// sets them.
func (j *judged) loss(to [][]pair) float64 {
	n := len(j.weight)
	sums := make([]float64, (n+lossChunk-1)/lossChunk)
	spread(len(sums), func(c int) {
		from, end := c*lossChunk, min(n, (c+1)*lossChunk)
		switch j.k {
		case 0:
			sums[c] = j.squared(from, end, to)
		case 2:
			sums[c] = j.logistic(from, end, to)
		default:
			sums[c] = j.softmax(from, end, to)
		}
	})
	sum := 0.0
	for _, v := range sums {
		sum += v
	}
	return sum / j.all
}

// squared is the loss d², whose derivatives are taken of d²/2.
func (j *judged) squared(from, end int, to [][]pair) (sum float64) {
	for i := from; i < end; i++ {
		d, w := j.score[0][i]-j.target[i], j.weight[i]
		sum += w * d * d
		if to != nil {
			to[0][i] = pair{w * d, w}
		}
	}
	return sum
}

// logistic is the log-loss of two classes: log(1 + e^−s) of the second one.
func (j *judged) logistic(from, end int, to [][]pair) (sum float64) {
	logs := logSum{product: 1}
	for i := from; i < end; i++ {
		s, w := j.score[0][i], j.weight[i]
		e := expOf(math.Abs(s))
		if j.y[i] == 0 {
			s = -s // now of the class that is right
		}
		if s < 0 {
			sum -= w * s
		}
		logs.add(w, 1+e)
		if to == nil {
			continue
		}
		p := 1 / (1 + e) // of the likelier class
		q := e * p
		g := w * q // 1 − p of the right class, without loss of digits
		if s < 0 {
			g = w * p
		}
		if j.y[i] == 1 {
			g = -g
		}
		to[0][i] = pair{g, w * p * q}
	}
	return sum + logs.sum()
}

// powers are 2^(−k/64).
var powers = func() (p [64]float64) {
	for k := range p {
		p[k] = math.Exp2(-float64(k) / 64)
	}
	return p
}()

// expOf is e^−x of x ≥ 0, as exact as math.Exp and faster: x is a multiple of ln 2 / 64, and
// a rest whose first powers are enough.
func expOf(x float64) float64 {
	if !(x < 700) {
		return math.Exp(-x)
	}
	const high = 0x1.62e42fefp-7 // of ln 2 / 64: its multiples are exact
	n := int(x*(64/math.Ln2) + 0.5)
	y := float64(n)*high - x + float64(n)*(math.Ln2/64-high)
	p := powers[n&63]
	rest := y + y*y*(0.5+y*(1./6+y*(1./24+y*(1./120))))
	return (p + p*rest) * math.Float64frombits(uint64(1023-n>>6)<<52)
}

// A logSum adds up logarithms by multiplying, which is faster: of numbers from 1 to
// mostOutputs, 30 have a product that is no infinity.
type logSum struct {
	done, product float64
	n             int
}

// add adds w log v.
func (l *logSum) add(w, v float64) {
	if w != 1 {
		l.done += w * math.Log(v)
		return
	}
	l.product *= v
	if l.n++; l.n == 30 {
		l.done += math.Log(l.product)
		l.product, l.n = 1, 0
	}
}

func (l *logSum) sum() float64 { return l.done + math.Log(l.product) }

// softmax is the log-loss of classes with a score each.
func (j *judged) softmax(from, end int, to [][]pair) (sum float64) {
	p, logs := make([]float64, len(j.score)), logSum{product: 1}
	for i := from; i < end; i++ {
		most, all, w := math.Inf(-1), 0.0, j.weight[i]
		for k := range p {
			p[k] = j.score[k][i]
			most = max(most, p[k])
		}
		y := int(j.y[i])
		sum += w * (most - p[y])
		for k := range p {
			p[k] = math.Exp(p[k] - most)
			all += p[k]
		}
		logs.add(w, all)
		if to == nil {
			continue
		}
		for k := range p {
			q := p[k] / all
			d := pair{w * q, w * q * (1 - q)}
			if k == y {
				d.g = w * (q - 1)
			}
			to[k][i] = d
		}
	}
	return sum + logs.sum()
}
