package kernel

import (
	"context"
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"loupe/kernel/internal/protocol"
)

// Small writes are sent together: after streamDelay, when streamChunk bytes
// have come together, or before the cell's next message.
const (
	streamDelay = 15 * time.Millisecond
	streamChunk = 64 << 10
)

// An output turns what a cell produces into messages, in order. It outlives its
// cell, for goroutines that go on printing.
type output struct {
	ctx     context.Context // ends with the cell
	request *request
	cell    protocol.Cell

	mu     sync.Mutex
	name   string // of the stream whose text is pending
	text   []byte
	timer  *time.Timer
	result string // the text/plain of the cell's value
}

func newOutput(ctx context.Context, r *request, cell protocol.Cell) *output {
	return &output{ctx: ctx, request: r, cell: cell}
}

// Stream implements [protocol.Output].
func (o *output) Stream(name, text string) {
	if o.cell.Silent || text == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if name != o.name {
		o.flush(true)
		o.name = name
	}
	o.text = append(o.text, text...)
	if len(o.text) >= streamChunk {
		o.flush(false)
	} else if o.timer == nil {
		o.timer = time.AfterFunc(streamDelay, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.flush(false)
		})
	}
}

// flush sends the pending text. Unless all is to be sent, it keeps back a rune
// whose last bytes have not come yet. It is called with the lock held.
func (o *output) flush(all bool) {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	n := len(o.text)
	if !all {
		n -= incomplete(o.text)
	}
	if n == 0 {
		return
	}
	o.publish("stream", protocol.Stream{Name: o.name, Text: string(o.text[:n])})
	o.text = append(o.text[:0], o.text[n:]...)
}

// incomplete counts the bytes at the end that begin a rune without ending it.
func incomplete(text []byte) int {
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		b := text[len(text)-i]
		if !utf8.RuneStart(b) {
			continue
		}
		if !utf8.FullRune(text[len(text)-i:]) {
			return i
		}
		return 0
	}
	return 0
}

// end sends what is pending at once: the cell has ended.
func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush(true)
}

// ordered sends a message after the text that was written before it.
func (o *output) ordered(msgType string, content any) {
	if o.cell.Silent {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush(true)
	o.publish(msgType, content)
}

func (o *output) publish(msgType string, content any) {
	o.request.kernel.publish(o.request, msgType, content)
}

// Display implements [protocol.Output].
func (o *output) Display(b protocol.Bundle, id string, update bool) {
	msgType := "display_data"
	if update {
		msgType = "update_display_data"
	}
	o.ordered(msgType, protocol.DisplayData{Bundle: filled(b), Transient: protocol.Transient{DisplayID: id}})
}

// Result implements [protocol.Output].
func (o *output) Result(b protocol.Bundle) {
	o.mu.Lock()
	o.result, _ = b.Data["text/plain"].(string)
	o.mu.Unlock()
	o.ordered("execute_result", protocol.ExecuteResult{ExecutionCount: o.cell.Count, Bundle: filled(b)})
}

func (o *output) resultText() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.result
}

// Clear implements [protocol.Output].
func (o *output) Clear(wait bool) {
	o.ordered("clear_output", protocol.ClearOutput{Wait: wait})
}

// Ask implements [protocol.Output].
func (o *output) Ask(ctx context.Context, prompt string, password bool) (string, error) {
	if !o.cell.AllowStdin {
		return "", errors.New("this front-end lets no cell ask for input (it sent allow_stdin = false); give the value in the code")
	}
	o.mu.Lock()
	o.flush(true)
	o.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(o.ctx, cancel)()
	return o.request.kernel.ask(ctx, o.request, protocol.InputRequest{Prompt: prompt, Password: password})
}
