package words

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A joint is where an argument of a format begins or ends.
const joint = "\x00"

var (
	joints    = regexp.MustCompile(" *" + joint + "[ " + joint + "]*")
	afterStop = regexp.MustCompile("([，。：；、）]) +")
)

// joined formats a Chinese text. Whether blanks stand about an argument depends on it:
// about Latin letters and numbers they do, about Chinese they do not.
func joined(format string, args []any) string {
	if strings.Contains(format, "%q") { // which would write the marks
		return fmt.Sprintf(format, args...)
	}
	marked := make([]any, len(args))
	for i, a := range args {
		marked[i] = a
		if s, ok := a.(string); ok {
			marked[i] = joint + s + joint
		}
	}
	text, out, from := fmt.Sprintf(format, marked...), "", 0
	for _, at := range joints.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		out += text[from:at[0]] + between(before, after, text[at[0]:at[1]])
		from = at[1]
	}
	return out + text[from:]
}

// between is what stands at a joint of two runes, where there were blanks or none.
func between(before, after rune, was string) string {
	switch {
	case chineseRune(before) && chineseRune(after):
		return ""
	case unicode.Is(unicode.Han, before) && latin(after), latin(before) && unicode.Is(unicode.Han, after):
		return " "
	}
	return strings.ReplaceAll(was, joint, "")
}

func latin(r rune) bool {
	return unicode.Is(unicode.Latin, r) || unicode.IsNumber(r)
}

// chineseRune reports whether a rune is a character or punctuation of Chinese.
func chineseRune(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
