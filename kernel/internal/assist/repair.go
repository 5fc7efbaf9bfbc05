package assist

import (
	"go/ast"
	"strings"

	"loupe/kernel/internal/cell"
)

// A sight is the code around the cursor as the type checker sees it.
type sight struct {
	*cell.Probe
	path []ast.Node // from the file down to the identifier at the cursor
}

func (s *sight) ident() *ast.Ident { return s.path[len(s.path)-1].(*ast.Ident) }

// outer returns the node n steps outside the identifier, or nil.
func (s *sight) outer(n int) ast.Node {
	if i := len(s.path) - 1 - n; i >= 0 {
		return s.path[i]
	}
	return nil
}

// look has code checked in which the identifier from start to end is the one
// in question. It tries one repair after the other until one can be parsed
// and the identifier is found.
func look(nb *cell.Notebook, code string, start, end int) *sight {
	for _, r := range repairs(code, start, end) {
		p, ok := nb.Probe(r.code)
		if !ok {
			continue
		}
		if path := find(p, r.start, code[start:end]); path != nil {
			return &sight{p, path}
		}
	}
	return nil
}

// A repair is code with an identifier at start.
type repair struct {
	code  string
	start int
}

// repairs lists ways to make code parse, those that keep most first: all of
// it; what is before the cursor, closed in one way or another; the lines
// before and, of the last, only the expression at the cursor; that expression
// alone.
func repairs(code string, start, end int) []repair {
	list := []repair{{code, start}}
	head := code[:end]
	close := closers(head)
	list = append(list, repair{head + close, start})
	list = append(list, repair{head + strings.ReplaceAll(close, "\n", ""), start}) // []T{{x
	for _, tail := range []string{" {}", ":", " = 0"} {                            // if x, case x, a, b
		list = append(list, repair{head + tail + close, start})
	}
	list = append(list, repair{head + close + " {}", start}) // func f(a T
	from := operand(code[:end])
	expr := code[from:end]
	line := strings.LastIndexByte(code[:from], '\n') + 1
	before := code[:line]
	for _, lines := range []string{before + strings.Repeat(" ", from-line), ""} {
		list = append(list, repair{lines + expr + closers(lines+expr), len(lines) + start - from})
	}
	return list
}

// find returns the path to the identifier at an offset of the cell.
func find(p *cell.Probe, offset int, name string) []ast.Node {
	var path, found []ast.Node
	ast.Inspect(p.File, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return false
		}
		path = append(path, n)
		if id, ok := n.(*ast.Ident); ok && found == nil && id.Name == name {
			if at, ok := p.At(id.Pos()); ok && at == offset {
				found = append([]ast.Node(nil), path...)
			}
		}
		return true
	})
	return found
}
