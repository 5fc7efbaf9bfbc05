package display

import (
	"fmt"
	"math"
	"reflect"
)

// manyNumbers is the length from which a list of numbers is summed up first.
const manyNumbers = 30

// numberSummary describes a long list of numbers in a line: how many, and
// least, mean, largest and standard deviation of the finite ones. It is empty
// for anything else.
func numberSummary(v reflect.Value) string {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return ""
	}
	n := v.Len()
	if n < manyNumbers || !isNumber(v.Type().Elem()) || v.Type().Elem().Kind() == reflect.Uint8 {
		return ""
	}
	var s summary
	for i := range n {
		s.add(number(v.Index(i)))
	}
	return fmt.Sprintf("%s numbers: %v", Count(n), &s)
}

func isNumber(t reflect.Type) bool {
	k := t.Kind()
	return k >= reflect.Int && k <= reflect.Uint64 || k == reflect.Float32 || k == reflect.Float64
}

// number is the value of a number as a float64.
func number(v reflect.Value) float64 {
	switch {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	}
	return v.Float()
}

// A summary gathers the statistics of numbers in one pass (Welford 1962).
type summary struct {
	n, nan, inf    int
	least, mean, m float64 // m is the sum of squared deviations
	largest        float64
}

func (s *summary) add(x float64) {
	switch {
	case math.IsNaN(x):
		s.nan++
		return
	case math.IsInf(x, 0):
		s.inf++
		return
	}
	s.n++
	if s.n == 1 || x < s.least {
		s.least = x
	}
	if s.n == 1 || x > s.largest {
		s.largest = x
	}
	d := x - s.mean
	s.mean += d / float64(s.n)
	s.m += d * (x - s.mean)
}

// String describes the numbers in words.
func (s *summary) String() string {
	text := "none of them finite"
	if s.n > 0 {
		text = fmt.Sprintf("from %s to %s, mean %s, sd %s", short(s.least), short(s.largest), short(s.mean), short(math.Sqrt(s.m/float64(s.n))))
	}
	if s.nan > 0 {
		text += fmt.Sprintf(", %s NaN", Count(s.nan))
	}
	if s.inf > 0 {
		text += fmt.Sprintf(", %s infinite", Count(s.inf))
	}
	return text
}
