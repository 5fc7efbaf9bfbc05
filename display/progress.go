package display

import (
	"fmt"
	"html"
	"iter"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// barPause is the least time between two updates of a bar.
const barPause = 200 * time.Millisecond

// Progress counts from 0 to n-1 behind a bar with rate and time left:
//
//	for epoch := range display.Progress(100, "training") { … }
//
// The bar disappears when the loop ends, by break, return or panic too, so that
// a stored notebook holds no timings. With n < 0 it counts without an end in
// sight.
func Progress(n int, label string) iter.Seq[int] {
	return func(yield func(int) bool) {
		bar := NewBar(n, label)
		defer bar.Done()
		for i := 0; i < n || n < 0; i++ {
			if !yield(i) {
				return
			}
			bar.Add(1)
		}
	}
}

// A Bar shows how far something has come that is not a plain loop; for one see
// [Progress]. It is safe for concurrent use.
type Bar struct {
	label string
	total int
	id    string
	start time.Time
	now   func() time.Time

	mu    sync.Mutex
	count int
	shown time.Time
	ended bool
}

var bars atomic.Int64

// NewBar shows a bar for total steps; total < 0 means that nobody knows.
func NewBar(total int, label string) *Bar {
	return newBar(total, label, time.Now)
}

func newBar(total int, label string, now func() time.Time) *Bar {
	b := &Bar{label: label, total: total, id: fmt.Sprintf("progress-%d", bars.Add(1)), now: now}
	b.start = now()
	b.shown = b.start
	b.draw(false)
	return b
}

// Add counts n more steps.
func (b *Bar) Add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count += n
	if now := b.now(); !b.ended && now.Sub(b.shown) >= barPause {
		b.shown = now
		b.draw(true)
	}
}

// Done removes the bar. Further calls do nothing.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.ended = true
	if _, plain := connected().(terminal); plain {
		if interactive() {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
		return
	}
	deliver(Bundle{Data: map[string]any{"text/html": "", "text/plain": ""}}, b.id, true)
}

// draw shows the bar, or shows it anew.
func (b *Bar) draw(update bool) {
	if _, plain := connected().(terminal); plain {
		if interactive() {
			fmt.Fprint(os.Stderr, "\r\x1b[K"+b.text())
		}
		return
	}
	deliver(Bundle{Data: map[string]any{"text/html": b.html(), "text/plain": b.text()}}, b.id, update)
}

func (b *Bar) share() float64 {
	if b.total <= 0 {
		return 0
	}
	return min(max(float64(b.count)/float64(b.total), 0), 1)
}

// status is the words beside the bar: "124 of 200, 31 a second, 2 s left".
func (b *Bar) status() string {
	s := Count(b.count)
	if b.total >= 0 {
		s += " of " + Count(b.total)
	}
	took := b.now().Sub(b.start)
	if b.count <= 0 || took <= 0 {
		return s
	}
	rate := float64(b.count) / took.Seconds()
	if rate >= 1 {
		s += fmt.Sprintf(", %s a second", short(rate))
	} else {
		s += fmt.Sprintf(", %s s each", short(1/rate))
	}
	if left := float64(b.total-b.count) / rate; b.total > b.count {
		s += ", " + duration(left) + " left"
	}
	return s
}

// duration prints seconds as people say them.
func duration(seconds float64) string {
	switch s := int(seconds + 0.5); {
	case s < 1:
		return "less than 1 s"
	case s < 120:
		return fmt.Sprintf("%d s", s)
	case s < 7200:
		return fmt.Sprintf("%d min", (s+30)/60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}

func (b *Bar) text() string {
	const width = 24
	full := int(b.share()*width + 0.5)
	return strings.TrimSpace(fmt.Sprintf("%s %s%s %s", b.label, strings.Repeat("█", full), strings.Repeat("░", width-full), b.status()))
}

func (b *Bar) html() string {
	value := ""
	if b.total > 0 {
		value = fmt.Sprintf(` value="%.3f"`, b.share())
	}
	return fmt.Sprintf(`<div>%s <progress max="1"%s></progress> %s</div>`, html.EscapeString(b.label), value, b.status())
}
