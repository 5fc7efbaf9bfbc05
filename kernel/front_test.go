package kernel

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/wire"
)

// A front is a front-end for tests, over a transport in memory.
type front struct {
	t     *testing.T
	codec *wire.Codec
	wires *wire.Memory
	k     *kernel
	done  chan struct{}
	seen  []*wire.Message
}

func start(t *testing.T, lang constructor) *front {
	t.Helper()
	codec, err := wire.NewCodec("key", "hmac-sha256")
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, codec: codec, wires: wire.NewMemory(), done: make(chan struct{})}
	f.k = newKernel(f.wires, codec, Options{HistoryFile: "-", Log: slog.New(slog.DiscardHandler)}, lang)
	go func() {
		defer close(f.done)
		f.k.run(t.Context())
	}()
	t.Cleanup(func() {
		f.k.shutdown()
		<-f.done
	})
	return f
}

// send sends a request and returns its id.
func (f *front) send(ch wire.Channel, msgType string, content string, buffers ...[]byte) string {
	f.t.Helper()
	m := &wire.Message{Identities: [][]byte{[]byte("me")}, Header: f.codec.NewHeader(msgType), Content: json.RawMessage(content), Buffers: buffers}
	frames, err := f.codec.Encode(m)
	if err != nil {
		f.t.Fatal(err)
	}
	f.wires.Deliver(ch, frames)
	return m.Header.ID
}

func (f *front) execute(code string, options ...string) string {
	f.t.Helper()
	quoted, _ := json.Marshal(code)
	return f.send(wire.Shell, "execute_request", fmt.Sprintf(`{"code":%s,"allow_stdin":true%s}`, quoted, strings.Join(options, "")))
}

// next returns the next message from the kernel.
func (f *front) next() *wire.Message {
	f.t.Helper()
	select {
	case s := <-f.wires.Sent():
		m, err := f.codec.Decode(s.Frames)
		if err != nil {
			f.t.Fatal(err)
		}
		m.Identities = append(m.Identities, []byte(s.Channel.String()))
		f.seen = append(f.seen, m)
		return m
	case <-time.After(5 * time.Second):
		f.t.Fatalf("the kernel says nothing more; so far:\n%s", list(f.seen))
		return nil
	}
}

func parent(m *wire.Message) string {
	var p struct {
		ID string `json:"msg_id"`
	}
	json.Unmarshal(m.Parent, &p)
	return p.ID
}

// until reads up to the idle status of a request, and returns what belongs to it.
func (f *front) until(id string) []*wire.Message {
	f.t.Helper()
	var mine []*wire.Message
	for _, m := range f.seen {
		if parent(m) == id {
			mine = append(mine, m)
		}
	}
	for len(mine) == 0 || !strings.Contains(line(mine[len(mine)-1]), `"idle"`) {
		if m := f.next(); parent(m) == id {
			mine = append(mine, m)
		}
	}
	return mine
}

// await reads up to the first message of a type.
func (f *front) await(msgType string) *wire.Message {
	f.t.Helper()
	for {
		if m := f.next(); m.Header.Type == msgType {
			return m
		}
	}
}

// line spells a message: its type and content.
func line(m *wire.Message) string { return m.Header.Type + " " + string(m.Content) }

func list(messages []*wire.Message) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(line(m) + "\n")
	}
	return b.String()
}

// expect compares all messages of a request, without its busy and idle.
func (f *front) expect(id string, want ...string) {
	f.t.Helper()
	got := f.until(id)
	const busy, idle = `status {"execution_state":"busy"}`, `status {"execution_state":"idle"}`
	want = append(append([]string{busy}, want...), idle)
	if list(got) != strings.Join(want, "\n")+"\n" {
		f.t.Errorf("got\n%swant\n%s", list(got), strings.Join(want, "\n"))
	}
}

func field[T any](t *testing.T, m *wire.Message, name string) T {
	t.Helper()
	var all map[string]json.RawMessage
	var v T
	if err := json.Unmarshal(m.Content, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all[name], &v); err != nil {
		t.Errorf("%s of %s: %v", name, line(m), err)
	}
	return v
}

func reply(t *testing.T, messages []*wire.Message) *wire.Message {
	t.Helper()
	for _, m := range messages {
		if strings.HasSuffix(m.Header.Type, "_reply") {
			return m
		}
	}
	t.Fatalf("no reply among\n%s", list(messages))
	return nil
}
