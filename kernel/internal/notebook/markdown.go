package notebook

import (
	"bytes"
	"fmt"
	"html"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// converter renders the markdown of notebooks: GitHub's, with HTML in it, and
// with formulas between dollars, which stay as they are written.
var converter = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote),
	goldmark.WithParserOptions(
		parser.WithAutoHeadingID(),
		parser.WithInlineParsers(util.Prioritized(mathParser{}, 150)),
	),
	goldmark.WithRendererOptions(
		goldmarkhtml.WithUnsafe(),
		renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 100)),
	),
)

func markdown(b *bytes.Buffer, source string) error {
	if err := converter.Convert([]byte(source), b); err != nil {
		return fmt.Errorf("cannot render markdown: %w", err)
	}
	return nil
}

// A mathNode is a formula. It is kept from markdown, to which _ and * in it
// would mean emphasis.
type mathNode struct {
	ast.BaseInline
	tex string
}

var mathKind = ast.NewNodeKind("Math")

func (n *mathNode) Kind() ast.NodeKind            { return mathKind }
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$'} }

// Parse takes $…$ or $$…$$ on one line; as on GitHub, a dollar with a space
// behind it is money.
func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	fence := []byte("$")
	if bytes.HasPrefix(line, []byte("$$")) {
		fence = []byte("$$")
	}
	rest := line[len(fence):]
	end := bytes.Index(rest, fence)
	if end <= 0 || rest[0] == ' ' || rest[end-1] == ' ' {
		return nil
	}
	size := 2*len(fence) + end
	if size < len(line) && line[size] >= '0' && line[size] <= '9' {
		return nil // "$5 or $10"
	}
	block.Advance(size)
	return &mathNode{tex: string(line[:size])}
}

// nodeRenderer renders formulas, and code blocks with colours if they are Go.
type nodeRenderer struct{}

func (nodeRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(mathKind, renderMath)
	r.Register(ast.KindFencedCodeBlock, renderFence)
}

func renderMath(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(w, `<span class="math">%s</span>`, html.EscapeString(node.(*mathNode).tex))
	}
	return ast.WalkSkipChildren, nil
}

func renderFence(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block := node.(*ast.FencedCodeBlock)
	var code bytes.Buffer
	lines := block.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		code.Write(segment.Value(source))
	}
	body := html.EscapeString(code.String())
	if string(block.Language(source)) == "go" {
		body = highlight(code.String())
	}
	fmt.Fprintf(w, "<pre class=\"code\"><code>%s</code></pre>\n", body)
	return ast.WalkSkipChildren, nil
}
