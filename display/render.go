package display

import "fmt"

// Render describes a value as a bundle of MIME types.
func Render(v any) Bundle {
	return Bundle{Data: map[string]any{"text/plain": fmt.Sprintf("%v", v)}}
}
