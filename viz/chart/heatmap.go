package chart

import (
	"strconv"
	"strings"
	"sync"
)

// HeatMap shows a matrix as colours: from dark to bright, or in red for
// positive and blue for negative values where both occur. Small matrices have
// their numbers in the cells. NaN is hatched; infinities have the colours of the
// ends.
func HeatMap(m Matrix, list ...Option) *Figure {
	all := sync.OnceValue(func() extremes { return survey(m) })
	return (&Figure{art: &heatmap{m, all}}).With(list...)
}

type heatmap struct {
	m      Matrix
	survey func() extremes // of all values, computed at first use
}

// FromRows makes a Matrix of rows, which must be equally long: a shorter one is
// filled with NaN.
func FromRows(rows [][]float64) Matrix {
	m := rowMatrix{rows: rows}
	for _, r := range rows {
		m.columns = max(m.columns, len(r))
	}
	return m
}

type rowMatrix struct {
	rows    [][]float64
	columns int
}

func (m rowMatrix) Dims() (int, int) { return len(m.rows), m.columns }

func (m rowMatrix) At(i, j int) float64 {
	if j < len(m.rows[i]) {
		return m.rows[i][j]
	}
	return nan
}

func (h *heatmap) Describe(o *Options) string {
	if h.m == nil {
		return o.Say("Heat map without a matrix.")
	}
	rows, cols := h.m.Dims()
	head := o.Say("Heat map of %s × %s", o.Count(rows, "row", "rows"), o.Count(cols, "column", "columns"))
	if rows == 0 || cols == 0 {
		return head + o.Say(": no values.")
	}
	where := func(at [3]int) string {
		return placeName(o, o.Say("row"), o.rows, at[1]) + o.Say(", ") + placeName(o, o.Say("column"), o.columns, at[2])
	}
	text := head + describeExtremes(h.survey(), o, where)
	if l := newLimits(o); l != nil {
		text += " " + l.caption(h.m, o) + o.Say(".")
	}
	return text
}

// describeExtremes says how large values are, where, and what colours mean.
func describeExtremes(e extremes, o *Options, where func([3]int) string) string {
	if e.missing {
		return o.Say(": no finite values") + missing(o, e) + o.Say(".")
	}
	var b strings.Builder
	what := ""
	if o.scaleLabel != "" {
		what = nameOr(o.scaleLabel, "") + " "
	}
	if e.lo == e.hi {
		b.WriteString(o.Say(": %sis %s everywhere", what, number(e.lo)))
		if what == "" {
			b.Reset()
			b.WriteString(o.Say(": all values are %s", number(e.lo)))
		}
	} else {
		b.WriteString(o.Say(": %sfrom %s (%s) to %s (%s), mean %s", what, number(e.lo), where(e.loAt), number(e.hi), where(e.hiAt), meanText(e.mean, e.lo, e.hi)))
	}
	b.WriteString(missing(o, e))
	b.WriteString(o.Say("."))
	if s, err := newScale(e, o); err == nil && s.diverging {
		b.WriteString(" " + s.signs(o))
	}
	if o.ranged && (e.lo < o.lo || e.hi > o.hi) {
		b.WriteString(" " + o.Say("Colours end at %s and %s; values beyond have the last colour.", number(o.lo), number(o.hi)))
	}
	return b.String()
}

func missing(o *Options, e extremes) string {
	text := ""
	if e.nan > 0 {
		text += o.Say("; %s NaN (hatched)", count(e.nan))
	}
	if e.inf > 0 {
		text += o.Say("; %s infinite", count(e.inf))
	}
	return text
}

// placeName names a row or a column by its label, or by its number.
func placeName(o *Options, kind string, names []string, i int) string {
	if i < len(names) && names[i] != "" {
		return nameOr(names[i], "")
	}
	return o.Say("%s %s", kind, strconv.Itoa(i))
}

// Caption says what lies beyond the limits.
func (h *heatmap) Caption(o *Options) string {
	if l := newLimits(o); l != nil && h.m != nil {
		return l.caption(h.m, o)
	}
	return ""
}
