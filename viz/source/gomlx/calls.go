package gomlx

import (
	"cmp"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	pkgerrors "github.com/pkg/errors"
)

// GoMLX keeps no scopes of operations, but it can keep the stack in which each was
// made. From these stacks the calls of functions are found again that have built the
// graph, as a tree.

// A call is one call of a function that made operations.
type call struct {
	fn    string   // "github.com/gomlx/gomlx/ml/layers.Dense", "" for the model function
	at    position // in the caller
	items []item   // what it made, in order
}

// An item is a call or a single operation.
type item struct {
	call *call
	node *graph.Node
	at   position
}

// A position is where a function is: its line, and where it calls a function literal
// of its own the line in that, and so on.
type position []int

// A step is where a function is, and the function that it calls there.
type step struct {
	at position
	fn string
}

func (s step) equal(o step) bool { return s.fn == o.fn && slices.Equal(s.at, o.at) }

// A trail is the way from the model function to where it makes an operation.
type trail struct {
	node  *graph.Node
	steps []step   // calls, the outermost first
	at    position // in the innermost of them
}

// key returns the step at a depth; at the end of the trail it has no function.
func (t *trail) key(depth int) step {
	if depth < len(t.steps) {
		return t.steps[depth]
	}
	return step{at: t.at}
}

// beginsLike reports whether a trail is the same as another from a depth on.
func (t *trail) beginsLike(o *trail, depth int) bool {
	return len(t.steps) == len(o.steps) && slices.Equal(t.at, o.at) && slices.EqualFunc(t.steps[min(depth, len(t.steps)):], o.steps[min(depth, len(o.steps)):], step.equal)
}

// marker is in the name of the function that calls the model function.
const marker = "viz/source/gomlx.(*function).call"

// trails reads where operations were made. Parameters and constants have none: GoMLX
// makes them once, whoever asks first.
func trails(nodes []*graph.Node) []*trail {
	var list []*trail
	var last []runtime.Frame // of the operation before
	for _, n := range nodes {
		if kind := n.Type(); kind == graph.NodeTypeParameter || kind == graph.NodeTypeConstant {
			continue
		}
		frames := framesOf(n)
		if i := slices.IndexFunc(frames, func(f runtime.Frame) bool { return strings.HasSuffix(f.Function, marker) }); i >= 0 {
			frames = frames[:i]
		} else {
			frames = completed(frames, last) // the stack was cut: it keeps 32 functions
		}
		last = frames
		list = append(list, newTrail(n, frames))
	}
	return list
}

// framesOf returns the functions in which a node was made, the innermost first.
func framesOf(n *graph.Node) []runtime.Frame {
	traced, ok := n.Trace().(interface{ StackTrace() pkgerrors.StackTrace })
	if !ok {
		return nil
	}
	var pcs []uintptr
	for _, f := range traced.StackTrace() {
		pcs = append(pcs, uintptr(f))
	}
	if len(pcs) == 0 {
		return nil
	}
	var list []runtime.Frame
	for frames := runtime.CallersFrames(pcs); ; {
		f, more := frames.Next()
		list = append(list, f)
		if !more {
			return list
		}
	}
}

// completed adds the outermost functions to a stack that was cut, from the stack of
// the operation before.
func completed(frames, last []runtime.Frame) []runtime.Frame {
	if len(frames) == 0 {
		return last
	}
	outermost := frames[len(frames)-1]
	i := slices.IndexFunc(last, func(f runtime.Frame) bool { return f.PC == outermost.PC })
	if i < 0 {
		return frames
	}
	return slices.Concat(frames, last[i+1:])
}

// newTrail makes a trail of a stack. It leaves out how GoMLX works inside, and
// counts function literals to the function that they are in.
func newTrail(n *graph.Node, frames []runtime.Frame) *trail {
	t := &trail{node: n}
	fn := "" // the function that is entered
	for i, f := range slices.Backward(frames) {
		name := enclosing(f.Function)
		if i < len(frames)-1 && fn != "" && inner(name) {
			continue
		}
		switch {
		case strings.HasPrefix(name, "reflect."), strings.HasPrefix(name, "runtime."):
		case fn == "", name == fn:
			fn = name
			t.at = append(t.at, f.Line)
		case name != f.Function && !strings.HasPrefix(name, library): // a literal that another function calls
			t.at = append(t.at, f.Line)
		default:
			t.steps = append(t.steps, step{t.at, name})
			fn, t.at = name, position{f.Line}
		}
	}
	return t
}

const library = "github.com/gomlx/gomlx/"

// inner reports whether a function is one of those by which GoMLX makes operations
// and catches panics: they say nothing about a model.
func inner(fn string) bool {
	if strings.HasPrefix(fn, library+"support/exceptions.") {
		return true
	}
	name, ok := strings.CutPrefix(fn, library+"core/graph.")
	if !ok {
		return false
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 { // a method
		name = name[i+1:]
	}
	return name[0] >= 'a' && name[0] <= 'z' || strings.HasPrefix(name, "Internal") || strings.HasPrefix(name, "Backend")
}

// enclosing is the function that a function literal is in: those have names such as
// "main.model.func1.2". Type arguments are left out.
func enclosing(fn string) string {
	if i := strings.IndexByte(fn, '['); i >= 0 {
		if j := strings.LastIndexByte(fn, ']'); j > i {
			fn = fn[:i] + fn[j+1:]
		}
	}
	slash := strings.LastIndexByte(fn, '/') + 1
	parts := strings.Split(fn[slash:], ".")
	for len(parts) > 2 && literal(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	return fn[:slash] + strings.Join(parts, ".")
}

func literal(part string) bool {
	part = strings.TrimPrefix(strings.TrimPrefix(part, "gowrap"), "func")
	return part != "" && strings.Trim(part, "0123456789-") == ""
}

// newCalls finds the calls in the trails of all operations.
func newCalls(list []*trail) *call { return &call{items: items(list, 0)} }

func items(list []*trail, depth int) []item {
	var out []item
	for i := 0; i < len(list); {
		if depth >= len(list[i].steps) {
			out = append(out, item{node: list[i].node, at: list[i].at})
			i++
			continue
		}
		key := list[i].steps[depth]
		end := i + 1
		for end < len(list) && depth < len(list[end].steps) && list[end].steps[depth].equal(key) {
			end++
		}
		for _, part := range invocations(list[i:end], depth+1) {
			out = append(out, item{call: &call{key.fn, key.at, items(part, depth+1)}, at: key.at})
		}
		i = end
	}
	return out
}

// invocations divides what was made through one place of a program, without anything
// made elsewhere between, among the calls there: in a loop there are several. A call
// begins where the first began. But where that is not the beginning of the function,
// or a call has not come as far as others do, these are rounds of a loop inside.
func invocations(list []*trail, depth int) [][]*trail {
	first := list[0].key(depth).at
	if slices.ContainsFunc(list, func(t *trail) bool { return slices.Compare(t.key(depth).at, first) < 0 }) {
		return [][]*trail{list}
	}
	farthest := slices.MaxFunc(list, func(a, b *trail) int { return slices.Compare(a.key(depth).at, b.key(depth).at) }).key(depth).at
	var out [][]*trail
	begin, complete := 0, false
	for i, t := range list {
		if i > begin && complete && t.beginsLike(list[0], depth) {
			out = append(out, list[begin:i])
			begin, complete = i, false
		}
		complete = complete || slices.Equal(t.key(depth).at, farthest)
	}
	return append(out, list[begin:])
}

// nodes lists the operations of a call in the order in which they were made.
func (c *call) nodes() []*graph.Node {
	var list []*graph.Node
	for _, it := range c.items {
		if it.node != nil {
			list = append(list, it.node)
		} else {
			list = append(list, it.call.nodes()...)
		}
	}
	slices.SortFunc(list, func(a, b *graph.Node) int { return cmp.Compare(a.Id(), b.Id()) })
	return list
}
