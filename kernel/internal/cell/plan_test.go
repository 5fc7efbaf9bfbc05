package cell

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestTry(t *testing.T) {
	tc := tools(t)
	n := New(tc.config())
	files, _ := filepath.Glob(os.Getenv("TRY") + "/*")
	for i, f := range files {
		src, _ := os.ReadFile(f)
		p, err := n.Plan(i+1, string(src))
		fmt.Printf("=== cell %d\n%s\n", i+1, src)
		if err != nil {
			fmt.Println(err.(Errors).Render())
			continue
		}
		for j, u := range p.Units {
			fmt.Printf("--- unit %d entry %s new %+v runinit %v imports %v\n%s\n%s\n", j, p.Entry, u.New, u.RunInit, u.Imports, u.Source, u.Symabis)
			if err := tc.compile(PkgPath, u, fmt.Sprintf("u%d_%d", i, j), filepath.Join(tc.dir, "o.o")); err != nil {
				fmt.Println("COMPILE", err)
			}
		}
		fmt.Printf("dropped %+v notes %q uses %v defines %v\n", p.Dropped, p.Notes, p.Uses, p.Defines)
		n = p.After
	}
}
