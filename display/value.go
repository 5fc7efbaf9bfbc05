package display

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a printed value.
const (
	maxDepth    = 6     // levels of structs, slices, maps and pointers
	maxItems    = 100   // items of one slice, map or struct
	summedItems = 20    // items of a list of numbers below its summary
	maxLeaves   = 1000  // of the whole value
	maxText     = 20000 // bytes of a text that is the whole value
	maxInner    = 400   // bytes of a text inside another value
)

// Text prints a value as Go source would write it, as far as it is readable:
// strings quoted, struct fields named, map keys sorted. Errors and Stringers
// speak for themselves. What is left out is counted.
func Text(v any) string {
	if v == nil {
		return "nil"
	}
	r := reflect.ValueOf(v)
	if s, ok := ownText(r); ok {
		return clip(s, maxText)
	}
	if r.Kind() == reflect.String {
		return quote(r.String(), maxText)
	}
	var b strings.Builder
	if head := numberSummary(r); head != "" {
		b.WriteString(head + "\n")
	}
	p := printer{left: maxLeaves, items: maxItems}
	if b.Len() > 0 {
		p.items = summedItems
	}
	p.value(r, 0, false).write(&b, 0, 0)
	return b.String()
}

// A printer prints one value.
type printer struct {
	left  int       // leaves that may still be printed
	items int       // of one slice, map or struct
	path  []pointer // pointers, maps and slices that are being printed
}

type pointer struct {
	at uintptr
	t  reflect.Type
}

// value prints v. typed says that the reader knows its type from around it.
func (p *printer) value(v reflect.Value, depth int, typed bool) piece {
	if !v.IsValid() {
		return leaf("nil")
	}
	p.left--
	if depth > 0 {
		if s, ok := ownText(v); ok {
			return leaf(clip(s, maxInner))
		}
	}
	switch v.Kind() {
	case reflect.String:
		return leaf(quote(v.String(), maxInner))
	case reflect.Interface:
		return p.value(v.Elem(), depth, false)
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return p.reference(v, depth, typed)
	case reflect.Struct:
		return p.structure(v, depth, typed)
	case reflect.Array:
		return p.list(v, depth, typed)
	}
	return leaf(scalar(v))
}

// scalar prints a value without parts.
func scalar(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Complex64:
		return strconv.FormatComplex(v.Complex(), 'g', -1, 64)
	case reflect.Complex128:
		return strconv.FormatComplex(v.Complex(), 'g', -1, 128)
	case reflect.Uintptr:
		return fmt.Sprintf("%#x", v.Uint())
	case reflect.UnsafePointer:
		return fmt.Sprintf("unsafe.Pointer(%#x)", v.Pointer())
	case reflect.Chan:
		if v.IsNil() {
			return "(" + typeName(v.Type()) + ")(nil)"
		}
		return fmt.Sprintf("%s (%d of %d buffered)", typeName(v.Type()), v.Len(), v.Cap())
	case reflect.Func:
		if v.IsNil() {
			return "(" + typeName(v.Type()) + ")(nil)"
		}
		return typeName(v.Type())
	}
	if v.CanInt() {
		return strconv.FormatInt(v.Int(), 10)
	}
	return strconv.FormatUint(v.Uint(), 10)
}

// reference prints pointers, maps and slices, which may lead back to
// themselves.
func (p *printer) reference(v reflect.Value, depth int, typed bool) piece {
	if v.IsNil() {
		if typed {
			return leaf("nil")
		}
		return leaf("(" + typeName(v.Type()) + ")(nil)")
	}
	if v.Kind() != reflect.Slice || v.Len() > 0 {
		at := pointer{v.Pointer(), v.Type()}
		if slices.Contains(p.path, at) {
			return leaf("(" + typeName(v.Type()) + ")(the same as above: a cycle)")
		}
		p.path = append(p.path, at)
		defer func() { p.path = p.path[:len(p.path)-1] }()
	}
	switch v.Kind() {
	case reflect.Map:
		return p.mapping(v, depth, typed)
	case reflect.Slice:
		return p.list(v, depth, typed)
	}
	return p.value(v.Elem(), depth, typed).labelled("&")
}

func (p *printer) structure(v reflect.Value, depth int, typed bool) piece {
	t := v.Type()
	open := typeName(t) + "{"
	if typed {
		open = "{"
	}
	if t.NumField() > 0 && p.deep(depth) {
		return leaf(open + "…}")
	}
	var items []piece
	for i := range t.NumField() {
		if i >= p.items || p.left <= 0 {
			items = append(items, leaf(fmt.Sprintf("… %s more fields", Count(t.NumField()-i))))
			break
		}
		f := leaf("nil")
		if !isNilField(v.Field(i)) {
			f = p.value(v.Field(i), depth+1, false)
		}
		items = append(items, f.labelled(t.Field(i).Name+": "+f.label))
	}
	return group(open, items, "}")
}

// isNilField reports whether a field is nil. Its type is known from the struct.
func isNilField(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		return v.IsNil()
	}
	return false
}

func (p *printer) list(v reflect.Value, depth int, typed bool) piece {
	open := typeName(v.Type()) + "{"
	if typed {
		open = "{"
	}
	n := v.Len()
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 && n > 0 && utf8.Valid(v.Bytes()) && !typed {
		return leaf(strings.TrimSuffix(open, "{") + "(" + quote(string(v.Bytes()), maxInner) + ")")
	}
	if n > 0 && p.deep(depth) {
		return leaf(fmt.Sprintf("%s… %s items}", open, Count(n)))
	}
	elem := v.Type().Elem()
	var items []piece
	for i := range n {
		if i >= p.items || p.left <= 0 {
			items = append(items, leaf(fmt.Sprintf("… %s more", Count(n-i))))
			break
		}
		items = append(items, p.value(v.Index(i), depth+1, implied(elem)))
	}
	return group(open, items, "}")
}

// implied reports whether items need not repeat their type, as in Go.
func implied(elem reflect.Type) bool { return elem.Kind() != reflect.Interface }

func (p *printer) mapping(v reflect.Value, depth int, typed bool) piece {
	open := typeName(v.Type()) + "{"
	if typed {
		open = "{"
	}
	n := v.Len()
	if n > 0 && p.deep(depth) {
		return leaf(fmt.Sprintf("%s… %s keys}", open, Count(n)))
	}
	keys := v.MapKeys()
	slices.SortStableFunc(keys, compareKeys)
	elem := v.Type().Elem()
	var items []piece
	for i, k := range keys {
		if i >= p.items || p.left <= 0 {
			items = append(items, leaf(fmt.Sprintf("… %s more", Count(n-i))))
			break
		}
		var key strings.Builder
		p.value(k, depth+1, implied(v.Type().Key())).write(&key, 0, 0)
		item := p.value(v.MapIndex(k), depth+1, implied(elem))
		items = append(items, item.labelled(key.String()+": "+item.label))
	}
	return group(open, items, "}")
}

func (p *printer) deep(depth int) bool { return depth >= maxDepth || p.left <= 0 }

// compareKeys orders map keys: numbers and texts by value, others by their
// print.
func compareKeys(a, b reflect.Value) int {
	if a.Kind() == reflect.Interface {
		a, b = a.Elem(), b.Elem()
	}
	if a.IsValid() && b.IsValid() && a.Kind() == b.Kind() {
		switch {
		case a.CanInt():
			return cmp.Compare(a.Int(), b.Int())
		case a.CanUint():
			return cmp.Compare(a.Uint(), b.Uint())
		case a.CanFloat():
			return cmp.Compare(a.Float(), b.Float())
		case a.Kind() == reflect.String:
			return cmp.Compare(a.String(), b.String())
		}
	}
	pa, pb := printer{left: 50, items: 50}, printer{left: 50, items: 50}
	var ta, tb strings.Builder
	pa.value(a, 0, false).write(&ta, 0, 0)
	pb.value(b, 0, false).write(&tb, 0, 0)
	return cmp.Compare(ta.String(), tb.String())
}

// ownText is what a value says of itself as an error, a Stringer or a
// fmt.Formatter. A method
// that panics counts as absent, and fields that are not exported cannot be
// asked.
func ownText(v reflect.Value) (s string, ok bool) {
	if !v.IsValid() || !v.CanInterface() || v.Kind() == reflect.Interface {
		return "", false
	}
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return "", false
	}
	defer func() {
		if p := recover(); p != nil {
			s = fmt.Sprintf("(the String or Error method of %s panicked: %s)", typeName(v.Type()), panicText(p))
			ok = true
		}
	}()
	switch x := v.Interface().(type) {
	case error:
		return x.Error(), true
	case fmt.Stringer:
		return x.String(), true
	case fmt.Formatter: // such as gonum's mat.Formatted
		return fmt.Sprintf("%v", x), true
	}
	return "", false
}

// own is the package that the reader's own types seem to be in.
var own = regexp.MustCompile(`\b(main|notebook)\.`)

// typeName is the type without the package that a reader of a notebook or a
// program need not see: its own.
func typeName(t reflect.Type) string {
	s := own.ReplaceAllString(t.String(), "")
	s = strings.ReplaceAll(s, "[]uint8", "[]byte")
	return strings.ReplaceAll(s, "interface {}", "any")
}

// quote prints a text as a Go string: in double quotes, or between backquotes
// if it has several lines.
func quote(s string, limit int) string {
	rest := ""
	if len(s) > limit {
		cut := cutRune(s, limit)
		rest = fmt.Sprintf(" … %s more bytes", Count(len(s)-cut))
		s = s[:cut]
	}
	if strings.Contains(s, "\n") && strconv.CanBackquote(strings.ReplaceAll(s, "\n", "")) {
		return "`" + s + "`" + rest
	}
	return quoteLine(s) + rest
}

// quoteLine is strconv.Quote that leaves readable backslash-free texts alone.
func quoteLine(s string) string {
	if strings.ContainsAny(s, `"\`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := cutRune(s, limit)
	return fmt.Sprintf("%s … %s more bytes", s[:cut], Count(len(s)-cut))
}

// cutRune is the largest index ≤ limit that does not split a rune.
func cutRune(s string, limit int) int {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return limit
}
