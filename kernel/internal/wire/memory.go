package wire

import (
	"context"
	"sync"
)

// Memory is a [Transport] without sockets, for tests: what the front-end side
// gives to Deliver the kernel receives, and what the kernel sends appears in
// Sent.
type Memory struct {
	in     [Heartbeat]chan [][]byte
	sent   chan Sent
	closed chan struct{}
	once   sync.Once
}

// A Sent message is one that the kernel has sent.
type Sent struct {
	Channel Channel
	Frames  [][]byte
}

// NewMemory returns a Memory that holds up to 100,000 unread messages.
func NewMemory() *Memory {
	m := &Memory{sent: make(chan Sent, 100_000), closed: make(chan struct{})}
	for ch := range m.in {
		m.in[ch] = make(chan [][]byte, 1000)
	}
	return m
}

// Deliver hands a message to the kernel.
func (m *Memory) Deliver(ch Channel, frames [][]byte) { m.in[ch] <- frames }

// Sent is where everything that the kernel sends appears, in order.
func (m *Memory) Sent() <-chan Sent { return m.sent }

// Recv implements [Transport].
func (m *Memory) Recv(ctx context.Context, ch Channel) ([][]byte, error) {
	select {
	case f := <-m.in[ch]:
		return f, nil
	case <-m.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Send implements [Transport].
func (m *Memory) Send(ch Channel, frames [][]byte) error {
	select {
	case m.sent <- Sent{ch, frames}:
		return nil
	case <-m.closed:
		return ErrClosed
	}
}

// Close implements [Transport].
func (m *Memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}
