package session

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"unicode/utf8"

	"loupe/kernel/internal/protocol"
)

// A cell may print more than a front-end can show and a notebook should store.
// What goes beyond a limit goes to a file.

const (
	// outputVariable sets how many bytes of text a cell may show, with a suffix
	// K, M or G; 0 is no limit.
	outputVariable = "LOUPE_OUTPUT"
	outputLimit    = 8 << 20
	// showFactor is how much more a cell may show in displays, which are
	// pictures for the most part.
	showFactor = 16
	// pieceCost is what a piece of output costs beside its bytes.
	pieceCost = 256
	// surplusLimit is how much a file takes; what goes beyond it is dropped.
	surplusLimit = 1 << 30
	// tailBytes is how much of the end is shown when the cell ends.
	tailBytes = 4 << 10
)

func outputBytes() int64 {
	if n, ok := parseBytes(os.Getenv(outputVariable)); ok {
		return int64(n)
	}
	return outputLimit
}

// A bounded output passes on what a cell shows, up to a limit.
type bounded struct {
	protocol.Output
	limit int64
	path  string // of the file for the rest; "" drops it

	mu      sync.Mutex
	stream  string // the last piece's
	text    int64  // cost of what was printed
	shown   int64  // cost of what was displayed
	dropped int    // displays
	ended   bool   // the cell, not what its goroutines print
	rest    surplus
}

// A surplus is what was printed beyond the limit.
type surplus struct {
	bytes, lines int64
	tail         []byte
	path         string // of the file; "" drops it
	file         *os.File
	stored       int64
	err          error // why the file does not have all of it
	ended        bool  // the file is opened only to write
}

// bound limits an output as the environment says.
func (s *Session) bound(out protocol.Output, number int) *bounded {
	b := &bounded{Output: out, limit: outputBytes()}
	if b.limit == 0 {
		b.limit = math.MaxInt64 / (2 * showFactor)
	}
	if !s.config.Batch {
		b.path = filepath.Join(s.tmp, fmt.Sprintf("output-%d.txt", number))
	}
	return b
}

// Stream implements [protocol.Output].
func (b *bounded) Stream(name, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if name != b.stream {
		b.stream = name
		b.text += pieceCost
	}
	room := max(0, b.limit-b.text)
	b.text += int64(len(text))
	if int64(len(text)) <= room {
		b.Output.Stream(name, text)
		return
	}
	cut := int(room)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	if b.rest.bytes == 0 {
		b.Output.Stream(name, text[:cut])
		b.rest = surplus{path: b.path, ended: b.ended}
		b.rest.open(os.O_TRUNC)
		b.Output.Stream("stderr", b.notice())
		text = text[cut:]
	}
	b.rest.add(text)
}

// notice says, where the text breaks off, where it goes on.
func (b *bounded) notice() string {
	where := "is dropped"
	switch {
	case b.path != "" && b.rest.err == nil:
		where = "goes to " + b.path + ", as long as this kernel runs"
	case b.rest.err != nil:
		where = fmt.Sprintf("is dropped (%v)", b.rest.err)
	}
	return fmt.Sprintf("\nloupe: this cell has printed %s, the rest %s. %s sets another limit.\n", size(b.limit), where, outputVariable)
}

// Display implements [protocol.Output]. An update takes the place of something
// and is always shown.
func (b *bounded) Display(bundle protocol.Bundle, id string, update bool) {
	if !update && !b.mayShow(bundle) {
		return
	}
	b.Output.Display(bundle, id, update)
}

func (b *bounded) mayShow(bundle protocol.Bundle) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit := showFactor * b.limit
	if b.dropped == 0 {
		b.shown += cost(bundle)
	}
	if b.shown <= limit {
		return true
	}
	b.dropped++
	if b.dropped == 1 {
		b.Output.Stream("stderr", fmt.Sprintf("\nloupe: this cell has displayed %s, what it displays from here on is dropped. %s sets another limit; display.Clear makes room.\n", size(limit), outputVariable))
	}
	return false
}

// cost is about how many bytes a bundle has.
func cost(bundle protocol.Bundle) int64 {
	n := int64(pieceCost)
	for _, v := range bundle.Data {
		if text, ok := v.(string); ok {
			n += int64(len(text))
			continue
		}
		n += pieceCost
	}
	return n
}

// Clear implements [protocol.Output]: what is gone counts no more.
func (b *bounded) Clear(wait bool) {
	b.mu.Lock()
	b.stream, b.text, b.shown, b.dropped = "", 0, 0, 0
	b.rest.close()
	b.rest = surplus{}
	b.mu.Unlock()
	b.Output.Clear(wait)
}

// end shows how much was left out, and its last lines. What goroutines print
// later counts on.
func (b *bounded) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended, b.rest.ended = true, true
	b.rest.close()
	if b.dropped > 0 {
		b.Output.Stream("stderr", fmt.Sprintf("loupe: %d displays were left out.\n", b.dropped))
	}
	if b.rest.bytes == 0 {
		return
	}
	text := fmt.Sprintf("loupe: %s in %d lines were left out", size(b.rest.bytes), b.rest.lines)
	if b.rest.err != nil {
		text += fmt.Sprintf("; of them %s has %s: %v", b.path, size(b.rest.stored), b.rest.err)
	}
	tail := b.rest.tail
	if i := bytes.IndexByte(tail, '\n'); i >= 0 && i+1 < len(tail) && int64(len(tail)) < b.rest.bytes {
		tail = tail[i+1:]
	}
	b.Output.Stream("stderr", text+". The last of them:\n")
	b.Output.Stream("stdout", string(bytes.ToValidUTF8(tail, nil)))
}

func (s *surplus) open(mode int) {
	if s.path != "" {
		s.file, s.err = os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY|mode, 0o600)
	}
}

func (s *surplus) add(text string) {
	s.bytes += int64(len(text))
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines++
		}
	}
	s.keepTail(text)
	if s.path == "" || s.err != nil {
		return
	}
	if s.stored+int64(len(text)) > surplusLimit {
		s.err = fmt.Errorf("a file takes %s", size(surplusLimit))
		return
	}
	if s.file == nil {
		if s.open(os.O_APPEND); s.err != nil {
			return
		}
	}
	n, err := s.file.WriteString(text)
	s.stored += int64(n)
	s.err = err
	if s.ended {
		s.close()
	}
}

func (s *surplus) keepTail(text string) {
	s.tail = append(s.tail, text[max(0, len(text)-tailBytes):]...)
	if extra := len(s.tail) - tailBytes; extra > tailBytes {
		s.tail = append([]byte(nil), s.tail[extra:]...)
	}
}

func (s *surplus) close() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// size spells bytes in the unit that people count in.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
