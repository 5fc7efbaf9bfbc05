package cell

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var allGoroot = flag.Bool("goroot", false, "plan and compile all of Go's own test programs as cells, not a sample")

// goPrograms lists the single-file programs of Go's test suite.
func goPrograms(t *testing.T) []string {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "test"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		first, rest, _ := strings.Cut(string(text), "\n")
		for strings.HasPrefix(first, "//go:build") || strings.TrimSpace(first) == "" {
			first, rest, _ = strings.Cut(rest, "\n")
			if rest == "" {
				break
			}
		}
		if strings.HasSuffix(filepath.Dir(path), ".dir") || strings.Contains(string(text), "syscall/js") {
			return nil // parts of programs of several files, and one for browsers
		}
		if strings.TrimSpace(first) == "// run" && !strings.Contains(string(text), "import \"C\"") {
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Skip("Go's tests are not installed:", err)
	}
	return list
}

// TestGoPrograms makes a cell of each of Go's own test programs.
func TestGoPrograms(t *testing.T) {
	tc := tools(t)
	list := goPrograms(t)
	var passed atomic.Int32
	jobs := make(chan int)
	var wait sync.WaitGroup
	total := 0
	for range 2 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range jobs {
				if err := planAndCompile(tc, list[i], fmt.Sprint("go", i)); err != nil {
					t.Errorf("%s: %v", list[i], err)
				} else {
					passed.Add(1)
				}
			}
		}()
	}
	for i := range list {
		if *allGoroot || i%25 == 0 {
			total++
			jobs <- i
		}
	}
	close(jobs)
	wait.Wait()
	t.Logf("%d of %d programs", passed.Load(), total)
}

func planAndCompile(tc *toolchain, path, name string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p, err := New(tc.config()).Plan(1, string(text))
	if err != nil {
		return err
	}
	for _, u := range p.Units {
		if err := tc.compile(PkgPath, u, name, filepath.Join(tc.dir, name+".o")); err != nil {
			return err
		}
	}
	return nil
}
