package kernel

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

func TestSurvivesBrokenMessages(t *testing.T) {
	f := start(t, newFake)
	if line(f.next()) != `status {"execution_state":"starting"}` {
		t.Error("no starting status")
	}
	for _, ch := range []wire.Channel{wire.Shell, wire.Control, wire.Stdin} {
		f.wires.Deliver(ch, nil)
		f.wires.Deliver(ch, [][]byte{[]byte("x"), []byte("<IDS|MSG>"), []byte("bad"), []byte("{}"), []byte("{}"), []byte("{}"), []byte("{}")})
		f.send(ch, "no_such_request", "{}")
	}
	f.send(wire.Stdin, "input_reply", `{"value":1}`)
	// A content of the wrong type is answered: somebody waits for it.
	bad := f.until(f.send(wire.Shell, "execute_request", `{"code":7}`))
	if s := field[string](t, reply(t, bad), "evalue"); !strings.Contains(s, "execute_request") {
		t.Errorf("evalue %s", s)
	}
	f.expect(f.execute("print on"), `execute_input {"code":"print on","execution_count":1}`, `stream {"name":"stdout","text":"on\n"}`, okay("1"))
}

func TestPanicsAreContained(t *testing.T) {
	f := start(t, newFake)
	if s := field[string](t, reply(t, f.until(f.execute("panic oops"))), "evalue"); !strings.Contains(s, "oops") {
		t.Errorf("evalue %s", s)
	}
	k := f.k
	content := k.call(t.Context(), route{call: func(context.Context, *request) (any, error) { panic("handler") }}, &request{kernel: k, message: &wire.Message{}})
	if e, ok := content.(protocol.ErrorReply); !ok || !strings.Contains(e.Value, "handler") {
		t.Errorf("%+v", content)
	}
}

func TestLanguageThatCannotStart(t *testing.T) {
	f := start(t, noLanguage)
	f.until(f.send(wire.Shell, "kernel_info_request", "{}"))
	got := list(f.until(f.execute("print x")))
	if !strings.Contains(got, `error {"ename":"StartError","evalue":"no toolchain found"`) {
		t.Error(got)
	}
	if s := field[string](t, reply(t, f.until(f.send(wire.Shell, "complete_request", `{"code":"p","cursor_pos":1}`))), "status"); s != "error" {
		t.Errorf("status %s", s)
	}
}

func TestIntrospection(t *testing.T) {
	f := start(t, newFake)
	f.expect(f.send(wire.Shell, "complete_request", `{"code":"🙂 pa rest","cursor_pos":4}`),
		`complete_reply {"status":"ok","matches":["panic","password"],"cursor_start":2,"cursor_end":4,"metadata":{"_jupyter_types_experimental":[{"text":"panic","type":"function","start":2,"end":4,"signature":"(text)"},{"text":"password","type":"function","start":2,"end":4,"signature":"(text)"}]}}`)
	f.expect(f.send(wire.Shell, "complete_request", `{"code":"zz","cursor_pos":99}`),
		`complete_reply {"status":"ok","matches":[],"cursor_start":0,"cursor_end":2,"metadata":{"_jupyter_types_experimental":[]}}`)
	f.expect(f.send(wire.Shell, "inspect_request", `{"code":"print","cursor_pos":2,"detail_level":1}`),
		`inspect_reply {"status":"ok","found":true,"data":{"text/plain":"print at 2 detail 1"},"metadata":{}}`)
	f.expect(f.send(wire.Shell, "inspect_request", `{"code":"x","cursor_pos":0}`),
		`inspect_reply {"status":"ok","found":false,"data":{},"metadata":{}}`)
	f.expect(f.send(wire.Shell, "is_complete_request", `{"code":"f("}`), `is_complete_reply {"status":"incomplete","indent":"\t"}`)
	f.expect(f.send(wire.Shell, "is_complete_request", `{"code":"f"}`), `is_complete_reply {"status":"complete"}`)
	f.expect(f.send(wire.Shell, "is_complete_request", `{"code":"]"}`), `is_complete_reply {"status":"invalid"}`)
}

func TestKernelInfo(t *testing.T) {
	f := start(t, newFake)
	m := reply(t, f.until(f.send(wire.Shell, "kernel_info_request", "{}")))
	if v := field[string](t, m, "protocol_version"); v != "5.4" {
		t.Errorf("protocol_version %s", v)
	}
	if features := field[[]string](t, m, "supported_features"); features == nil {
		t.Error("supported_features is null")
	}
	if info := field[protocol.LanguageInfo](t, m, "language_info"); info.Name != "go" || info.FileExtension != ".go" {
		t.Errorf("language_info %+v", info)
	}
}

func TestComms(t *testing.T) {
	f := start(t, newFake)
	f.expect(f.send(wire.Shell, "comm_open", `{"comm_id":"x","target_name":"unknown","data":{}}`), `comm_close {"comm_id":"x","data":{}}`)
	f.expect(f.send(wire.Shell, "comm_open", `{"comm_id":"k","target_name":"known","data":{}}`))
	got := f.until(f.send(wire.Shell, "comm_msg", `{"comm_id":"k","data":{"a":1}}`, []byte{0, 255}))
	if line(got[1]) != `comm_msg {"comm_id":"k","data":{"echo":{"a":1}}}` || string(got[1].Buffers[0]) != "\x00\xff" {
		t.Errorf("%s with %v", line(got[1]), got[1].Buffers)
	}
	f.until(f.execute("comm widget"))
	f.expect(f.send(wire.Shell, "comm_info_request", `{"target_name":"widget"}`), `comm_info_reply {"status":"ok","comms":{"c1":{"target_name":"widget"}}}`)
	f.expect(f.send(wire.Shell, "comm_close", `{"comm_id":"k","data":{}}`))
	f.expect(f.send(wire.Shell, "comm_msg", `{"comm_id":"k","data":{}}`))
	f.expect(f.send(wire.Control, "comm_info_request", `{}`), `comm_info_reply {"status":"ok","comms":{"c1":{"target_name":"widget"}}}`)
	if lang := f.k.language.started().(*fake); len(lang.heard) != 1 {
		t.Errorf("heard %v", lang.heard)
	}
}

func TestWelcome(t *testing.T) {
	f := start(t, newFake)
	f.wires.Deliver(wire.IOPub, [][]byte{{}})
	if m := f.await("iopub_welcome"); line(m) != `iopub_welcome {"subscription":""}` || len(m.Identities[0]) != 0 {
		t.Errorf("%s under %q", line(m), m.Identities)
	}
}

func TestHistoryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "history.jsonl")
	h := openHistory(path)
	h.add(1, "a := 1", "")
	h.add(2, "a", "1")
	h.close()
	file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	file.WriteString(`{"session":1,"line":3,"inp`) // cut off by a crash
	file.WriteString("\n")
	file.Close()

	h = openHistory(path)
	defer h.close()
	h.add(1, "b[1] = 2", "")
	if h.session != 2 || len(h.entries) != 3 {
		t.Fatalf("session %d, %d entries", h.session, len(h.entries))
	}
	two := 2
	for name, found := range map[string][]entry{
		"a := 1,a":   h.between(-1, 0, nil),
		"a := 1":     h.between(1, 1, &two),
		"b[1] = 2":   h.matching("b[?]*", false),
		"a,b[1] = 2": last(h.entries, &two),
	} {
		var got []string
		for _, e := range found {
			got = append(got, e.Input)
		}
		if strings.Join(got, ",") != name {
			t.Errorf("%q, want %q", got, name)
		}
	}
	h.add(2, "a", "")
	if n := len(h.matching("a*", true)); n != 2 {
		t.Errorf("%d unique matches", n)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	h := openHistory(path)
	for i := range historyEntries + 50 {
		h.add(i, "x", "")
	}
	if n := len(h.entries); n > historyEntries {
		t.Errorf("%d entries in memory", n)
	}
	h.close()
	h = openHistory(path)
	defer h.close()
	if n := len(h.entries); n != historyEntries/2 {
		t.Errorf("%d entries after shrinking", n)
	}
	big := openHistory("")
	text := strings.Repeat("x", 1<<20)
	for i := range 50 {
		big.add(i, text, "")
	}
	if n := len(big.entries); n == 0 || n > historyBytes>>20 || big.entries[n-1].Line != 49 {
		t.Errorf("%d cells of 1 MB in memory", n)
	}
}

func TestQueueIsBounded(t *testing.T) {
	q := newQueue()
	big := &wire.Message{Content: make([]byte, queueBytes/2)}
	var added atomic.Int32
	go func() {
		for range 10 {
			q.add(big)
			added.Add(1)
		}
	}()
	time.Sleep(20 * time.Millisecond)
	if n := added.Load(); n > 3 {
		t.Errorf("%d messages of %d MB are waiting", n, queueBytes>>21)
	}
	for range 10 {
		if _, _, ok := q.next(); !ok {
			t.Fatal("the queue ends")
		}
	}
}

func TestLiterals(t *testing.T) {
	for in, want := range map[string]string{
		"3": "3", "-1.5": "-1.5", "+2": "2", "1e-3": "1e-3", "0x1f": "0x1f", ".5": ".5", "true": "true",
		"007": `"007"`, "Inf": `"Inf"`, "nan": `"nan"`, "": `""`, "-": `"-"`, "a\"b": `"a\"b"`, "1.2.3": `"1.2.3"`, "0": "0", "0.5": "0.5",
	} {
		if got := literal(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
	p, err := ParseParameter("name=a=b")
	if err != nil || p != (Parameter{"name", "a=b"}) {
		t.Errorf("%v, %v", p, err)
	}
	for _, bad := range []string{"name", "=1", "a b=1"} {
		if _, err := ParseParameter(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
