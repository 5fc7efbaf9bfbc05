package wire

import (
	"context"
	"errors"
)

// A Channel is one of the five sockets of a kernel.
type Channel int

// The channels. The heartbeat is answered by the transport itself.
const (
	Shell Channel = iota
	Control
	Stdin
	IOPub
	Heartbeat
)

func (c Channel) String() string {
	return [...]string{"shell", "control", "stdin", "iopub", "heartbeat"}[c]
}

// ErrClosed is returned by a transport after Close.
var ErrClosed = errors.New("the transport is closed")

// A Transport carries multipart messages between the kernel and its
// front-ends. It is safe for concurrent use.
type Transport interface {
	// Recv waits for the next message on a channel. On IOPub it is a single
	// frame: a topic that somebody has just subscribed to.
	Recv(ctx context.Context, ch Channel) ([][]byte, error)
	// Send routes a message by its first frame: to the peer with this identity,
	// or on IOPub to all who subscribed to this topic. A subscriber gets nothing
	// before a message with the very topic of its subscription. A peer that does not
	// read cannot block it for longer than a moment: it loses messages.
	Send(ch Channel, frames [][]byte) error
	// Close flushes what is queued, for a moment, and ends all connections.
	Close() error
}
