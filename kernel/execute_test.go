package kernel

import (
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/wire"
)

const okReply = `execute_reply {"status":"ok","execution_count":%,"user_expressions":{},"payload":[]}`

func okay(n string) string { return strings.Replace(okReply, "%", n, 1) }

func TestExecuteInOrder(t *testing.T) {
	f := start(t, newFake)
	f.expect(f.execute("print a\nprint b\neprint c\nshow d\nprint e\nclear wait\nvalue 7"),
		`execute_input {"code":"print a\nprint b\neprint c\nshow d\nprint e\nclear wait\nvalue 7","execution_count":1}`,
		`stream {"name":"stdout","text":"a\nb\n"}`,
		`stream {"name":"stderr","text":"c\n"}`,
		`display_data {"data":{"text/plain":"d"},"metadata":{},"transient":{}}`,
		`stream {"name":"stdout","text":"e\n"}`,
		`clear_output {"wait":true}`,
		`execute_result {"execution_count":1,"data":{"text/plain":"7"},"metadata":{},"transient":{}}`,
		okay("1"))
	f.expect(f.execute("show-as fig one\nupdate fig two"),
		`execute_input {"code":"show-as fig one\nupdate fig two","execution_count":2}`,
		`display_data {"data":{"text/plain":"one"},"metadata":{},"transient":{"display_id":"fig"}}`,
		`update_display_data {"data":{"text/plain":"two"},"metadata":{},"transient":{"display_id":"fig"}}`,
		okay("2"))
}

func TestExecuteFails(t *testing.T) {
	f := start(t, newFake)
	got := f.until(f.execute("print before\nbogus"))
	want := `"ename":"CompileError","evalue":"no command bogus","traceback":["\u001b[31mCompileError\u001b[0m: no command bogus","cell 1, line 2","    bogus","    \u001b[31m^\u001b[0m"]`
	text := list(got)
	if !strings.Contains(text, "error {"+want+"}") || !strings.Contains(text, `execute_reply {"status":"error","execution_count":1,"user_expressions":{},"payload":[],`+want+"}") {
		t.Errorf("got\n%s", text)
	}
}

func TestSilentAndStoreHistory(t *testing.T) {
	f := start(t, newFake)
	f.expect(f.execute("print a\nvalue 1", `,"silent":true`), okay("1"))
	f.expect(f.execute("value 1", `,"store_history":false`),
		`execute_input {"code":"value 1","execution_count":1}`,
		`execute_result {"execution_count":1,"data":{"text/plain":"1"},"metadata":{},"transient":{}}`, okay("1"))
	f.expect(f.execute(""), `execute_input {"code":"","execution_count":1}`, okay("1"))
	f.expect(f.execute(""), `execute_input {"code":"","execution_count":2}`, okay("2"))
	f.expect(f.send(wire.Shell, "history_request", `{"hist_access_type":"tail","n":9}`),
		`history_reply {"status":"ok","history":[[1,1,""],[1,2,""]]}`)
}

func TestUserExpressions(t *testing.T) {
	f := start(t, newFake)
	f.expect(f.execute("", `,"silent":true,"user_expressions":{"a":"x","b":"bad"}`),
		`execute_reply {"status":"ok","execution_count":1,"user_expressions":{"a":{"status":"ok","data":{"text/plain":"<x>"},"metadata":{}},"b":{"status":"error","ename":"CompileError","evalue":"bad","traceback":["CompileError: bad"]}},"payload":[]}`)
}

func TestStopOnErrorAborts(t *testing.T) {
	f := start(t, newFake)
	f.execute("sleep 50ms\nbogus")
	second, info := f.execute("print never"), f.send(wire.Shell, "kernel_info_request", "{}")
	f.expect(second, `execute_reply {"status":"aborted","execution_count":1,"user_expressions":{},"payload":[]}`)
	if s := field[string](t, reply(t, f.until(info)), "status"); s != "ok" {
		t.Errorf("kernel_info behind a failed cell: %s", s)
	}
	f.execute("sleep 50ms\nbogus", `,"stop_on_error":false`)
	f.expect(f.execute("print now"), `execute_input {"code":"print now","execution_count":3}`, `stream {"name":"stdout","text":"now\n"}`, okay("3"))
}

func TestInterrupt(t *testing.T) {
	f := start(t, newFake)
	id := f.execute("sleep 1m")
	f.await("execute_input")
	begin := time.Now()
	f.expect(f.send(wire.Control, "interrupt_request", "{}"), `interrupt_reply {"status":"ok"}`)
	if s := field[string](t, reply(t, f.until(id)), "ename"); s != "Interrupted" {
		t.Errorf("ename %s", s)
	}
	if d := time.Since(begin); d > time.Second {
		t.Errorf("the interrupt took %v", d)
	}
	f.send(wire.Control, "interrupt_request", "{}") // nothing runs: no harm
	f.until(f.execute("print on"))
}

func TestControlWhileBusy(t *testing.T) {
	f := start(t, newFake)
	cell := f.execute("sleep 1m")
	f.await("execute_input")
	for _, msgType := range []string{"kernel_info", "connect", "comm_info"} {
		if s := field[string](t, reply(t, f.until(f.send(wire.Control, msgType+"_request", "{}"))), "status"); s != "ok" {
			t.Errorf("%s: status %s", msgType, s)
		}
	}
	if u := reply(t, f.until(f.send(wire.Control, "usage_request", "{}"))); field[uint64](t, u, "kernel_memory") == 0 {
		t.Error(line(u))
	}
	f.send(wire.Control, "execute_request", `{"code":"print no"}`) // not served here: dropped
	f.expect(f.send(wire.Control, "shutdown_request", `{"restart":true}`),
		`shutdown_reply {"status":"ok","restart":true}`, `shutdown_reply {"status":"ok","restart":true}`)
	f.until(cell)
	select {
	case <-f.done:
	case <-time.After(3 * time.Second):
		t.Error("the kernel goes on after its shutdown")
	}
}

func TestStdin(t *testing.T) {
	f := start(t, newFake)
	f.send(wire.Stdin, "input_reply", `{"value":"nobody asked"}`)
	time.Sleep(20 * time.Millisecond) // until it has been dropped
	id := f.execute("print q\npassword Your name: ")
	ask := f.await("input_request")
	if line(ask) != `input_request {"prompt":"Your name: ","password":true}` || parent(ask) != id || string(ask.Identities[0]) != "me" {
		t.Errorf("%s to %q", line(ask), ask.Identities)
	}
	if !strings.Contains(list(f.seen), `"q\n"`) {
		t.Error("the question came before the text printed before it")
	}
	f.send(wire.Stdin, "input_reply", `{"value":"Ada"}`)
	if text := list(f.until(id)); !strings.Contains(text, "got Ada") {
		t.Error(text)
	}
	id = f.execute("ask x", `,"allow_stdin":false`)
	if e := field[string](t, reply(t, f.until(id)), "evalue"); !strings.Contains(e, "allow_stdin") {
		t.Errorf("evalue %s", e)
	}
	id = f.execute("ask forever")
	f.await("input_request")
	f.send(wire.Control, "interrupt_request", "{}")
	if e := field[string](t, reply(t, f.until(id)), "evalue"); !strings.Contains(e, "interrupted") {
		t.Errorf("evalue %s", e)
	}
}

func TestOutputAfterTheCell(t *testing.T) {
	f := start(t, newFake)
	id := f.execute("later hello")
	f.until(id)
	if m := f.await("stream"); parent(m) != id {
		t.Errorf("%s has parent %s", line(m), parent(m))
	}
}

func TestStreamsAreBatched(t *testing.T) {
	f := start(t, newFake)
	got := f.until(f.execute("flood 20000"))
	streams, bytes := 0, 0
	for _, m := range got {
		if m.Header.Type == "stream" {
			streams++
			bytes += len(field[string](t, m, "text"))
		}
	}
	if streams > 60 || bytes != 208890 {
		t.Errorf("%d messages with %d bytes", streams, bytes)
	}
}

func TestStreamKeepsRunesWhole(t *testing.T) {
	f := start(t, newFake)
	id := f.execute(`raw "\xf0\x9f"` + "\nsleep 60ms\n" + `raw "\x99\x82!"` + "\nsleep 60ms\n" + `raw "\xc3"`)
	var text string
	for _, m := range f.until(id) {
		if m.Header.Type == "stream" {
			text += field[string](t, m, "text")
		}
	}
	if text != "🙂!\ufffd" {
		t.Errorf("%q", text)
	}
}

// What the kernel itself adds to a cell stays below a millisecond.
func TestLatency(t *testing.T) {
	f := start(t, newFake)
	f.until(f.execute(""))
	const n = 200
	begin := time.Now()
	for range n {
		f.seen = nil
		f.until(f.execute("print x"))
	}
	if d := time.Since(begin) / n; d > 3*time.Millisecond {
		t.Errorf("a cell that does nothing takes %v", d)
	} else {
		t.Logf("%v a cell", d)
	}
}

// TestQuestionsOvertakeCells asks for completions and the like while a cell
// runs. Front-ends show the state that they heard of last: it stays busy.
func TestQuestionsOvertakeCells(t *testing.T) {
	f := start(t, newFake)
	cell := f.execute("sleep 1m")
	f.await("execute_input")
	for _, q := range []struct{ request, content string }{
		{"complete_request", `{"code":"pri","cursor_pos":3}`},
		{"inspect_request", `{"code":"print","cursor_pos":3}`},
		{"is_complete_request", `{"code":"x"}`},
		{"history_request", `{"hist_access_type":"tail","n":1}`},
		{"kernel_info_request", `{}`},
	} {
		id := f.send(wire.Shell, q.request, q.content)
		reply(t, f.until(id))
		if m := f.next(); parent(m) != cell || line(m) != `status {"execution_state":"busy"}` {
			t.Errorf("after %s: %s of %s", q.request, line(m), parent(m))
		}
	}
	f.send(wire.Control, "interrupt_request", "{}")
	reply(t, f.until(cell))
	// A question behind a short cell waits for it.
	second := f.execute("sleep 5ms")
	id := f.send(wire.Shell, "complete_request", `{"code":"pri","cursor_pos":3}`)
	f.until(id)
	ended := false
	for _, m := range f.seen {
		ended = ended || parent(m) == second && m.Header.Type == "execute_reply"
	}
	if !ended {
		t.Error("the question has overtaken a cell that was sent before it and took 5 ms")
	}
}
