//go:build unix

package gonb

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"loupe/display"
)

// TestMain lets the test binary be the client too: gonbui reads its environment
// before anything else runs.
func TestMain(m *testing.M) {
	if os.Getenv("LOUPE_TEST_CLIENT") != "" {
		play(os.Getenv("LOUPE_TEST_CLIENT"))
		return
	}
	os.Exit(m.Run())
}

// play displays as programs written for GoNB do.
func play(kind string) {
	switch kind {
	case "displays":
		gonbui.DisplayHtml("<b>bold</b>")
		gonbui.DisplayMarkdown("# title")
		gonbui.DisplayImage(image.NewGray(image.Rect(0, 0, 2, 2)))
		gonbui.UpdateHtml("id", "first")
		gonbui.UpdateHtml("id", "second")
		gonbui.Sync()
		fmt.Println("synced")
	case "input":
		gonbui.RequestInput("Enter: ", true)
		gonbui.Sync()
	case "unsynced":
		gonbui.DisplayHtml(strings.Repeat("x", 300_000))
	}
}

type recorder struct {
	sync.Mutex
	log []string
}

func (r *recorder) add(format string, args ...any) {
	r.Lock()
	defer r.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *recorder) Show(b display.Bundle, id string, update bool) error {
	for mime, content := range b.Data {
		text := fmt.Sprint(content)
		if len(text) > 20 {
			text = fmt.Sprintf("%s… %d", text[:10], len(text))
		}
		r.add("%s %s %q %v", mime, text, id, update)
	}
	return nil
}
func (r *recorder) Clear(bool) error { return nil }
func (r *recorder) Ask(prompt string, password bool) (string, error) {
	r.add("ask %q %v", prompt, password)
	return "me", nil
}

// run starts a client and returns what it prints.
func run(t *testing.T, s *Server, kind string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOUPE_TEST_CLIENT="+kind)
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	kill := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	if err := cmd.Run(); err != nil {
		t.Fatalf("the client failed: %v\n%s", err, &out)
	}
	return out.String()
}

func TestServe(t *testing.T) {
	r := &recorder{}
	var typed []string
	s, err := Serve("", r, func(line string) { typed = append(typed, line) })
	if err != nil {
		t.Fatal(err)
	}
	if out := run(t, s, "displays"); out != "synced\n" {
		t.Errorf("the client printed %q", out)
	}
	run(t, s, "input")
	s.Flush()
	want := []string{
		`text/html <b>bold</b> "" false`, `text/markdown # title "" false`, `image/png iVBORw0KGg… 96 "" false`,
		`text/html first "id" false`, `text/html second "id" true`, `ask "Enter: " true`,
	}
	r.Lock()
	got := slices.Clone(r.log)
	r.Unlock()
	if len(got) != len(want) {
		t.Fatalf("shown: %q", got)
	}
	for i := range want {
		if got[i] != want[i] && !strings.HasPrefix(got[i], "image/png iVBOR") {
			t.Errorf("shown %q, not %q", got[i], want[i])
		}
	}
	if !slices.Equal(typed, []string{"me"}) {
		t.Errorf("typed %q", typed)
	}
	s.Stop()
	s.Stop()
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the folder of the pipes is left: %v", err)
	}
}

// TestFlush shows what a client that ends without gonbui.Sync has written.
func TestFlush(t *testing.T) {
	r := &recorder{}
	s, err := Serve("", r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	s.Flush() // there is no client
	run(t, s, "unsynced")
	deadline := time.Now().Add(5 * time.Second)
	for s.Flush(); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		r.Lock()
		n := len(r.log)
		r.Unlock()
		if n == 1 {
			return
		}
	}
	t.Errorf("shown: %q", r.log)
}

func TestPermissions(t *testing.T) {
	s, err := Serve("", &recorder{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	for path, want := range map[string]os.FileMode{s.dir: 0o700, s.inPath(): 0o600, s.backPath(): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o", path, got)
		}
	}
}

// TestGarbage keeps the server alive after a client that does not speak gob.
func TestGarbage(t *testing.T) {
	r := &recorder{}
	s, err := Serve("", r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if err := os.WriteFile(s.inPath(), []byte("hello\n"), 0); err != nil {
		t.Fatal(err)
	}
	if out := run(t, s, "displays"); out != "synced\n" {
		t.Errorf("after garbage the client printed %q", out)
	}
}
