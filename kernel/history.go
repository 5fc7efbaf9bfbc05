package kernel

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"loupe/kernel/internal/protocol"
)

// How much of the past is kept.
const (
	historyEntries = 10_000
	historyBytes   = 16 << 20
)

// An entry is one cell in the history, and one line of its file. In the file,
// line 0 says that a session has begun.
type entry struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
	Output  string `json:"output,omitempty"`
}

// history keeps the cells of this session and of former ones, in memory and in
// a file with a JSON value a line.
type history struct {
	mu      sync.Mutex
	session int
	entries []entry // oldest first
	bytes   int     // of the entries
	file    *os.File
}

// openHistory reads the history file. A file that cannot be read or written
// costs the past, nothing else. An empty path keeps the history in memory only.
func openHistory(path string) *history {
	h := &history{session: 1}
	if path == "" {
		return h
	}
	size := h.load(path)
	if len(h.entries) > historyEntries || size > historyBytes {
		h.shrink(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return h
	}
	h.file, _ = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	h.write(entry{Session: h.session}) // takes the number, for kernels that run beside this one
	return h
}

// load reads the file and returns its size; lines that do not parse, as one cut
// off by a crash, are skipped.
func (h *history) load(path string) (size int) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(data) {
		var e entry
		if json.Unmarshal(line, &e) != nil || e.Session <= 0 {
			continue
		}
		h.session = max(h.session, e.Session+1)
		if e.Line > 0 {
			h.entries = append(h.entries, e)
			h.bytes += len(e.Input) + len(e.Output)
		}
	}
	return len(data)
}

// shrink keeps the newer half of what is allowed.
func (h *history) shrink(path string) {
	keep, size := len(h.entries), 0
	for keep > 0 && len(h.entries)-keep < historyEntries/2 && size < historyBytes/2 {
		keep--
		size += len(h.entries[keep].Input) + len(h.entries[keep].Output)
	}
	h.entries, h.bytes = append([]entry(nil), h.entries[keep:]...), size
	temp, err := os.CreateTemp(filepath.Dir(path), "history-*")
	if err != nil {
		return
	}
	defer os.Remove(temp.Name()) // fails, rightly, after the rename
	w := bufio.NewWriter(temp)
	enc := json.NewEncoder(w)
	for _, e := range h.entries {
		enc.Encode(e)
	}
	if w.Flush() == nil && temp.Close() == nil {
		os.Rename(temp.Name(), path)
	}
}

// add appends a cell.
func (h *history) add(line int, input, output string) {
	const longest = 64 << 10
	if len(output) > longest {
		output = output[:longest]
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	e := entry{h.session, line, input, output}
	h.entries = append(h.entries, e)
	h.bytes += len(input) + len(output)
	h.forget()
	h.write(e)
}

// forget drops a tenth of what is allowed, the oldest, when that is exceeded.
func (h *history) forget() {
	if len(h.entries) <= historyEntries && h.bytes <= historyBytes {
		return
	}
	drop := 0
	for left := len(h.entries); left > 0 && (left > historyEntries*9/10 || h.bytes > historyBytes*9/10); left-- {
		h.bytes -= len(h.entries[drop].Input) + len(h.entries[drop].Output)
		drop++
	}
	h.entries = append([]entry(nil), h.entries[drop:]...)
}

// write appends to the file.
func (h *history) write(e entry) {
	if h.file == nil {
		return
	}
	if data, err := json.Marshal(e); err == nil {
		h.file.Write(append(data, '\n')) // in one call, as other kernels append too
	}
}

func (h *history) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return nil
	}
	err := h.file.Close()
	h.file = nil
	return err
}

func (k *kernel) searchHistory(_ context.Context, _ *request, c protocol.HistoryRequest) (any, error) {
	h := k.history
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []entry
	switch c.Access {
	case "range":
		found = h.between(c.Session, c.Start, c.Stop)
	case "search":
		found = last(h.matching(c.Pattern, c.Unique), c.N)
	case "tail":
		found = last(h.entries, c.N)
	default:
		return nil, fmt.Errorf("hist_access_type is %q; it must be range, tail or search", c.Access)
	}
	reply := protocol.HistoryReply{Status: protocol.OK, History: make([][3]any, len(found))}
	for i, e := range found {
		reply.History[i] = [3]any{e.Session, e.Line, e.Input}
		if c.Output {
			reply.History[i][2] = [2]any{e.Input, orNull(e.Output)}
		}
	}
	return reply, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// last returns the n newest entries, all of them if n is nil.
func last(entries []entry, n *int) []entry {
	if n == nil || *n >= len(entries) {
		return entries
	}
	return entries[len(entries)-max(*n, 0):]
}

// between returns the lines start ≤ line < stop of a session: 0 is this one, a
// negative number counts back from it.
func (h *history) between(session, start int, stop *int) (found []entry) {
	if session <= 0 {
		session += h.session
	}
	for _, e := range h.entries {
		if e.Session == session && e.Line >= start && (stop == nil || e.Line < *stop) {
			found = append(found, e)
		}
	}
	return found
}

// matching returns the entries whose input matches a glob; with unique only the
// newest of equal ones.
func (h *history) matching(pattern string, unique bool) (found []entry) {
	if pattern == "" {
		pattern = "*"
	}
	newest := map[string]int{}
	for i, e := range h.entries {
		newest[e.Input] = i
	}
	for i, e := range h.entries {
		if glob(pattern, e.Input) && (!unique || newest[e.Input] == i) {
			found = append(found, e)
		}
	}
	return found
}
