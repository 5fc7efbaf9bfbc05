package cell

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A sheet is a Go file being written from texts. It names the packages that
// the texts mention, and knows where in which cell each byte came from.
type sheet struct {
	body   bytes.Buffer
	lines  bool              // write //line directives
	taken  map[string]string // names at file level: "" or an import path
	paths  map[string]bool   // paths imported by name
	blanks []string          // and those imported for effect only
	spans  []span
	marks  []mark
	header int // bytes before body in the finished file
}

// A span starts a stretch of the file that comes from one place.
type span struct {
	at    int
	src   *Source // nil for generated text
	off   int
	fixed bool // all of it stems from off
}

// A mark starts the part of the file that belongs to a declaration; nil is
// the cell itself.
type mark struct {
	at   int
	decl *Decl
}

// newSheet returns a sheet on which the given names cannot be used for
// packages.
func newSheet(lines bool, reserved ...[]string) *sheet {
	s := &sheet{lines: lines, taken: map[string]string{}, paths: map[string]bool{}}
	for _, names := range reserved {
		for _, name := range names {
			s.taken[name] = ""
		}
	}
	return s
}

// pkg returns the name of an imported package: the preferred one unless it
// means something else here.
func (s *sheet) pkg(path, name string) string {
	actual := name
	for i := 1; ; i++ {
		if have, ok := s.taken[actual]; !ok || have == path {
			break
		}
		actual = "import" + strconv.Itoa(i) + "_" + name
	}
	s.taken[actual] = path
	s.paths[path] = true
	return actual
}

// gen writes generated text.
func (s *sheet) gen(text string) { s.genAt(nil, 0, text) }

// genAt writes generated text that stands for something in a cell.
func (s *sheet) genAt(src *Source, off int, text string) {
	s.spans = append(s.spans, span{s.body.Len(), src, off, true})
	s.body.WriteString(text)
}

// text writes a text with its edits.
func (s *sheet) text(t text) {
	at := 0
	for _, e := range t.edits {
		s.copy(t, at, e.at)
		with := e.with
		if e.path != "" {
			if with = s.pkg(e.path, e.name); e.dot {
				with += "."
			}
		}
		s.genAt(t.src, t.off+e.at, with)
		at = e.at + e.cut
	}
	s.copy(t, at, len(t.s))
}

func (s *sheet) copy(t text, from, to int) {
	s.spans = append(s.spans, span{s.body.Len(), t.src, t.off + from, t.src == nil})
	s.body.WriteString(t.s[from:to])
}

// piece writes texts as a line, or lines, of their own.
func (s *sheet) piece(decl *Decl, list ...text) {
	s.marks = append(s.marks, mark{s.body.Len(), decl})
	for _, t := range list {
		if t.src != nil {
			s.line(t.src, t.off)
			break
		}
	}
	for _, t := range list {
		s.text(t)
	}
	s.gen("\n")
}

// line makes the compiler take what follows for a place in a cell.
func (s *sheet) line(src *Source, off int) {
	if !s.lines {
		return
	}
	line, col := src.position(off)
	at := ""
	if col > 1 {
		at = ":" + strconv.Itoa(col)
	}
	s.gen(fmt.Sprintf("//line cell %d:%d%s\n", src.Number, line, at))
}

// finish returns the file.
func (s *sheet) finish() []byte {
	var head strings.Builder
	head.WriteString("package " + PkgPath + "\n\n")
	for _, path := range s.blanks {
		head.WriteString("import _ " + strconv.Quote(path) + "\n")
	}
	names := make([]string, 0, len(s.taken))
	for name, path := range s.taken {
		if path != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		head.WriteString("import " + name + " " + strconv.Quote(s.taken[name]) + "\n")
	}
	if len(names)+len(s.blanks) > 0 {
		head.WriteByte('\n')
	}
	s.header = head.Len()
	return append([]byte(head.String()), s.body.Bytes()...)
}

// imports lists the paths that the file imports, but for unsafe, which has no
// object file.
func (s *sheet) imports() []string {
	list := slices.Clone(s.blanks)
	for path := range s.paths {
		list = append(list, path)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(path string) bool { return path == "unsafe" })
}

// origin returns where a byte of the finished file came from; src is nil for
// what has no place in a cell. Generated text inside a piece of a cell stems
// from what is before it.
func (s *sheet) origin(offset int) (src *Source, off int) {
	at := offset - s.header
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].at > at }) - 1
	if i < 0 {
		return nil, 0
	}
	sp := s.spans[i]
	if sp.fixed {
		return sp.src, sp.off
	}
	return sp.src, sp.off + at - sp.at
}

// owner returns the declaration that a byte of the finished file belongs to.
func (s *sheet) owner(offset int) *Decl {
	at := offset - s.header
	i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].at > at }) - 1
	if i < 0 {
		return nil
	}
	return s.marks[i].decl
}
