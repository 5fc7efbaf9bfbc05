package session

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"loupe/kernel/internal/ipc"
	"loupe/kernel/internal/protocol"
)

// idle is how long text that bypasses the socket is held back for an event that
// says what comes before it.
const idle = 50 * time.Millisecond

// catchUpTime is how long text is waited for that a program has certainly
// written: a busy machine may take long to read it.
const catchUpTime = time.Second

// drainTime is how long a cell's end waits for other programs to be silent.
const drainTime = 200 * time.Millisecond

// heldBytes is how much of it is held back at most.
const heldBytes = 1 << 20

// route passes on what a worker reports, in order, until the worker ends.
func (s *Session) route(p *process) {
	events, raw := p.events, p.raw
	timer := time.NewTimer(idle)
	for events != nil {
		select {
		case e, ok := <-events:
			if !ok {
				events = nil
				break
			}
			s.catchUp(p, e.Printed)
			if e.Done != nil {
				s.drainRaw(p)
			}
			s.handle(p, e)
		case r, ok := <-raw:
			if !ok {
				raw = nil
				break
			}
			s.hold(p, r)
			timer.Reset(idle)
		case <-timer.C:
			if len(events) > 0 { // one of them may say that it came before
				timer.Reset(idle)
				break
			}
			s.release(p, len(p.held))
		}
	}
	s.release(p, len(p.held))
	s.lost(p)
}

// hold keeps what the worker's runtime has printed until it is known where it
// belongs; other text goes on at once.
func (s *Session) hold(p *process, r rawOutput) {
	if r.stream == 2 {
		if p.held = append(p.held, r.text...); len(p.held) > heldBytes {
			s.release(p, len(p.held))
		}
		return
	}
	if out := s.output(0); out != nil {
		out.Stream("stdout", string(r.text))
	}
}

// catchUp passes on all that the runtime had printed before an event.
func (s *Session) catchUp(p *process, printed uint64) {
	if printed <= p.released {
		return
	}
	deadline := time.After(catchUpTime)
	for p.released+uint64(len(p.held)) < printed {
		select {
		case r, ok := <-p.raw:
			if !ok {
				return
			}
			s.hold(p, r)
		case <-deadline: // the program has connected its stderr with something else
			s.release(p, len(p.held))
			p.released = printed
			return
		}
	}
	s.release(p, int(printed-p.released))
}

// drainRaw passes on what the cell, or a program it started, has written past
// the socket before the cell ended: those bytes are in the pipes, or on the way
// from there.
func (s *Session) drainRaw(p *process) {
	deadline := time.Now().Add(drainTime)
	for p.rawPending() && time.Now().Before(deadline) {
		select {
		case r, ok := <-p.raw:
			if !ok {
				return
			}
			s.hold(p, r)
		case <-time.After(200 * time.Microsecond):
		}
	}
	s.release(p, len(p.held))
}

// crashStart is how the runtime begins to say why it gives up.
var crashStart = regexp.MustCompile(`(?m)^(fatal error: |panic: |runtime: goroutine stack exceeds|SIG[A-Z]+: |unexpected fault address )`)

// release passes on held text, up to where a crash begins: what follows,
// thousands of lines about the runtime, becomes a short explanation once the
// worker is gone.
func (s *Session) release(p *process, n int) {
	text := p.held[:n]
	p.held = p.held[n:]
	p.released += uint64(n)
	if p.crashing {
		return
	}
	if at := crashStart.FindIndex(text); at != nil {
		p.crashing = true
		text = text[:at[0]]
	}
	if out := s.output(0); out != nil && len(text) > 0 {
		out.Stream("stderr", string(text))
	}
}

// output is where an execution's output goes, or the latest one's.
func (s *Session) output(id int) protocol.Output {
	s.mu.Lock()
	defer s.mu.Unlock()
	if out, ok := s.outputs[id]; ok {
		return out
	}
	return s.outputs[s.current]
}

func (s *Session) handle(p *process, e *ipc.Event) {
	out := s.output(e.Cell)
	switch {
	case e.Output != nil:
		name := "stdout"
		if e.Output.Stream == 2 {
			name = "stderr"
		}
		out.Stream(name, string(e.Output.Text))
	case e.Show != nil:
		out.Display(bundle(e.Show.Bundle), e.Show.ID, e.Show.Update)
	case e.Clear != nil:
		out.Clear(e.Clear.Wait)
	case e.Result != nil:
		out.Result(bundle(*e.Result))
	case e.Ask != nil:
		go s.answer(p, out, e.Ask)
	case e.Panic != nil:
		f := s.traceback(e.Panic)
		text := "A goroutine of this cell has ended with a panic; the session goes on.\n"
		for _, line := range f.Traceback {
			text += line + "\n"
		}
		out.Stream("stderr", text)
	case e.Exit != nil:
		s.drainRaw(p)
		p.exit = e.Exit
	case e.Done != nil:
		s.mu.Lock()
		done := s.waiting[e.Cell]
		delete(s.waiting, e.Cell)
		s.mu.Unlock()
		if done != nil {
			done <- e.Done
		}
	}
}

// answer asks the user for a line and hands it to the worker.
func (s *Session) answer(p *process, out protocol.Output, a *ipc.Ask) {
	text, err := out.Ask(context.Background(), a.Prompt, a.Password)
	in := &ipc.Input{Text: text}
	if err != nil {
		in.Err = err.Error()
	}
	p.send(ipc.Request{Input: in})
}

func bundle(b ipc.Bundle) protocol.Bundle {
	var out protocol.Bundle
	// The worker has encoded both; a failure could only leave them empty.
	_ = json.Unmarshal(b.Data, &out.Data)
	_ = json.Unmarshal(b.Metadata, &out.Metadata)
	return out
}

// lost takes note of a worker's end: cells that wait get no result, and the
// next cell gets a new worker. If none waits, the next cell is told.
func (s *Session) lost(p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == p && len(s.waiting) == 0 && !s.closed {
		s.obituary = fmt.Sprintf("The worker has ended between two cells: %s. %s\n", crashCause(p, false), s.forgetAll())
	}
	for id, done := range s.waiting {
		delete(s.waiting, id)
		done <- nil
	}
	if s.process == p {
		s.process = nil
	}
}
