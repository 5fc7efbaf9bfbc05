package display

import (
	"encoding/base64"
	"fmt"
	"image"
	"reflect"
	"strings"
	"sync"
)

type bundler interface {
	MIMEBundle() (data, metadata map[string]any)
}

type tryBundler interface {
	TryMIMEBundle() (data, metadata map[string]any, err error)
}

var renderers struct {
	sync.RWMutex
	list []func(any) (Bundle, bool)
}

// Register teaches Render further types. render reports false for a value that
// is not its business. It is asked after MIMEBundle and before the built-in
// rules, the latest first.
func Register(render func(v any) (Bundle, bool)) {
	renderers.Lock()
	defer renderers.Unlock()
	renderers.list = append(renderers.list, render)
}

// Render describes a value as a bundle of MIME types. It always returns a text;
// methods of the value that panic are noted in it.
func Render(v any) Bundle {
	if v == nil {
		return textBundle("nil")
	}
	b, note := renderRich(v)
	if b == nil {
		text := Text(v)
		if note != "" {
			text += "\n" + note
		}
		return textBundle(text)
	}
	return complete(*b)
}

// renderRich tries all that shows a value as more than text. The note says what
// panicked meanwhile.
func renderRich(v any) (b *Bundle, note string) {
	defer func() {
		if p := recover(); p != nil {
			b, note = nil, fmt.Sprintf("(%T could not show itself, it panicked: %v)", v, panicText(p))
		}
	}()
	switch v := v.(type) {
	case Bundle:
		return &v, ""
	case *Bundle:
		if v != nil {
			return v, ""
		}
	case tryBundler:
		if isNil(v) {
			return nil, ""
		}
		data, metadata, err := v.TryMIMEBundle()
		if err != nil {
			return &Bundle{Data: map[string]any{"text/plain": err.Error()}, Err: err}, ""
		}
		return &Bundle{Data: data, Metadata: metadata}, ""
	case bundler:
		if isNil(v) {
			return nil, ""
		}
		data, metadata := v.MIMEBundle()
		return &Bundle{Data: data, Metadata: metadata}, ""
	}
	if b := registered(v); b != nil {
		return b, ""
	}
	if isNil(v) {
		return nil, ""
	}
	if img, ok := v.(image.Image); ok {
		b := renderImage(img)
		return &b, ""
	}
	if m, ok := asMatrix(v); ok {
		b := renderMatrix(m)
		return &b, ""
	}
	return renderRows(v), ""
}

func registered(v any) *Bundle {
	renderers.RLock()
	list := renderers.list
	renderers.RUnlock()
	for i := len(list) - 1; i >= 0; i-- {
		if b, ok := list[i](v); ok {
			return &b
		}
	}
	return nil
}

// complete makes a bundle ready to be sent: bytes become base64, or strings for
// types that are text, and there is a text/plain.
func complete(b Bundle) Bundle {
	data := make(map[string]any, len(b.Data)+1)
	for mime, content := range b.Data {
		if raw, ok := content.([]byte); ok {
			if isText(mime) {
				content = string(raw)
			} else {
				content = base64.StdEncoding.EncodeToString(raw)
			}
		}
		data[mime] = content
	}
	if data["text/plain"] == nil && len(data) == 0 {
		data["text/plain"] = ""
	}
	b.Data = data
	return b
}

func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || strings.HasSuffix(mime, "javascript")
}

func textBundle(text string) Bundle {
	return Bundle{Data: map[string]any{"text/plain": text}}
}

// isNil reports whether v holds a nil pointer, map, slice, channel or function.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return r.IsNil()
	}
	return false
}

// panicText prints the value of a panic, which may panic in its own methods.
func panicText(p any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T", p)
		}
	}()
	return fmt.Sprint(p)
}
