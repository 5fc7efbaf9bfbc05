// Package words says things in the language of the reader: what figures write
// beside the names and numbers of their users.
//
// The English text is the key, as in gettext; a table for each other language
// translates it. A test finds the texts in the sources and compares.
package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// A Language is what the words of a figure are in.
type Language int

// The languages.
const (
	English Language = iota
	Chinese
)

// Say formats a text. Its arguments are names, numbers that are printed
// already, and other texts.
func (l Language) Say(format string, args ...any) string {
	if l == Chinese {
		if t, ok := chinese[format]; ok {
			format = t
		}
	}
	switch {
	case len(args) == 0:
		return format
	case l == Chinese:
		return joined(format, args)
	}
	return fmt.Sprintf(format, args...)
}

// Prose makes sentences that blanks set apart into a text as the language has it. In Chinese
// the blanks go. In English sentences begin with a capital where the word is not the user's,
// whose names stay as they are.
func (l Language) Prose(text string) string {
	if l == Chinese {
		return afterStop.ReplaceAllString(text, "$1")
	}
	return ourStarts.ReplaceAllStringFunc(text, func(start string) string {
		i := strings.IndexFunc(start, unicode.IsLower)
		return start[:i] + strings.ToUpper(start[i:i+1]) + start[i+1:]
	})
}

// ourStarts are the words of figures that sentences begin with.
var ourStarts = regexp.MustCompile(`(^|[.!?] )(the output|the contributions|output \d|accepted|accuracy|right \()`)

// Count says how many things there are, with their noun.
func (l Language) Count(n int, one, many string) string {
	if n == 1 && l == English {
		return "1 " + one
	}
	return l.Say("%s "+many, Commas(n))
}

// Commas prints a number of things, its thousands set apart.
func Commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
