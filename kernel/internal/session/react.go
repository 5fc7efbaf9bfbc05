package session

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"loupe/kernel/internal/protocol"
)

// remove is %rm: it forgets names, and sets variables that no function holds on
// to back to zero, so that what they held can be collected.
func (e *execution) remove(_ context.Context, args string) error {
	list := strings.Fields(strings.ReplaceAll(args, ",", " "))
	if len(list) == 0 {
		return errors.New("%rm wants the names of what to forget; %who lists them")
	}
	s := e.s
	s.mu.Lock()
	notebook := s.notebook
	s.mu.Unlock()
	plan, err := notebook.Remove(list...)
	if err != nil {
		return err
	}
	if len(plan.Unused) > 0 {
		var zero strings.Builder
		for _, name := range plan.Unused {
			fmt.Fprintf(&zero, "reflect.ValueOf(&%s).Elem().SetZero()\n", name)
		}
		if err := e.runHidden(zero.String()); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.linker.Forget(names(plan.Dropped))
	s.notebook = plan.After
	s.lineage.forget(plan.Changed)
	s.mu.Unlock()
	for _, note := range plan.Notes {
		e.out.Stream("stderr", note+"\n")
	}
	return nil
}

// stale is %stale.
func (e *execution) stale(context.Context, string) error {
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	list := e.s.lineage.stale()
	if len(list) == 0 {
		e.out.Stream("stdout", "No cell is stale.\n")
	}
	for _, c := range list {
		note := ""
		if name := e.s.lineage.overridden(c.lineageCell); name != "" {
			note = fmt.Sprintf(" (it defines %s, as cell %d does since)", name, e.s.lineage.owner[name].number)
		}
		e.out.Stream("stdout", fmt.Sprintf("cell %d: %s%s\n", c.number, c.why, note))
	}
	return nil
}

// setReactive is %reactive.
func (e *execution) setReactive(_ context.Context, args string) error {
	switch args {
	case "on", "off":
		e.s.reactive = args == "on"
	case "":
	default:
		return fmt.Errorf("%%reactive wants on or off, not %q", args)
	}
	state := "off: stale cells stay as they are; %stale lists them"
	if e.s.reactive {
		state = "on: what uses what a cell has changed runs again after it"
	}
	e.out.Stream("stdout", "reactive is "+state+"\n")
	return nil
}

// react runs again what has become stale, each cell once, and shows its output
// under the cell that has just run. A cell that defines a name which another
// defines since is left alone: it would take that back.
func (e *execution) react(ctx context.Context) *protocol.Failure {
	s := e.s
	done := map[string]bool{}
	for {
		next := s.nextStale(done)
		if next == nil {
			return nil
		}
		done[next.key()] = true
		e.out.Stream("stdout", fmt.Sprintf("↻ cell %d: %s\n", next.number, next.why))
		out := below{e.out}
		s.mu.Lock()
		s.outputs[e.id] = out
		s.mu.Unlock()
		again := &execution{s: s, id: e.id, number: next.number, out: out, again: true,
			cell: protocol.Cell{Code: next.code, ID: next.id, Count: next.number, AllowStdin: e.cell.AllowStdin}}
		if f := again.run(ctx); f != nil {
			return f
		}
	}
}

// nextStale is the first stale cell that is to run again and has not yet.
func (s *Session) nextStale(done map[string]bool) *staleCell {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.lineage.stale() {
		if !done[c.key()] && s.lineage.overridden(c.lineageCell) == "" {
			return &c
		}
	}
	return nil
}

// key is equal for runs of the same cell.
func (c *lineageCell) key() string {
	if c.id != "" {
		return "id " + c.id
	}
	return "code " + c.code
}

// below shows what a cell does under another one: its result is not that of
// the other.
type below struct{ protocol.Output }

func (b below) Result(v protocol.Bundle) { b.Display(v, "", false) }
