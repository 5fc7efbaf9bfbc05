package draw

import (
	"strings"
	"unicode"
)

// Wrap breaks a text into lines of a width, at most limit of them: at blanks, and beside
// Chinese characters, but neither before punctuation that ends something nor between a
// number and its unit.
func (f Font) Wrap(s string, width float64, limit int) []string {
	var lines []string
	line, used := "", 0.0
	for _, p := range pieces(strings.Join(strings.Fields(s), " ")) {
		if line == "" {
			p = strings.TrimPrefix(p, " ")
		}
		if line != "" && used+f.Width(p) > width && len(lines) < limit-1 {
			lines = append(lines, f.Fit(line, width))
			line, used, p = "", 0, strings.TrimPrefix(p, " ")
		}
		line, used = line+p, used+f.Width(p)
	}
	if line != "" {
		lines = append(lines, f.Fit(line, width))
	}
	return lines
}

// pieces takes a text apart where a line may end. A piece begins with the blank that a new
// line does without.
func pieces(s string) (list []string) {
	runes, from := []rune(s), 0
	for i := 1; i < len(runes); i++ {
		if breaks(runes[i-1], runes[i], runes[min(i+1, len(runes)-1)]) {
			list = append(list, string(runes[from:i]))
			from = i
		}
	}
	if from < len(runes) {
		list = append(list, string(runes[from:]))
	}
	return list
}

const (
	closing = "，。；：、！？）】》”’…%.,;:!?)]}"
	opening = "（【《“‘([{"
)

// breaks reports whether a line may end between a and b, after which comes next.
func breaks(a, b, next rune) bool {
	if b == ' ' { // of "20 %" and "3 行" the parts stay together
		return next != '%' && !(unicode.IsDigit(a) && unicode.Is(unicode.Han, next))
	}
	return a != ' ' && (wide(a) || wide(b)) && !strings.ContainsRune(closing, b) && !strings.ContainsRune(opening, a)
}

// wide reports whether a rune is Chinese, or punctuation of Chinese.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
