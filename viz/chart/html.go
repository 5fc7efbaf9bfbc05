package chart

import (
	"fmt"
	"html"
	"image/color"
	"strings"
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
	theme := f.o.palette()
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=%q>\n<head>\n<meta charset=\"utf-8\">\n", f.o.Lang())
	fmt.Fprintf(&b, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<style>\nbody { margin: 2em auto; max-width: 90em; padding: 0 1em; background: %s; color: %s; font: 15px/1.5 'Liberation Sans', Arial, sans-serif }\n", css(theme.Paper), css(theme.Ink))
	b.WriteString("figure { margin: 0 } svg { max-width: 100%; height: auto } figcaption { max-width: 50em; color: " + css(theme.Soft) + " }\n")
	program, err := f.script()
	if err != nil {
		return nil, err
	}
	if program != "" {
		b.WriteString(scriptStyle(theme))
	}
	b.WriteString("</style>\n</head>\n<body>\n<figure>\n")
	if program != "" && f.o.title != "" {
		fmt.Fprintf(&b, "<h1>%s</h1>\n", html.EscapeString(f.o.title))
	}
	b.WriteString("<div class=\"drawing\">\n")
	b.Write(svg)
	b.WriteString("</div>\n")
	if program != "" {
		fmt.Fprintf(&b, "<script>\n%s</script>\n", program)
	}
	fmt.Fprintf(&b, "<figcaption>%s</figcaption>\n</figure>\n</body>\n</html>\n", html.EscapeString(f.Describe()))
	return []byte(b.String()), nil
}

// script is the program of a figure that can be explored, "" for others.
func (f *Figure) script() (string, error) {
	art, ok := f.art.(Scripted)
	if !ok {
		return "", nil
	}
	o := f.options()
	return art.Script(&o)
}

// scriptStyle is how the tools of a figure look that can be explored.
func scriptStyle(p *Palette) string {
	rule := func(c color.NRGBA) string { return "1px solid " + css(c) }
	return "h1 { font-size: 1.2em; margin: 0 0 .5em }\n" +
		".drawing { overflow: auto } .drawing svg { max-width: none }\n" +
		".drawing [tabindex] { cursor: pointer } .drawing [tabindex]:focus { outline: 2px solid " + css(p.First) + " }\n" +
		".drawing .flow { paint-order: stroke; stroke: " + css(p.Paper) + "; stroke-width: 3px; stroke-linejoin: round }\n" +
		".tools, .legend { display: flex; flex-wrap: wrap; gap: .6em 1em; align-items: center; margin: .6em 0; color: " + css(p.Soft) + "; font-size: 13px }\n" +
		".legend span { display: inline-flex; gap: .4em; align-items: center }\n" +
		".tools input, .tools button { font: inherit; color: " + css(p.Ink) + "; background: " + css(p.Paper) + "; border: " + rule(p.Frame) + "; border-radius: 4px; padding: .25em .6em }\n" +
		".details { font: 13px/1.5 inherit; font-family: inherit; white-space: pre-wrap; position: sticky; bottom: 0; max-height: 40vh; overflow: auto; background: " + css(p.Paper) + "; border-left: 3px solid " + css(p.Grid) + "; padding: .3em .8em; margin: .6em 0 }\n" +
		"@media print { .tools, .details { display: none } }\n"
}
