package notebook

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// ansiHTML turns the colours of a terminal into spans and escapes the rest.
// Other control sequences are left out.
func ansiHTML(text string) string {
	var b strings.Builder
	var now pen
	open := false
	for text != "" {
		at := strings.IndexByte(text, 0x1b)
		plain := text
		if at >= 0 {
			plain = text[:at]
		}
		if plain != "" {
			if css := now.css(); css != "" {
				fmt.Fprintf(&b, `<span style="%s">`, css)
				open = true
			}
			b.WriteString(html.EscapeString(plain))
			if open {
				b.WriteString("</span>")
				open = false
			}
		}
		if at < 0 {
			break
		}
		var codes string
		var final byte
		codes, final, text = sequence(text[at:])
		if final == 'm' {
			now.apply(codes)
		}
	}
	return b.String()
}

// sequence splits a control sequence off a text that begins with an escape.
func sequence(text string) (codes string, final byte, rest string) {
	if len(text) < 2 || text[1] != '[' {
		return "", 0, text[1:]
	}
	for i := 2; i < len(text); i++ {
		if c := text[i]; c >= '@' && c <= '~' {
			return text[2:i], c, text[i+1:]
		}
	}
	return "", 0, ""
}

// A pen is what the last sequences have set.
type pen struct {
	ink, paper              string
	bold, italic, underline bool
}

// The 16 colours, dark enough to be read on white.
var ansiColors = [16]string{
	"#24292f", "#c0322b", "#1a7f37", "#8a6100", "#0b62c4", "#8a3fb0", "#0f7b8a", "#6e7781",
	"#57606a", "#d1453b", "#2da44e", "#a87700", "#2f81f7", "#a45fd0", "#2796a6", "#8c959f",
}

func (p *pen) apply(codes string) {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		n, _ := strconv.Atoi(list[i]) // "" is 0
		switch {
		case n == 0:
			*p = pen{}
		case n == 1:
			p.bold = true
		case n == 3:
			p.italic = true
		case n == 4:
			p.underline = true
		case n == 22:
			p.bold = false
		case n == 23:
			p.italic = false
		case n == 24:
			p.underline = false
		case n >= 30 && n <= 37:
			p.ink = ansiColors[n-30]
		case n >= 90 && n <= 97:
			p.ink = ansiColors[n-90+8]
		case n >= 40 && n <= 47:
			p.paper = ansiColors[n-40]
		case n == 39:
			p.ink = ""
		case n == 49:
			p.paper = ""
		case n == 38 || n == 48:
			color, used := extended(list[i+1:])
			i += used
			if n == 38 {
				p.ink = color
			} else {
				p.paper = color
			}
		}
	}
}

// extended reads 5;n or 2;r;g;b.
func extended(list []string) (color string, used int) {
	var n [4]int
	for i := range min(4, len(list)) {
		n[i], _ = strconv.Atoi(list[i])
		n[i] = max(0, min(255, n[i]))
	}
	switch {
	case len(list) >= 2 && n[0] == 5:
		return palette(n[1]), 2
	case len(list) >= 4 && n[0] == 2:
		return fmt.Sprintf("#%02x%02x%02x", n[1], n[2], n[3]), 4
	}
	return "", len(list)
}

// palette is the colour n of 256: 16 named ones, a cube, greys.
func palette(n int) string {
	if n < 16 {
		return ansiColors[n]
	}
	if n >= 232 {
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
	level := func(i int) int {
		if i == 0 {
			return 0
		}
		return 55 + 40*i
	}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
}

func (p pen) css() string {
	var parts []string
	for _, part := range []struct {
		on  bool
		css string
	}{
		{p.ink != "", "color:" + p.ink}, {p.paper != "", "background:" + p.paper},
		{p.bold, "font-weight:bold"}, {p.italic, "font-style:italic"}, {p.underline, "text-decoration:underline"},
	} {
		if part.on {
			parts = append(parts, part.css)
		}
	}
	return strings.Join(parts, ";")
}
