package display

import (
	"reflect"
	"strings"
)

// maxCell is the length of a text in a cell of a table, in bytes.
const maxCell = 80

// renderRows shows a slice of structs, or of pointers to them, as a table with
// a column per field. It returns nil for other values.
func renderRows(v any) *Bundle {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if !isList(r.Type()) || r.Len() == 0 {
		return nil
	}
	t := r.Type().Elem()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 || t.NumField() > maxColumns {
		return nil
	}
	if _, ok := ownText(r.Index(0)); ok {
		return nil
	}
	g := grid{sentence: shapeSentence(typeName(r.Type()), r.Len(), t.NumField())}
	for j := range t.NumField() {
		g.head = append(g.head, t.Field(j).Name)
		g.numeric = append(g.numeric, isNumber(t.Field(j).Type))
	}
	for _, i := range picks(r.Len(), maxRows, endRows) {
		g.index = append(g.index, indexText(i))
		g.rows = append(g.rows, structCells(r, i, t.NumField()))
	}
	b := g.bundle()
	return &b
}

// structCells are the texts of one row; i is -1 for a gap.
func structCells(list reflect.Value, i, fields int) []string {
	cells := make([]string, fields)
	var s reflect.Value
	if i >= 0 {
		s = reflect.Indirect(list.Index(i))
	}
	for j := range cells {
		switch {
		case i < 0:
			cells[j] = "…"
		case !s.IsValid():
			cells[j] = "nil"
		default:
			cells[j] = cellText(s.Field(j))
		}
	}
	return cells
}

// cellText prints a value in one short line. Strings stand without quotes.
func cellText(v reflect.Value) string {
	var text string
	if s, ok := ownText(v); ok {
		text = s
	} else if v.Kind() == reflect.String {
		text = v.String()
	} else {
		p := printer{left: 40, items: 20}
		var b strings.Builder
		p.value(v, 1, true).write(&b, 0, -10000)
		text = b.String()
	}
	return clip(strings.Join(strings.Fields(text), " "), maxCell)
}
