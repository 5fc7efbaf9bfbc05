package notebook

import (
	"maps"
	"strings"
	"sync"
)

// A Recorder stores what cells show as Jupyter would store it: texts of a stream
// run together, updates go to what they update, cleared outputs are gone. It is
// safe for concurrent use.
type Recorder struct {
	mu       sync.Mutex
	displays map[string][]Output // by display id, in all cells
}

// NewRecorder returns a Recorder for one run of a notebook.
func NewRecorder() *Recorder { return &Recorder{displays: map[string][]Output{}} }

// A Track records one cell.
type Track struct {
	recorder *Recorder
	cell     *Cell
	clear    bool // when the next output comes
}

// Track begins a cell: its old outputs are gone.
func (r *Recorder) Track(c *Cell, count int) *Track {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Outputs, c.Count = nil, count
	return &Track{recorder: r, cell: c}
}

func (t *Track) add(o Output) {
	if t.clear {
		t.cell.Outputs, t.clear = nil, false
	}
	t.cell.Outputs = append(t.cell.Outputs, o)
}

// Stream records text on stdout or stderr.
func (t *Track) Stream(name, text string) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	if n := len(t.cell.Outputs); n > 0 && !t.clear {
		last := t.cell.Outputs[n-1]
		if b, ok := last["text"].(*strings.Builder); ok && last["name"] == name {
			b.WriteString(text)
			return
		}
	}
	b := new(strings.Builder)
	b.WriteString(text)
	t.add(Output{"output_type": "stream", "name": name, "text": b})
}

// Display records a bundle under an id ("" for none).
func (t *Track) Display(data, metadata map[string]any, id string) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	o := Output{"output_type": "display_data", "data": filled(data), "metadata": filled(metadata)}
	t.add(o)
	if id != "" {
		t.recorder.displays[id] = append(t.recorder.displays[id], o)
	}
}

// Update replaces what is shown under an id, in whichever cell.
func (t *Track) Update(data, metadata map[string]any, id string) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	for _, o := range t.recorder.displays[id] {
		o["data"], o["metadata"] = filled(data), filled(metadata)
	}
}

// Result records the value of the cell.
func (t *Track) Result(data, metadata map[string]any) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	t.add(Output{
		"output_type": "execute_result", "execution_count": t.cell.Count,
		"data": filled(data), "metadata": filled(metadata),
	})
}

// Clear removes the cell's outputs; with wait, when the next one comes.
func (t *Track) Clear(wait bool) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	t.clear = wait
	if !wait {
		t.cell.Outputs = nil
	}
}

// Error records the cell's error.
func (t *Track) Error(name, value string, traceback []string) {
	t.recorder.mu.Lock()
	defer t.recorder.mu.Unlock()
	t.add(Output{"output_type": "error", "ename": name, "evalue": value, "traceback": traceback})
}

// Finish takes away the displays that were updated to nothing, such as a
// progress bar that has ended. The notebook can be written afterwards; what
// comes later is lost.
func (r *Recorder) Finish(n *Notebook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range n.Cells {
		var kept []Output
		for _, o := range c.Outputs {
			o = maps.Clone(o) // a goroutine may still write to the old one
			if b, ok := o["text"].(*strings.Builder); ok {
				o["text"] = b.String()
			}
			if o["output_type"] != "display_data" || !isEmpty(o["data"]) {
				kept = append(kept, o)
			}
		}
		c.Outputs = kept
	}
}

func isEmpty(data any) bool {
	values, _ := data.(map[string]any)
	for _, v := range values {
		if v != "" && v != nil {
			return false
		}
	}
	return true
}

func filled(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
