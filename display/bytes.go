package display

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bytes is an amount of memory. It prints as people read it: 1.5 MB. Units are
// powers of 1,000, as in the SI.
type Bytes int64

// String returns the amount with three digits at most.
func (b Bytes) String() string {
	n, sign := float64(b), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	if n == 1 {
		return sign + "1 byte"
	}
	if n < 1000 {
		return fmt.Sprintf("%s%.0f bytes", sign, n)
	}
	for _, unit := range []string{"kB", "MB", "GB", "TB", "PB", "EB"} {
		n /= 1000
		if n < 999.5 || unit == "EB" {
			return sign + short(n) + " " + unit
		}
	}
	panic("unreachable")
}

// short prints a number with three significant digits and no idle zeros.
func short(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "+Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	case a != 0 && (a < 1e-3 || a >= 1e6):
		return strconv.FormatFloat(x, 'g', 3, 64)
	case a >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	s := strconv.FormatFloat(x, 'f', 2-int(math.Floor(math.Log10(math.Max(math.Abs(x), 1e-3)))), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Count writes a number of things with commas: 1,797.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
