package session

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/protocol"
)

var (
	goroot  = flag.Bool("goroot", false, "run all of Go's own test programs as cells, not a sample")
	program = flag.String("program", "", "run only those of Go's test programs whose path has this in it")
)

// Why a program cannot pass as a cell, although the cell is right.
const (
	namesFile    = "looks for the name of its own file in a stack trace; here that is \"cell 1\""
	namesMain    = "looks for its package's name, main, in a type or a stack trace; here that is notebook"
	runsGo       = "runs the go command or the linker on itself or on files beside it"
	needsCgo     = "needs cgo, which wants a worker linked by a C compiler"
	otherSystem  = "is for another operating system"
	memoryLayout = "wants its variables below 256 MB in the address space"
	linkname     = "declares a symbol of the linker's own with //go:linkname"
)

// excluded are programs that test the process, its files or its names.
var excluded = map[string]string{
	"devirtualization_nil_panics.go": namesFile,
	"fixedbugs/bug348.go":            namesFile,
	"fixedbugs/issue4562.go":         namesFile,
	"fixedbugs/issue5856.go":         namesFile,
	"fixedbugs/issue22083.go":        namesFile,
	"fixedbugs/issue27201.go":        namesFile,
	"heapsampling.go":                namesMain,
	"recover2.go":                    namesMain,
	"typeparam/issue54456.go":        namesMain,
	"typeparam/nested.go":            namesMain,
	"fixedbugs/issue17381.go":        namesMain,
	"fixedbugs/issue21879.go":        namesMain,
	"fixedbugs/issue58300.go":        namesMain,
	"fixedbugs/issue58300b.go":       namesMain,
	"linkmain_run.go":                runsGo,
	"linkobj.go":                     runsGo,
	"linkx_run.go":                   runsGo,
	"fixedbugs/bug369.go":            runsGo,
	"fixedbugs/issue9355.go":         runsGo,
	"fixedbugs/issue10607.go":        runsGo,
	"fixedbugs/issue15528.go":        namesMain,
	"fixedbugs/issue21317.go":        runsGo,
	"fixedbugs/bug514.go":            needsCgo,
	"fixedbugs/issue40954.go":        needsCgo,
	"fixedbugs/issue42032.go":        needsCgo,
	"fixedbugs/issue42076.go":        needsCgo,
	"fixedbugs/issue46903.go":        needsCgo,
	"fixedbugs/issue51733.go":        needsCgo,
	"fixedbugs/issue38093.go":        otherSystem,
	"nilptr_aix.go":                  otherSystem,
	"nilptr.go":                      memoryLayout,
	"noinit.go":                      linkname,
}

// TestGoPrograms runs the programs of Go's own test folder as cells, each in
// its own session: a twelfth of them (in an emulator, a sixtieth), or all with
// -goroot.
func TestGoPrograms(t *testing.T) {
	tc, err := build.FindToolchain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(tc.Root, "test")
	if other := os.Getenv("LOUPE_GOTEST"); other != "" { // toolchains that the go command fetches have no tests
		root = other
	}
	files, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil || len(files) == 0 {
		t.Skip("this Go has no test folder")
	}
	for _, dir := range []string{"ken", "chan", "interface", "escape", "typeparam", "abi", "fixedbugs", "dwarf", "stress", "syntax", "internal/runtime/sys", "simd", "codegen"} {
		more, _ := filepath.Glob(filepath.Join(root, dir, "*.go"))
		files = append(files, more...)
	}
	ran, passed, left := 0, 0, 0
	var failures []string
	var s *Session
	defer func() {
		if s != nil {
			s.Close()
		}
	}()
	n := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil || !isRunTest(string(src)) {
			continue
		}
		n++
		if *program != "" && !strings.Contains(file, *program) || *program == "" && !*goroot && n%(12*int(slow)) != 0 {
			continue
		}
		name := strings.TrimPrefix(file, root+"/")
		if why := excluded[name]; why != "" && *program == "" {
			left++
			continue
		}
		if s == nil {
			if s, err = New(protocol.Config{Dir: t.TempDir()}); err != nil {
				t.Fatal(err)
			}
		}
		ran++
		// one program in its own session
		if why := runProgram(s, file, string(src)); why != "" {
			failures = append(failures, name+": "+why)
		} else {
			passed++
		}
		s.Close()
		s = nil
	}
	for _, f := range failures {
		t.Log(f)
	}
	t.Logf("%d of %d programs pass, %d are excluded", passed, ran, left)
	if len(failures) > 0 {
		t.Errorf("%d of %d programs fail", len(failures), ran)
	}
}

func isRunTest(src string) bool {
	for line := range strings.Lines(src) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//go:build") {
			continue
		}
		return line == "// run"
	}
	return false
}

func runProgram(s *Session, file, src string) string {
	r := &recorder{}
	ctx, cancel := context.WithTimeout(context.Background(), slow*60*time.Second)
	defer cancel()
	start := time.Now()
	o := s.Execute(ctx, protocol.Cell{Code: src, Count: 1}, r)
	if o.Err != nil && strings.Contains(o.Err.Value, "with exit code 0") {
		o.Err = nil // the program's own os.Exit(0)
	}
	if o.Err != nil {
		why := o.Err.Name + ": " + o.Err.Value
		if len(o.Err.Traceback) > 0 {
			why += "\n" + ansi.ReplaceAllString(strings.Join(o.Err.Traceback[:min(4, len(o.Err.Traceback))], "\n"), "")
		}
		if time.Since(start) > slow*59*time.Second {
			why = "hangs: " + why
		}
		return why
	}
	want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err != nil {
		return ""
	}
	got := strings.ReplaceAll(r.take(), "stderr: ", "")
	if strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		return fmt.Sprintf("prints %.300q, want %.300q", got, want)
	}
	return ""
}
