package object

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// builtins are the runtime symbols that compilers refer to by number: lists of
// "name abi", a line each, by the version of Go. There is a file for each.
var builtins = map[string]func() []Name{
	"go1.26": sync.OnceValue(func() []Name { return parseBuiltins(builtins126) }),
	"go1.27": sync.OnceValue(func() []Name { return parseBuiltins(builtins127) }),
}

func parseBuiltins(list string) []Name {
	var names []Name
	for line := range strings.Lines(strings.TrimSpace(list)) {
		name, abi, _ := strings.Cut(strings.TrimSpace(line), " ")
		names = append(names, Name{name, uint16(abi[0] - '0')})
	}
	return names
}

// Builtins lists the runtime symbols that have a number in object files of a
// version of Go, such as "go1.26", or nil if that is not known.
func Builtins(minor string) []Name {
	if list := builtins[minor]; list != nil {
		return list()
	}
	return nil
}

// Builtin returns the i-th runtime symbol of the compiler's list.
func (f *File) Builtin(i uint32) (Name, bool) {
	if i >= uint32(len(f.builtins)) {
		return Name{}, false
	}
	return f.builtins[i], true
}

var minorVersion = regexp.MustCompile(`^go object \S+ \S+ (go1\.\d+)`)

// setVersion takes the version of Go from the line before an object file's
// tables.
func (f *File) setVersion(head []byte) error {
	m := minorVersion.FindSubmatch(head)
	if m == nil {
		line, _, _ := strings.Cut(string(head), "\n")
		return fmt.Errorf("object: %s: no version of Go in %q", f.Package, line)
	}
	if f.builtins = Builtins(string(m[1])); f.builtins == nil {
		return fmt.Errorf("object: %s: compiled with %s, whose object files this version of Loupe does not know", f.Package, m[1])
	}
	return nil
}
