//go:build linux && (amd64 || arm64)

package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"loupe/display"
	"loupe/kernel/internal/ipc"
)

// Result shows the value of a cell's last expression. Several values, as a
// call returns them, are shown in one line; a single nil shows nothing.
func Result(values ...any) {
	if len(values) == 1 {
		if values[0] != nil {
			show(display.Render(values[0]))
		}
		return
	}
	var texts []string
	for _, v := range values {
		text, _ := display.Render(v).Data["text/plain"].(string)
		texts = append(texts, text)
	}
	if len(texts) > 0 {
		show(display.Bundle{Data: map[string]any{"text/plain": strings.Join(texts, ", ")}})
	}
}

// ResultErr is Result for a call whose last value is an error: one that is
// not nil fails the cell.
func ResultErr(values ...any) {
	last := values[len(values)-1]
	if err, ok := last.(error); ok && err != nil {
		front{}.Fail(err)
		return
	}
	if rest := values[:len(values)-1]; len(rest) > 0 {
		Result(rest...)
	}
}

func show(b display.Bundle) {
	e, err := encode(b)
	if err != nil {
		panic(err)
	}
	send(ipc.Event{Cell: number(), Result: &e})
	if b.Err != nil {
		front{}.Fail(b.Err)
	}
}

// maxBundle is how many bytes a bundle may have; browsers fail long before.
const maxBundle = 256 << 20

func encode(b display.Bundle) (ipc.Bundle, error) {
	data, err := json.Marshal(b.Data)
	if err != nil {
		return ipc.Bundle{}, fmt.Errorf("display: the bundle cannot be sent as JSON: %w", err)
	}
	metadata := []byte("{}")
	if len(b.Metadata) > 0 {
		if metadata, err = json.Marshal(b.Metadata); err != nil {
			return ipc.Bundle{}, fmt.Errorf("display: the bundle's metadata cannot be sent as JSON: %w", err)
		}
	}
	if n := len(data) + len(metadata); n > maxBundle {
		return ipc.Bundle{}, fmt.Errorf("display: the bundle has %d MB, more than the %d MB that can be shown: save it to a file instead", n>>20, maxBundle>>20)
	}
	return ipc.Bundle{Data: data, Metadata: metadata}, nil
}

// front is the display.Front of notebooks.
type front struct{}

// Context is cancelled when the cell that the goroutine belongs to is
// interrupted.
func (front) Context() context.Context {
	if c := owner(); c != nil {
		c.listens.Store(true)
		return c.ctx
	}
	return context.Background()
}

// Fail makes the cell fail when it has ended.
func (front) Fail(err error) {
	if c := owner(); c != nil {
		c.failed.CompareAndSwap(nil, &err)
	}
}

func (front) Show(b display.Bundle, id string, update bool) error {
	e, err := encode(b)
	if err != nil {
		return err
	}
	send(ipc.Event{Cell: number(), Show: &ipc.Show{Bundle: e, ID: id, Update: update}})
	return nil
}

func (front) Clear(wait bool) error {
	send(ipc.Event{Cell: number(), Clear: &ipc.Clear{Wait: wait}})
	return nil
}

func (front) Ask(prompt string, password bool) (string, error) {
	return ask(prompt, password)
}

// ask reads a line from the user through the kernel.
func ask(prompt string, password bool) (string, error) {
	c := owner()
	if c == nil || !c.allowStdin {
		return "", errors.New("this front-end does not allow input from cells (allow_stdin is false)")
	}
	select { // an answer that came too late for an interrupted cell
	case <-process.input:
	default:
	}
	send(ipc.Event{Cell: c.number, Ask: &ipc.Ask{Prompt: prompt, Password: password}})
	in := <-process.input
	if in.Err != "" {
		return "", errors.New(in.Err)
	}
	return in.Text, nil
}
