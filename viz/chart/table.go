package chart

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
)

// A Table is the data of a figure in columns, for other tools.
type Table struct {
	Columns []Column
}

// A Column holds numbers or texts, as many as the other columns of its table.
type Column struct {
	Name    string
	Numbers []float64 // nil if the column holds texts
	Texts   []string
}

// Tabular is an Art that can say its data.
type Tabular interface {
	Data(o *Options) Table
}

// Rows is how many rows the table has.
func (t Table) Rows() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return max(len(t.Columns[0].Numbers), len(t.Columns[0].Texts))
}

// text is cell i as a text: numbers with all their digits, nothing for NaN.
func (c *Column) text(i int) string {
	if c.Numbers == nil {
		return c.Texts[i]
	}
	if math.IsNaN(c.Numbers[i]) {
		return ""
	}
	return strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)
}

// CSV returns the table as comma-separated values (RFC 4180) with a line of
// names. NaN is empty.
func (t Table) CSV() string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := make([]string, len(t.Columns))
	for j := range t.Columns {
		line[j] = t.Columns[j].Name
	}
	w.Write(line)
	for i := range t.Rows() {
		for j := range t.Columns {
			line[j] = t.Columns[j].text(i)
		}
		w.Write(line)
	}
	w.Flush()
	return b.String()
}

// JSON returns the table as a list of objects, a row each. What is not finite is
// null.
func (t Table) JSON() ([]byte, error) { return json.Marshal(t.records()) }

// records are the rows as objects.
func (t Table) records() []any {
	list := make([]any, t.Rows())
	for i := range list {
		r := make(map[string]any, len(t.Columns))
		for j := range t.Columns {
			c := &t.Columns[j]
			switch {
			case c.Numbers == nil:
				r[c.Name] = c.Texts[i]
			case math.IsNaN(c.Numbers[i]) || math.IsInf(c.Numbers[i], 0):
				r[c.Name] = nil
			default:
				r[c.Name] = c.Numbers[i]
			}
		}
		list[i] = r
	}
	return list
}

// Data returns the numbers that the figure shows, before anything is binned or
// left out for the sake of the picture. It is empty for figures without numbers.
func (f *Figure) Data() Table {
	if t, ok := f.art.(Tabular); ok {
		o := f.options()
		return t.Data(&o)
	}
	return Table{}
}
