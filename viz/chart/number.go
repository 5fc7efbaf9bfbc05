package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// minus is the sign that typesetters use.
const minus = "−"

// number prints a value with three significant digits.
func number(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return minus + "∞"
	case x == 0:
		return "0"
	case a < 1e-4 || a >= 1e6:
		return signed(exponent(strconv.FormatFloat(x, 'e', 2, 64)))
	case a >= 1000:
		return signed(commas(strconv.FormatFloat(x, 'f', 0, 64)))
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(x)))))
	return signed(trim(strconv.FormatFloat(x, 'f', decimals, 64)))
}

// meanText prints the mean of values between lo and hi. What differs from zero only
// by rounding is zero, on every machine.
func meanText(mean, lo, hi float64) string {
	if math.Abs(mean) < 1e-9*max(math.Abs(lo), math.Abs(hi)) {
		return "0"
	}
	return number(mean)
}

// exponent prints 1.50e+06 as 1.5e6.
func exponent(s string) string {
	m, e, _ := strings.Cut(s, "e")
	n, _ := strconv.Atoi(e)
	return trim(m) + "e" + strconv.Itoa(n)
}

func trim(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func signed(s string) string { return strings.ReplaceAll(s, "-", minus) }

// commas sets apart the thousands of a whole number.
func commas(s string) string {
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count prints a number of things.
func count(n int) string { return commas(strconv.Itoa(n)) }

// plural prints a number of things with their noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// percent prints a share of a whole so that some is never none and not all is
// never all.
func percent(o *Options, part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	p := 100 * float64(part) / float64(whole)
	switch {
	case part == 0 || part == whole:
		return fmt.Sprintf("%.0f %%", p)
	case p < 0.1:
		return o.Say("under %s", "0.1 %")
	case p > 99.9:
		return o.Say("over %s", "99.9 %")
	case p < 10 || p > 99:
		return trim(strconv.FormatFloat(p, 'f', 1, 64)) + " %"
	}
	return fmt.Sprintf("%.0f %%", p)
}
