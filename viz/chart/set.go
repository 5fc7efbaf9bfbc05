package chart

import (
	"math"
	"slices"
	"strings"
)

// A Set is numbers with a name, such as the weights of a layer.
type Set struct {
	Name   string
	Values []float64
}

// Named makes a Set.
func Named(name string, values []float64) Set { return Set{name, values} }

const (
	// fenceFactor is how many interquartile ranges beyond the quartiles a value
	// counts as an outlier. For normally distributed values that is 8.8 standard
	// deviations from the mean: weights that far out are no accident.
	fenceFactor = 6
	// nearZero is the share of the root mean square below which a value counts
	// as near zero.
	nearZero = 0.01
)

// statistics are what a histogram says about a set in words.
type statistics struct {
	n, nan, inf          int
	mean, sd             float64
	near                 int     // values near zero
	nearBelow            float64 // what near means
	low, high            int     // outliers
	lowest, highest      float64 // of all finite values
	innerLow, innerHigh  float64 // of those that are no outliers
	fenceLow, fenceHigh  float64
	quartile1, quartile3 float64
	whole                bool      // all values are whole numbers
	sorted               []float64 // the finite values
}

// summarise computes the statistics. Values are scaled by the largest, so that
// squares neither overflow nor vanish.
func summarise(values []float64) *statistics {
	s := &statistics{whole: true}
	s.sorted = make([]float64, 0, len(values))
	for _, x := range values {
		switch {
		case math.IsNaN(x):
			s.nan++
		case math.IsInf(x, 0):
			s.inf++
		default:
			s.sorted = append(s.sorted, x)
			s.whole = s.whole && x == math.Trunc(x)
		}
	}
	s.n = len(s.sorted)
	if s.n == 0 {
		return s
	}
	sortFloats(s.sorted)
	s.lowest, s.highest = s.sorted[0], s.sorted[s.n-1]
	s.moments()
	s.fences()
	return s
}

func (s *statistics) moments() {
	scale := max(math.Abs(s.lowest), math.Abs(s.highest))
	if scale == 0 {
		s.near = s.n
		return
	}
	sum, squares := 0.0, 0.0
	for _, x := range s.sorted {
		x /= scale
		sum += x
		squares += x * x
	}
	mean := sum / float64(s.n)
	dev := 0.0
	for _, x := range s.sorted {
		d := x/scale - mean
		dev += d * d
	}
	s.mean, s.sd = mean*scale, math.Sqrt(dev/float64(s.n))*scale
	s.nearBelow = nearZero * math.Sqrt(squares/float64(s.n)) * scale
	s.near = s.between(-s.nearBelow, s.nearBelow, true)
}

// fences finds the outliers. Where more than half of the values are equal, as
// in sparse weights, the quartiles are those of the others.
func (s *statistics) fences() {
	s.quartile1, s.quartile3 = quantile(s.sorted, 0.25), quantile(s.sorted, 0.75)
	q1, q3 := s.quartile1, s.quartile3
	if q1 == q3 {
		rest := slices.DeleteFunc(slices.Clone(s.sorted), func(x float64) bool { return x == q1 })
		if len(rest) > 0 {
			q1, q3 = min(q1, quantile(rest, 0.25)), max(q3, quantile(rest, 0.75))
		}
	}
	reach := fenceFactor * (q3 - q1)
	s.fenceLow, s.fenceHigh = q1-reach, q3+reach
	s.low, _ = slices.BinarySearch(s.sorted, s.fenceLow)
	end, _ := slices.BinarySearch(s.sorted, math.Nextafter(s.fenceHigh, math.Inf(1)))
	s.high = s.n - end
	s.innerLow, s.innerHigh = s.sorted[s.low], s.sorted[end-1]
}

func (s *statistics) outliers() int { return s.low + s.high }

// quantile interpolates linearly between order statistics.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := at - float64(i)
	return sorted[i]*(1-f) + sorted[i+1]*f
}

// short is the line below the name of a facet.
func (s *statistics) short(o *Options) string {
	if s.n == 0 {
		return o.Say("no finite values") + s.leftOut(o)
	}
	return o.Say("%s, sd %s", o.Count(s.n, "value", "values"), number(s.sd))
}

// findings are what a reader should know beside the shape; often nothing.
func (s *statistics) findings(o *Options) string {
	if s.n == 0 {
		return ""
	}
	text := o.Say("%s near 0", percent(o, s.near, s.n))
	if n := s.outliers(); n > 0 {
		text += o.Say(", ") + o.Count(n, "outlier", "outliers")
	}
	return text + s.leftOut(o)
}

func (s *statistics) leftOut(o *Options) string {
	text := ""
	if s.nan > 0 {
		text += o.Say(", ") + count(s.nan) + " NaN"
	}
	if s.inf > 0 {
		text += o.Say(", ") + o.Say("%s infinite", count(s.inf))
	}
	return text
}

// sentence describes a set in full.
func (s *statistics) sentence(o *Options) string {
	if s.n == 0 {
		return o.Say("no finite values") + s.leftOut(o)
	}
	var b strings.Builder
	if s.n == 1 {
		b.WriteString(o.Say("1 value, %s", number(s.lowest)))
	} else if s.lowest == s.highest {
		b.WriteString(o.Say("%s, all %s", o.Count(s.n, "value", "values"), number(s.lowest)))
	} else {
		b.WriteString(o.Say("%s from %s to %s, mean %s, standard deviation %s; %s near zero (within ±%s)",
			o.Count(s.n, "value", "values"), number(s.lowest), number(s.highest), meanText(s.mean, s.lowest, s.highest), number(s.sd),
			percent(o, s.near, s.n), number(s.nearBelow)))
	}
	if s.low > 0 {
		b.WriteString(o.Say("; %s below %s, down to %s", o.Count(s.low, "outlier", "outliers"), number(s.fenceLow), number(s.lowest)))
	}
	if s.high > 0 {
		b.WriteString(o.Say("; %s above %s, up to %s", o.Count(s.high, "outlier", "outliers"), number(s.fenceHigh), number(s.highest)))
	}
	if s.nan+s.inf > 0 {
		b.WriteString(o.Say("; left out: %s", strings.TrimPrefix(s.leftOut(o), o.Say(", "))))
	}
	return b.String()
}
