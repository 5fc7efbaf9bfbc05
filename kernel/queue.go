package kernel

import (
	"sync"
	"time"

	"loupe/kernel/internal/wire"
)

// A queue holds the shell requests that wait for their turn, first in first
// out.
type queue struct {
	mu     sync.Mutex
	change *sync.Cond
	items  []queued
	bytes  int
	busy   bool // with the item that next gave last
	closed bool
}

type queued struct {
	message *wire.Message
	aborted bool
}

// How many requests, and bytes of them, wait in the kernel; more wait in the
// transport.
const (
	queueLimit = 10_000
	queueBytes = 64 << 20
)

func newQueue() *queue {
	q := &queue{}
	q.change = sync.NewCond(&q.mu)
	return q
}

// add appends a request; it waits while the queue is full.
func (q *queue) add(m *wire.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for (len(q.items) >= queueLimit || q.bytes > queueBytes) && !q.closed {
		q.change.Wait()
	}
	q.items = append(q.items, queued{message: m})
	q.bytes += m.Size()
	q.change.Broadcast()
}

// next takes the first request; ok is false once the queue is closed.
func (q *queue) next() (m *wire.Message, aborted, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy = false
	q.change.Broadcast()
	for len(q.items) == 0 && !q.closed {
		q.change.Wait()
	}
	q.busy = true
	if q.closed {
		return nil, false, false
	}
	first := q.items[0]
	q.bytes -= first.message.Size()
	q.items[0] = queued{}
	q.items = q.items[1:]
	q.change.Broadcast()
	return first.message, first.aborted, true
}

// settle waits until nothing is left to do, at most for a while.
func (q *queue) settle(limit time.Duration) {
	late := false
	timer := time.AfterFunc(limit, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		late = true
		q.change.Broadcast()
	})
	defer timer.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for (q.busy || len(q.items) > 0) && !late && !q.closed {
		q.change.Wait()
	}
}

// abort marks all cells that wait: a cell before them has failed, and they were
// sent in the belief that it would not.
func (q *queue) abort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.items {
		if q.items[i].message.Header.Type == "execute_request" {
			q.items[i].aborted = true
		}
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change.Broadcast()
}
