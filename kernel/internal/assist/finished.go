package assist

import (
	"strings"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// IsComplete says whether a console should run the code or let the user go
// on. Code is incomplete when it is right as far as it goes; its next line is
// then to be indented like the last one, and once more after a bracket that
// stays open.
func IsComplete(code string) protocol.Completeness {
	errs := cell.Syntax(code)
	switch {
	case len(errs) == 0:
		return protocol.Completeness{Status: "complete"}
	case errs.Unfinished():
		return protocol.Completeness{Status: "incomplete", Indent: indent(code)}
	}
	return protocol.Completeness{Status: "invalid"}
}

// indent returns the white space for the line after code.
func indent(code string) string {
	line := strings.TrimRight(code, "\n")
	line = line[strings.LastIndexByte(line, '\n')+1:]
	margin := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if text := strings.TrimRight(line, " \t"); text != "" && strings.ContainsRune("{([:", rune(text[len(text)-1])) {
		margin += "\t"
	}
	return margin
}
