package data

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"loupe/nn/tensor"
)

// mostValues is how many different texts a column may have.
const mostValues = 1000

// A CSVOption changes how CSV reads a file.
type CSVOption func(*csvFile)

// Separator sets what stands between fields. Without it, it is a comma.
func Separator(r rune) CSVOption { return func(c *csvFile) { c.comma = r } }

// AsClasses takes the numbers of the target column as classes.
func AsClasses(c *csvFile) { c.asClasses = true }

// Missing gives a number to empty fields of columns of numbers, and "" is a text
// like others in columns of texts. Without it, empty fields are errors.
func Missing(v float64) CSVOption { return func(c *csvFile) { c.missing = &v } }

// CSV reads a table, compressed by gzip or not, whose first line has the names of
// the columns. target is the column to predict: texts are classes, numbers are
// targets, or classes with AsClasses. Classes are numbered in the order of their
// names, or of the numbers.
//
// The other columns are the features. A column of texts becomes a feature for each
// of its values, "colour=red" say, that is 1 where it has it, and 0 elsewhere.
func CSV(path, target string, options ...CSVOption) (*Set, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &csvFile{name: path, comma: ',', target: -1}
	for _, set := range options {
		set(c)
	}
	t, err := c.read(f.r, target)
	if err != nil {
		return nil, err
	}
	return newSet(path, t)
}

type csvFile struct {
	name      string
	comma     rune
	asClasses bool
	missing   *float64

	target  int // the column
	columns []column
	lines   []int // of each row in the file
}

// A column has numbers, or texts as numbers of values.
type column struct {
	name    string
	texts   bool
	fields  []string // until it is known which
	numbers []float64
	values  []string
}

func (c *csvFile) read(r io.Reader, target string) (*samples, error) {
	if err := c.readRows(r, target); err != nil {
		return nil, err
	}
	for k := range c.columns {
		if err := c.resolve(&c.columns[k], k == c.target && c.asClasses); err != nil {
			return nil, err
		}
	}
	return c.samples(), nil
}

func (c *csvFile) readRows(r io.Reader, target string) error {
	rows := csv.NewReader(r)
	rows.Comma, rows.ReuseRecord, rows.TrimLeadingSpace = c.comma, true, true
	head, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%s: expected a line with the names of the columns: %w", c.name, err)
	}
	for k, name := range head {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		c.columns = append(c.columns, column{name: name})
		if name == target {
			c.target = k
		}
	}
	if c.target < 0 {
		return fmt.Errorf("%s: there is no column %q; the columns are %q", c.name, target, head)
	}
	if len(head) == 1 {
		return fmt.Errorf("%s: there is no column besides %q, from which to predict it", c.name, target)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err) // it names the line
		}
		line, _ := rows.FieldPos(0)
		c.lines = append(c.lines, line)
		for k, field := range row {
			c.columns[k].fields = append(c.columns[k].fields, strings.Clone(strings.TrimSpace(field)))
		}
	}
	if len(c.lines) == 0 {
		return fmt.Errorf("%s: expected rows behind the line with the names of the columns, and there are none", c.name)
	}
	return nil
}

// resolve finds out whether a column has numbers. It has texts if no field is a
// number; if only some are, one of the others is a mistake.
func (c *csvFile) resolve(col *column, asText bool) error {
	bad, good := -1, 0
	col.numbers = make([]float64, len(col.fields))
	for i, field := range col.fields {
		if field == "" && c.missing == nil {
			return fmt.Errorf("%s, line %d: column %q is empty; give a number for such fields with data.Missing", c.name, c.lines[i], col.name)
		}
		v, err := strconv.ParseFloat(field, 64)
		switch {
		case field == "":
			v = *c.missing
		case err != nil && bad < 0:
			bad = i
		case err == nil:
			good++
		}
		col.numbers[i] = v
	}
	if bad < 0 && !asText {
		col.fields = nil
		return nil
	}
	if bad >= 0 && 2*good > len(col.fields) {
		return fmt.Errorf("%s, line %d: column %q is %q, expected a number as in most lines", c.name, c.lines[bad], col.name, col.fields[bad])
	}
	return c.resolveTexts(col, bad < 0)
}

func (c *csvFile) resolveTexts(col *column, areNumbers bool) error {
	index := map[string]int{}
	for i, field := range col.fields {
		if _, ok := index[field]; !ok && len(index) == mostValues {
			return fmt.Errorf("%s, line %d: column %q has more than %d different texts; it needs to be left out, or to become numbers", c.name, c.lines[i], col.name, mostValues)
		}
		index[field] = 0
	}
	for value := range index {
		col.values = append(col.values, value)
	}
	slices.SortFunc(col.values, func(a, b string) int {
		if areNumbers {
			x, _ := strconv.ParseFloat(a, 64)
			y, _ := strconv.ParseFloat(b, 64)
			if order := cmp.Compare(x, y); order != 0 {
				return order
			}
		}
		return strings.Compare(a, b)
	})
	for k, value := range col.values {
		index[value] = k
	}
	for i, field := range col.fields {
		col.numbers[i] = float64(index[field])
	}
	col.texts, col.fields = true, nil
	return nil
}

// samples puts the columns together.
func (c *csvFile) samples() *samples {
	t := &samples{}
	var features []func(row int) float64
	for k, col := range c.columns {
		switch {
		case k == c.target && col.texts:
			t.classes = col.values
			for _, v := range col.numbers {
				t.y = append(t.y, int(v))
			}
		case k == c.target:
			t.targets = col.numbers
		case col.texts:
			for v, value := range col.values {
				t.features = append(t.features, col.name+"="+value)
				features = append(features, func(row int) float64 {
					if int(col.numbers[row]) == v {
						return 1
					}
					return 0
				})
			}
		default:
			t.features = append(t.features, col.name)
			features = append(features, func(row int) float64 { return col.numbers[row] })
		}
	}
	x := make([]float64, 0, len(c.lines)*len(features))
	for row := range c.lines {
		for _, value := range features {
			x = append(x, value(row))
		}
	}
	t.x = tensor.FromSlice(x, len(c.lines), len(features))
	return t
}
