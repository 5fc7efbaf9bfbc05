package assist

import (
	"go/doc/comment"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// An entry is what is known of a name.
type entry struct {
	code   string // its declaration
	doc    string // its doc comment
	where  string // the cell, or the import path
	source string // the declaration in full, if asked for
}

// Inspect documents what stands at the cursor, an index of runes: the name
// there, or else the function whose arguments the cursor is among. With
// detail 1 it shows the source, too.
func (a *Assistant) Inspect(nb *cell.Notebook, code string, cursor, detail int) protocol.Inspection {
	q := a.ask(nb, code, cursor)
	e, ok := q.inspect()
	if !ok {
		return protocol.Inspection{}
	}
	if detail > 0 && e.source != "" {
		e.code = e.source
	}
	return protocol.Inspection{Found: true, Bundle: protocol.Bundle{
		Data:     map[string]any{"text/plain": e.plain(), "text/markdown": e.markdown()},
		Metadata: map[string]any{},
	}}
}

func (e entry) plain() string {
	var p comment.Parser
	var pr comment.Printer
	return paragraphs(e.code, string(pr.Text(p.Parse(e.doc))), e.where)
}

func (e entry) markdown() string {
	var p comment.Parser
	pr := comment.Printer{HeadingLevel: 4}
	where := e.where
	if where != "" {
		where = "*" + where + "*"
	}
	fence := "```" // longer than any in the code, which would end the block
	for strings.Contains(e.code, fence) {
		fence += "`"
	}
	return paragraphs(fence+"go\n"+e.code+"\n"+fence, string(pr.Markdown(p.Parse(e.doc))), where)
}

func paragraphs(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part = strings.Trim(part, "\n"); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "\n\n")
}

// inspect finds the name in question and what is known of it.
func (q *question) inspect() (entry, bool) {
	start, end := wordStart(q.code, q.at), wordEnd(q.code, q.at)
	if start == end {
		start, end = q.callee()
	}
	word := q.code[start:end]
	if !token.IsIdentifier(word) {
		return entry{}, false
	}
	if s := look(q.nb, q.code, start, end); s != nil {
		if obj := s.object(); obj != nil {
			return q.explain(s, obj), true
		}
	}
	if d := q.nb.Lookup(word); d != nil {
		return remembered(d), true
	}
	for _, path := range q.config.Paths() {
		if packageName(path) == word {
			return q.pkg(path, word), true
		}
	}
	return entry{}, false
}

// callee returns where the name of the function is among whose arguments the
// cursor is.
func (q *question) callee() (start, end int) {
	list := lex(q.code[:q.at])
	depth := 0
	for i := len(list) - 1; i > 0; i-- {
		switch list[i].tok {
		case token.RPAREN:
			depth++
		case token.LPAREN:
			if depth--; depth < 0 {
				if list[i-1].tok == token.IDENT {
					return list[i-1].from, list[i-1].to
				}
				return 0, 0
			}
		}
	}
	return 0, 0
}

// object is what the identifier at the cursor means.
func (s *sight) object() types.Object {
	id := s.ident()
	if obj := s.Info.Uses[id]; obj != nil {
		return obj
	}
	return s.Info.Defs[id]
}

// explain tells what is known of an object.
func (q *question) explain(s *sight, obj types.Object) entry {
	if pkg, ok := obj.(*types.PkgName); ok {
		return q.pkg(pkg.Imported().Path(), obj.Name())
	}
	e := entry{code: types.ObjectString(obj, qualifier(s.Pkg))}
	switch pkg := obj.Pkg(); {
	case pkg == nil:
		e.where = "predeclared"
		e.fill(q.source("builtin", "", obj.Name()))
	case pkg == s.Pkg:
		if key := s.Key(obj); key != "" {
			if d := q.nb.Lookup(key); d != nil && !s.declares(obj) {
				return remembered(d)
			}
			e.where = "this cell"
		}
	default:
		e.where = pkg.Path()
		e.fill(q.source(pkg.Path(), receiverOf(obj), obj.Name()))
	}
	return e
}

// declares tells whether an object is declared by the text at hand, not by an
// earlier cell.
func (s *sight) declares(obj types.Object) bool {
	_, ok := s.At(obj.Pos())
	return ok
}

// remembered is what the notebook knows of a name.
func remembered(d *cell.Decl) entry {
	return entry{code: d.Text, doc: d.Doc, where: "cell " + strconv.Itoa(d.Cell), source: d.Source()}
}

// pkg documents a package.
func (q *question) pkg(path, name string) entry {
	return entry{code: "package " + name + " // import " + strconv.Quote(path), doc: q.packageDoc(path), where: path}
}

// receiverOf is the name of the type a method belongs to, "" for others.
func receiverOf(obj types.Object) string {
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return ""
	}
	t := types.Unalias(f.Signature().Recv().Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// fill adds what the source of a declaration says.
func (e *entry) fill(decl declaration, ok bool) {
	if !ok {
		return
	}
	e.doc, e.source = decl.doc, decl.source
	if decl.head != "" {
		e.code = decl.head
	}
}
