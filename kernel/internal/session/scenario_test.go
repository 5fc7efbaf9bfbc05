package session

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/protocol"
)

var update = flag.Bool("update", false, "write what the scenarios print into their files")

var libraries = flag.Bool("libraries", false, "run the notebooks that use other people's modules")

// recorder collects what cells show as text.
type recorder struct {
	mu     sync.Mutex
	b      strings.Builder
	stream string
	input  []string
}

func (r *recorder) write(stream, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stream != stream && r.b.Len() > 0 && !strings.HasSuffix(r.b.String(), "\n") {
		r.b.WriteString("\n")
	}
	if stream != "stdout" && (r.stream != stream || stream == "result") {
		r.b.WriteString(stream + ": ")
	}
	r.stream = stream
	r.b.WriteString(text)
}

// seen is a bundle's text, or what it has instead.
func seen(b protocol.Bundle) string {
	for _, mime := range []string{"text/plain", "text/markdown", "text/html"} {
		if text, ok := b.Data[mime]; ok {
			return fmt.Sprintln(text)
		}
	}
	return fmt.Sprintln(b.Data)
}

func (r *recorder) Stream(name, text string) { r.write(name, text) }
func (r *recorder) Display(b protocol.Bundle, id string, update bool) {
	what := "display"
	if update {
		what = "update " + id
	}
	r.write(what, seen(b))
}
func (r *recorder) Result(b protocol.Bundle) { r.write("result", seen(b)) }
func (r *recorder) Clear(wait bool)          { r.write("clear", fmt.Sprintln(wait)) }
func (r *recorder) Ask(_ context.Context, prompt string, password bool) (string, error) {
	r.write("ask", fmt.Sprintf("%q %v\n", prompt, password))
	if len(r.input) == 0 {
		return "", fmt.Errorf("no more input")
	}
	line := r.input[0]
	r.input = r.input[1:]
	return line, nil
}

func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := r.b.String()
	r.b.Reset()
	r.stream = ""
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestScenarios runs the notebooks in testdata: cells, and what each shows.
// A scenario's comment may hold settings: "input: text" answers questions,
// "interrupt: 3 50ms" interrupts cell 3 after that time, "brief" leaves out where
// a cell failed.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios in testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScenario(t, file) })
	}
}

// TestLibraries runs notebooks that use modules of others, with -libraries:
// those that are not cached have to be downloaded and compiled.
func TestLibraries(t *testing.T) {
	if !*libraries {
		t.Skip("run by make libraries: it downloads and compiles other people's modules for minutes")
	}
	files, err := filepath.Glob("testdata/libraries/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios in testdata/libraries", err)
	}
	patience = 10 * time.Minute
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScenario(t, file) })
	}
}

// slow is how many times longer than elsewhere things may take.
var slow = func() time.Duration {
	if os.Getenv("LOUPE_EXEC") != "" { // workers run in an emulator
		return 5
	}
	return 1
}()

// patience is how long a cell of a scenario may take.
var patience = slow * time.Minute

func runScenario(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	home := dir // the notebook's folder
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, "dir "); ok {
			home = filepath.Join(dir, name)
		}
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := New(protocol.Config{Dir: home})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	interrupts, brief := map[string]time.Duration{}, false
	for line := range strings.Lines(string(a.Comment)) {
		if in, ok := strings.CutPrefix(line, "input: "); ok {
			r.input = append(r.input, strings.TrimSuffix(in, "\n"))
		}
		brief = brief || line == "brief\n"
		var name, after string
		if n, _ := fmt.Sscanf(line, "interrupt: %s %s", &name, &after); n == 2 {
			d, err := time.ParseDuration(after)
			if err != nil {
				t.Fatal(err)
			}
			interrupts[name] = slow * d
		}
	}
	var got txtar.Archive
	got.Comment = a.Comment
	want := map[string]string{}
	number := 0
	for _, f := range a.Files {
		kind, name, _ := strings.Cut(f.Name, " ")
		switch kind {
		case "want":
			want[name] = string(f.Data)
			continue
		case "file":
			to := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, f.Data, 0o600)); err != nil {
				t.Fatal(err)
			}
			got.Files = append(got.Files, f)
			continue
		case "dir":
			got.Files = append(got.Files, f)
			continue
		}
		number++
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if d, ok := interrupts[name]; ok {
			time.AfterFunc(d, cancel)
		}
		o := s.Execute(ctx, protocol.Cell{Code: strings.TrimSuffix(string(f.Data), "\n"), Count: number, AllowStdin: true}, r)
		cancel()
		text := building.ReplaceAllString(waiting.ReplaceAllString(r.take(), ""), "")
		if o.Err != nil && brief {
			text += "error: " + o.Err.Name + "\n"
		} else if o.Err != nil {
			text += "error: " + o.Err.Name + ": " + o.Err.Value + "\n"
			for _, line := range strings.Split(strings.Join(o.Err.Traceback, "\n"), "\n") {
				text += "    " + strings.ReplaceAll(strings.TrimRight(line, " "), dir, "$DIR") + "\n"
			}
		}
		text = goFile.ReplaceAllString(ansi.ReplaceAllString(text, ""), "$1$2")
		got.Files = append(got.Files, txtar.File{Name: f.Name, Data: f.Data}, txtar.File{Name: "want " + name, Data: []byte(text)})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, f := range got.Files {
		name, ok := strings.CutPrefix(f.Name, "want ")
		if ok && want[name] != string(f.Data) {
			t.Errorf("cell %s\n--- shows\n%s--- should show\n%s", name, f.Data, want[name])
		}
	}
}

// waiting is what a cell says while a package is compiled, and takes back.
var waiting = regexp.MustCompile(`stderr: (loupe: compiling .*\n)+clear: false\n`)

// building is what the building of a worker says.
var building = regexp.MustCompile(`loupe: (?:writing the sources|compiling the standard|linking the|reading the worker).*\n`)

// goFile is a place in a library, whose line numbers depend on its version.
var goFile = regexp.MustCompile(`( in )\S*/([^/\s]+\.(?:go|s)):\d+`)

// TestMain builds the worker first, so that no scenario shows that.
func TestMain(m *testing.M) {
	flag.Parse()
	tc, err := build.FindToolchain(context.Background())
	if err == nil {
		_, err = build.Prepare(context.Background(), tc, build.Options{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if dir := os.Getenv(killedKernel); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}
