package chart

import (
	"fmt"
	"html"
	"strings"

	"loupe/viz/words"
)

// HTML returns the figure as a page that needs nothing else: the drawing as SVG,
// with texts for readers who point at it, and what it shows in words.
func (f *Figure) HTML() ([]byte, error) {
	svg, err := f.SVG()
	if err != nil {
		return nil, err
	}
	title := f.o.title
	if title == "" {
		title = "Figure"
	}
	language, theme := "en", f.o.palette()
	if f.o.language == words.Chinese {
		language = "zh-Hans"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=%q>\n<head>\n<meta charset=\"utf-8\">\n", language)
	fmt.Fprintf(&b, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<style>\nbody { margin: 2em auto; max-width: 90em; padding: 0 1em; background: %s; color: %s; font: 15px/1.5 'Liberation Sans', Arial, sans-serif }\n", css(theme.Paper), css(theme.Ink))
	b.WriteString("figure { margin: 0 } svg { max-width: 100%; height: auto } figcaption { max-width: 50em; color: " + css(theme.Soft) + " }\n</style>\n</head>\n<body>\n<figure>\n")
	b.Write(svg)
	fmt.Fprintf(&b, "<figcaption>%s</figcaption>\n</figure>\n</body>\n</html>\n", html.EscapeString(f.Describe()))
	return []byte(b.String()), nil
}
