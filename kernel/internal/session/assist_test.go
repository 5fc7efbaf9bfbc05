package session

import (
	"context"
	"slices"
	"strings"
	"testing"

	"loupe/kernel/internal/protocol"
)

// TestAssist asks a session with values for completions and documentation.
func TestAssist(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	code := "type vector struct{ X, Y float64 }\nfunc (v vector) Norm() float64 { return math.Hypot(v.X, v.Y) }\nvelocity := vector{3, 4}"
	if o := s.Execute(context.Background(), protocol.Cell{Code: code, Count: 1}, r); o.Err != nil {
		t.Fatal(o.Err)
	}
	for _, c := range []struct{ code, want string }{
		{"velo", "velocity"}, {"velocity.No", "Norm"}, {"strings.ToUp", "ToUpper"}, {"import \"net/ht", "net/http"}, {"x := velocity.", "X"},
	} {
		got := s.Complete(c.code, len(c.code))
		if !slices.ContainsFunc(got.Matches, func(m protocol.Match) bool { return strings.Trim(m.Text, `"`) == c.want }) {
			t.Errorf("%q completes to %v, want %s among them", c.code, got.Matches, c.want)
		}
	}
	for _, c := range []struct{ code, want string }{{"velocity.Norm", "float64"}, {"strings.ToUpper", "upper case"}, {"display.HTML", "HTML"}} {
		got := s.Inspect(c.code, len(c.code), 0)
		if text, _ := got.Data["text/plain"].(string); !got.Found || !strings.Contains(text, c.want) {
			t.Errorf("%q is documented as %q, want %q in it", c.code, text, c.want)
		}
	}
	if got := s.IsComplete("func f() {"); got.Status != "incomplete" {
		t.Errorf("an open function is %q", got.Status)
	}
}
