package kernel

import (
	"fmt"
	"go/token"
	"runtime"
	"strconv"
	"strings"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/session"
)

// newInterpreter starts the language. This is the one place where the kernel
// meets Go.
func newInterpreter(cfg protocol.Config) (protocol.Interpreter, error) { return session.New(cfg) }

// describeGo is what a front-end is told about the language before the
// interpreter has started.
func describeGo() protocol.Language {
	version := strings.TrimPrefix(runtime.Version(), "go")
	return protocol.Language{
		Info: protocol.LanguageInfo{
			Name:           "go",
			Version:        version,
			Mimetype:       "text/x-go",
			FileExtension:  ".go",
			PygmentsLexer:  "go",
			CodeMirrorMode: "go",
		},
		Banner: fmt.Sprintf("Loupe %s: Go %s in a notebook. Values live on from cell to cell.", Version, version),
		Help: []protocol.HelpLink{
			{Text: "The Go Language", URL: "https://go.dev/ref/spec"},
			{Text: "Go Standard Library", URL: "https://pkg.go.dev/std"},
			{Text: "Gonum", URL: "https://www.gonum.org"},
		},
	}
}

// A Parameter sets a variable of a notebook before it runs. Its value is typed
// by its look: a number, true or false, else a string.
type Parameter struct{ Name, Value string }

// ParseParameter reads name=value.
func ParseParameter(s string) (Parameter, error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return Parameter{}, fmt.Errorf("parameter %q has no value; write name=value", s)
	}
	if !token.IsIdentifier(name) {
		return Parameter{}, fmt.Errorf("parameter %q: %q is no name of a Go variable", s, name)
	}
	return Parameter{name, value}, nil
}

// assignments is the code of the cell that sets parameters. After a cell that
// declares them they keep its types; without one they are declared.
func assignments(params []Parameter, declared bool) string {
	op := " := "
	if declared {
		op = " = "
	}
	var b strings.Builder
	b.WriteString("// Parameters\n")
	for i, p := range params {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(p.Name + op + literal(p.Value))
	}
	return b.String()
}

// literal is the Go spelling of a value. What Go would read as an octal number
// (007) or as a name (Inf) is a string.
func literal(s string) string {
	if s == "true" || s == "false" {
		return s
	}
	number := strings.TrimPrefix(s, "+")
	digits := strings.TrimPrefix(number, "-")
	if digits == "" || !strings.ContainsAny(digits[:1], "0123456789.") ||
		len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9' {
		return strconv.Quote(s)
	}
	if _, err := strconv.ParseInt(number, 0, 64); err == nil {
		return number
	}
	if _, err := strconv.ParseFloat(number, 64); err == nil {
		return number
	}
	return strconv.Quote(s)
}
