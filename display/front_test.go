package display

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorder is a Front that writes down what it is told.
type recorder struct {
	log     []string
	failed  error
	context context.Context
}

func (r *recorder) Show(b Bundle, id string, update bool) error {
	r.log = append(r.log, fmt.Sprintf("show %q %v %v", id, update, b.Data["text/plain"]))
	return nil
}
func (r *recorder) Clear(wait bool) error {
	r.log = append(r.log, fmt.Sprintf("clear %v", wait))
	return nil
}
func (r *recorder) Ask(prompt string, password bool) (string, error) {
	return fmt.Sprintf("%s %v", prompt, password), nil
}
func (r *recorder) Context() context.Context { return r.context }
func (r *recorder) Fail(err error)           { r.failed = err }

func record(t *testing.T) *recorder {
	r := &recorder{}
	before := Connect(r)
	t.Cleanup(func() { Connect(before) })
	return r
}

func TestShow(t *testing.T) {
	r := record(t)
	Show(1, "two")
	ShowAs("loss", 0.5)
	Update("loss", 0.25)
	Clear()
	Clear(true)
	want := []string{
		`show "" false 1`, `show "" false "two"`, `show "loss" false 0.5`, `show "loss" true 0.25`,
		"clear false", "clear true",
	}
	if !slices.Equal(r.log, want) {
		t.Errorf("got %q", r.log)
	}
	if s, _ := Ask("name?"); s != "name? false" {
		t.Errorf("Ask: %q", s)
	}
	if s, _ := AskPassword("secret?"); s != "secret? true" {
		t.Errorf("AskPassword: %q", s)
	}
	if Update("", 1) == nil || ShowAs("", 1) == nil {
		t.Error("an empty id is accepted")
	}
}

func TestFail(t *testing.T) {
	r := record(t)
	if err := Show(undrawable{}); err == nil || r.failed == nil || !errors.Is(err, r.failed) {
		t.Errorf("Show returned %v, the cell failed with %v", err, r.failed)
	}
}

func TestContext(t *testing.T) {
	r := record(t)
	type key struct{}
	r.context = context.WithValue(context.Background(), key{}, 1)
	if Context().Value(key{}) != 1 {
		t.Error("the front's context is not used")
	}
}

func TestProgress(t *testing.T) {
	r := record(t)
	sum := 0
	for i := range Progress(5, "adding") {
		sum += i
		if i == 3 {
			break
		}
	}
	if sum != 6 {
		t.Errorf("the loop saw a sum of %d", sum)
	}
	first, last := r.log[0], r.log[len(r.log)-1]
	if !strings.HasSuffix(first, "adding "+strings.Repeat("░", 24)+" 0 of 5") || !strings.HasSuffix(last, "true ") {
		t.Errorf("the bar was shown as %q", r.log)
	}
}

// TestBarPace advances a clock by 10 ms a step: at most five updates a second.
func TestBarPace(t *testing.T) {
	r := record(t)
	now := time.Unix(0, 0)
	b := newBar(1000, "steps", func() time.Time { return now })
	for range 1000 {
		now = now.Add(10 * time.Millisecond)
		b.Add(1)
	}
	b.Done()
	b.Done()
	b.Add(1)
	if n := len(r.log); n != 52 {
		t.Errorf("%d outputs in ten seconds, not 1 + 50 + 1", n)
	}
	if want := "240 of 1,000, 100 a second, 8 s left"; !strings.Contains(r.log[12], want) {
		t.Errorf("after 2.4 s: %q", r.log[12])
	}
}

func TestBytes(t *testing.T) {
	for b, want := range map[Bytes]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1 kB", 1536: "1.54 kB",
		999_999: "1 MB", 123_456_789: "123 MB", -5_000_000_000: "-5 GB", 1 << 62: "4.61 EB"} {
		if got := b.String(); got != want {
			t.Errorf("Bytes(%d) = %q, not %q", int64(b), got, want)
		}
	}
}
