package words

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"loupe/viz/draw"
)

// said finds all texts that packages below viz say: the literals in calls of Say,
// and the plural nouns in calls of Count.
func said(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			at := map[string]int{"Say": 0, "Count": 2}
			if !ok || len(call.Args) == 0 {
				return true
			}
			i, ok := at[f.Sel.Name]
			if !ok || i >= len(call.Args) {
				return true
			}
			if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				if i == 2 {
					s = "%s " + s // what Count looks up
				}
				list[s] = set.Position(lit.Pos()).String()
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z%]`)

// verbs are what a format prints, in any order.
func verbs(format string) string {
	var list []string
	for _, v := range verb.FindAllString(format, -1) {
		list = append(list, v[:1]+v[len(v)-1:])
	}
	slices.Sort(list)
	return strings.Join(list, "")
}

// TestTables compares what is said with what is translated.
func TestTables(t *testing.T) {
	texts := said(t)
	if len(texts) < 50 {
		t.Fatalf("only %d texts are found in the sources", len(texts))
	}
	for s, where := range texts {
		c, ok := chinese[s]
		switch {
		case !ok:
			t.Errorf("%s: %q has no Chinese translation: add it to chinese.go", where, s)
		case verbs(s) != verbs(c):
			t.Errorf("%s: %q and %q print different arguments", where, s, c)
		}
	}
	for s := range chinese {
		if _, ok := texts[s]; !ok {
			t.Errorf("%q is translated and never said", s)
		}
	}
}

// TestGlyphs finds what the fonts of figures cannot write.
func TestGlyphs(t *testing.T) {
	for s, c := range chinese {
		for _, r := range c {
			if !draw.Has(r) {
				t.Errorf("there is no glyph for %q in %q, which translates %q: choose another word, or add it to draw/cjk/subset.py", r, c, s)
			}
		}
	}
}

// TestJoints puts Chinese and Latin arguments into Chinese texts.
func TestJoints(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Chinese.Say("effect on %s", "输出"), "对输出的影响"},
		{Chinese.Say("effect on %s", "price"), "对 price 的影响"},
		{Chinese.Say("%q is found in %s.", "dense", "loss"), "\"dense\" 出现在loss中。"},
		{Chinese.Say("the others: %s", "年龄 分组"), "the others: 年龄 分组"},
		{Chinese.Say("None of them shows %s.", "price"), "它们都没有展示 price。"},
		{Chinese.Say("None of them shows %s.", "价格"), "它们都没有展示价格。"},
		{Chinese.Say("%s heat maps", "3"), "3 幅热图"},
		{Chinese.Prose("第一句。 第二句（二）。 Third. Fourth"), "第一句。第二句（二）。Third. Fourth"},
		{English.Prose("One. Two"), "One. Two"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestProse: names of users stay as they are.
func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"the output is 3. benign is 0.9. accepted: 4 %. right (accuracy): 5 %": "The output is 3. benign is 0.9. Accepted: 4 %. Right (accuracy): 5 %",
		"LIME: the output is 3, the contributions to output 1 are":             "LIME: the output is 3, the contributions to output 1 are",
		"output 1 is 0.5": "Output 1 is 0.5",
	} {
		if got := English.Prose(text); got != want {
			t.Errorf("%q", got)
		}
	}
}

func Example() {
	for _, l := range []Language{English, Chinese} {
		fmt.Println(l.Count(1200, "value", "values") + l.Say(" from %s to %s", "0", "9"))
	}
	// Output:
	// 1,200 values from 0 to 9
	// 1,200 个值，从 0 到 9
}
