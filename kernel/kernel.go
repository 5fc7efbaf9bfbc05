// Package kernel is a Jupyter kernel, and runs notebooks without Jupyter.
//
// For most uses there are [Serve], which serves a front-end until it asks for
// a shutdown, and [RunNotebook], which executes a notebook file.
//
// The core in this package knows neither ZeroMQ nor Go: messages come through a
// transport, cells go to an interpreter, and one table (routes.go) leads from
// the type of a message to its handler.
package kernel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

// Version is the version of Loupe.
const Version = "0.1.0"

// A kernel serves front-ends over a transport.
type kernel struct {
	transport wire.Transport
	codec     *wire.Codec
	log       *slog.Logger
	language  *language
	history   *history
	comms     *comms
	stdin     *stdin
	queue     *queue // what runs one after the other
	asides    *queue // what only asks
	usage     *meter
	ports     wire.Connection // for connect_request

	cell  cellState
	count int // execution count; only the shell loop uses it

	mu      sync.Mutex
	current *request // the shell request being handled: the parent of comm messages
	running *request // the same as long as it is busy
	stopped chan struct{}
	stop    sync.Once
}

// newKernel makes a kernel. start is called at once, in the background: a
// front-end gets answers while the language still starts.
func newKernel(t wire.Transport, codec *wire.Codec, opts Options, start constructor) *kernel {
	k := &kernel{
		transport: t,
		codec:     codec,
		log:       opts.logger(),
		history:   openHistory(opts.historyFile()),
		stdin:     newStdin(),
		queue:     newQueue(),
		asides:    newQueue(),
		usage:     newMeter(),
		stopped:   make(chan struct{}),
	}
	k.comms = newComms(k)
	k.language = startLanguage(start, opts.config(), func(i protocol.Interpreter) {
		if target, ok := i.(protocol.CommTarget); ok {
			target.ConnectComms(k.comms)
		}
	})
	return k
}

// run serves until a shutdown is asked for, ctx ends or the transport closes.
func (k *kernel) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.publish(nil, "status", protocol.Status{State: "starting"})
	var loops sync.WaitGroup
	loops.Go(func() { k.receive(ctx, wire.Shell, k.enqueue) })
	loops.Go(func() { k.receive(ctx, wire.Control, func(m *wire.Message) { k.handle(ctx, wire.Control, m, false) }) })
	loops.Go(func() { k.receive(ctx, wire.Stdin, k.handleStdin) })
	loops.Go(func() { k.welcome(ctx) })
	loops.Go(func() { k.serveAsides(ctx) })
	shell := make(chan struct{})
	go func() {
		defer close(shell)
		k.serveShell(ctx)
	}()
	select {
	case <-ctx.Done():
	case <-k.stopped:
	case <-shell:
	}
	cancel()
	k.cell.interrupt()
	k.queue.close()
	k.asides.close()
	err := k.language.close()
	waitFor(shell, time.Second) // a cell that ignores its interrupt is left behind
	loops.Wait()
	return errors.Join(err, k.history.close(), k.transport.Close())
}

func waitFor(done <-chan struct{}, limit time.Duration) {
	select {
	case <-done:
	case <-time.After(limit):
	}
}

// receive decodes what comes on a channel and drops what is broken.
func (k *kernel) receive(ctx context.Context, ch wire.Channel, deliver func(*wire.Message)) {
	for {
		frames, err := k.transport.Recv(ctx, ch)
		if err != nil {
			return
		}
		m, err := k.codec.Decode(frames)
		if err != nil {
			k.log.Warn("a message is dropped", "channel", ch, "err", err)
			continue
		}
		deliver(m)
	}
}

// enqueue puts a shell request behind others of its kind.
func (k *kernel) enqueue(m *wire.Message) {
	if routes[m.Header.Type].aside {
		k.asides.add(m)
		return
	}
	k.queue.add(m)
}

// headStart is how long a question waits for the cells that were sent before
// it, so that x is known when x. is completed.
const headStart = 50 * time.Millisecond

// serveAsides handles the shell requests that may overtake a running cell.
func (k *kernel) serveAsides(ctx context.Context) {
	for {
		m, _, ok := k.asides.next()
		if !ok {
			return
		}
		k.queue.settle(headStart)
		k.handle(ctx, wire.Shell, m, false)
	}
}

// serveShell handles shell requests one after the other.
func (k *kernel) serveShell(ctx context.Context) {
	for {
		m, aborted, ok := k.queue.next()
		if !ok {
			return
		}
		k.handle(ctx, wire.Shell, m, aborted)
	}
}

// welcome greets subscribers, so that a front-end knows when it will miss
// nothing any more (JEP 65).
func (k *kernel) welcome(ctx context.Context) {
	for {
		topic, err := k.transport.Recv(ctx, wire.IOPub)
		if err != nil {
			return
		}
		k.send(wire.IOPub, &wire.Message{
			Identities: topic,
			Header:     k.codec.NewHeader("iopub_welcome"),
		}, protocol.IOPubWelcome{Subscription: string(topic[0])})
	}
}

// handle answers one request between a busy and an idle status, whatever
// happens in between.
func (k *kernel) handle(ctx context.Context, ch wire.Channel, m *wire.Message, aborted bool) {
	route, ok := routes[m.Header.Type]
	if !ok || !route.serves(ch) {
		k.log.Warn("a message of an unknown type is dropped", "channel", ch, "type", m.Header.Type)
		return
	}
	r := &request{kernel: k, channel: ch, message: m}
	if ch == wire.Shell && !route.aside {
		k.setCurrent(r)
	}
	k.begin(r)
	defer func() {
		k.end(r)
		if r.after != nil {
			r.after()
		}
	}()
	var content any
	if aborted {
		content = executeReply(protocol.Aborted, k.count)
	} else {
		content = k.call(ctx, route, r)
	}
	if route.reply != "" {
		r.reply(route.reply, content)
	}
}

// call runs a handler and turns its failure into the content of a reply.
func (k *kernel) call(ctx context.Context, route route, r *request) (content any) {
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("a handler panicked", "type", r.message.Header.Type, "panic", p, "stack", string(debug.Stack()))
			content = errorReply("InternalError", fmt.Sprintf("the kernel failed to handle %s: %v", r.message.Header.Type, p))
		}
	}()
	content, err := route.call(ctx, r)
	if err != nil {
		k.log.Warn("a request failed", "type", r.message.Header.Type, "err", err)
		return errorReply("RequestError", err.Error())
	}
	return content
}

func errorReply(name, value string) protocol.ErrorReply {
	return protocol.ErrorReply{
		Status:       protocol.Error,
		ErrorContent: protocol.ErrorContent{Name: name, Value: value, Traceback: []string{name + ": " + value}},
	}
}

func (k *kernel) setCurrent(r *request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current, k.running = r, r
}

func (k *kernel) begin(r *request) {
	k.publish(r, "status", protocol.Status{State: "busy"})
}

// end says that a request has been handled. Front-ends show the state that was
// reported last: if a cell still runs, its own is reported again.
func (k *kernel) end(r *request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.publish(r, "status", protocol.Status{State: "idle"})
	if k.running == r {
		k.running = nil
	}
	if k.running != nil {
		k.publish(k.running, "status", protocol.Status{State: "busy"})
	}
}

func (k *kernel) currentRequest() *request {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

// publish sends a message to all front-ends; r may be nil.
func (k *kernel) publish(r *request, msgType string, content any, buffers ...[]byte) {
	k.publishWith(r, msgType, content, nil, buffers)
}

func (k *kernel) publishWith(r *request, msgType string, content any, metadata []byte, buffers [][]byte) {
	m := &wire.Message{
		Identities: [][]byte{[]byte("kernel." + k.codec.Session() + "." + msgType)},
		Header:     k.codec.NewHeader(msgType),
		Metadata:   metadata,
		Buffers:    buffers,
	}
	if r != nil {
		m.Parent = r.message.RawHeader
	}
	k.send(wire.IOPub, m, content)
}

func (k *kernel) send(ch wire.Channel, m *wire.Message, content any) {
	var err error
	if m.Content, err = wire.Marshal(content); err != nil {
		k.log.Error("a message cannot be encoded", "type", m.Header.Type, "err", err)
		return
	}
	frames, err := k.codec.Encode(m)
	if err == nil {
		err = k.transport.Send(ch, frames)
	}
	if err != nil && !errors.Is(err, wire.ErrClosed) {
		k.log.Warn("a message is lost", "channel", ch, "type", m.Header.Type, "err", err)
	}
}

// shutdown ends run.
func (k *kernel) shutdown() { k.stop.Do(func() { close(k.stopped) }) }
