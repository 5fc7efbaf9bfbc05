package session

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

var (
	goroot  = flag.Bool("goroot", false, "run all of Go's own test programs as cells, not a sample")
	program = flag.String("program", "", "run only those of Go's test programs whose path has this in it")
)

// outcome collects stdout and stderr of a program.
type outcome struct {
	recorder
}

// excluded are programs that test the process itself, or the compiler's flags,
// with the reason.
var excluded = map[string]string{}

// TestGoPrograms runs the programs of Go's own test folder as cells, each in
// its own session: a tenth of them, or all with -goroot.
func TestGoPrograms(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(runtime.GOROOT(), "test", "*.go"))
	if err != nil || len(files) == 0 {
		t.Skip("this Go has no test folder")
	}
	for _, dir := range []string{"ken", "chan", "interface", "escape", "typeparam", "abi", "fixedbugs", "dwarf", "stress", "syntax", "internal/runtime/sys", "simd", "codegen"} {
		more, _ := filepath.Glob(filepath.Join(runtime.GOROOT(), "test", dir, "*.go"))
		files = append(files, more...)
	}
	ran, passed := 0, 0
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
		if *program != "" && !strings.Contains(file, *program) || *program == "" && !*goroot && n%20 != 0 {
			continue
		}
		name := strings.TrimPrefix(file, filepath.Join(runtime.GOROOT(), "test")+"/")
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
	t.Logf("%d of %d programs pass", passed, ran)
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
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	start := time.Now()
	o := s.Execute(ctx, protocol.Cell{Code: src, Count: 1}, r)
	if o.Err != nil {
		why := o.Err.Name + ": " + o.Err.Value
		if len(o.Err.Traceback) > 0 {
			why += "\n" + ansi.ReplaceAllString(strings.Join(o.Err.Traceback[:min(4, len(o.Err.Traceback))], "\n"), "")
		}
		if time.Since(start) > 59*time.Second {
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
