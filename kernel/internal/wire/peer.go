package wire

import (
	"bufio"
	"bytes"
	"net"
	"sync"
	"time"
)

// What a peer that reads slowly, or not at all, may keep in memory.
const (
	queueSoft  = 8 << 20  // beyond it, a sender waits a moment for the peer to catch up
	queueHard  = 64 << 20 // beyond it, messages are dropped
	queueSpare = 4 << 20  // except small ones (status, errors), which may use this too
	smallBytes = 4 << 10

	// stallAfter is how long a sender waits for a peer that makes no progress.
	// Such a peer is then marked as stalled and waited for no more.
	stallAfter = 200 * time.Millisecond
)

// A peer is one connection of a front-end, with its queue of outgoing messages.
type peer struct {
	identity []byte
	conn     net.Conn
	ciphers  ciphers

	mu      sync.Mutex
	change  *sync.Cond // queue, closed
	queue   [][][]byte
	bytes   int
	sending int    // bytes of the message that is being written
	written uint64 // messages written, to tell a slow peer from a stalled one
	stalled bool
	closed  bool
	topics  map[string]*subscription
}

// A subscription delivers nothing before its welcome, so that this is the first
// message that a front-end gets (JEP 65).
type subscription struct {
	count    int // a topic may be subscribed to several times
	welcomed bool
}

func newPeer(conn net.Conn, a accepted) *peer {
	p := &peer{conn: conn, identity: a.identity, ciphers: a.ciphers, topics: map[string]*subscription{}}
	p.change = sync.NewCond(&p.mu)
	return p
}

// push queues a message; it reports whether the peer will get it.
func (p *peer) push(frames [][]byte) bool {
	size := 0
	for _, f := range frames {
		size += len(f) + 64
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bytes > queueSoft && !p.stalled {
		p.waitForRoom()
	}
	limit := queueHard
	if size <= smallBytes {
		limit += queueSpare
	}
	if p.closed || p.bytes > 0 && p.bytes+size > limit {
		return false
	}
	p.queue = append(p.queue, frames)
	p.bytes += size
	p.change.Broadcast()
	return true
}

// waitForRoom waits until the queue is short again, as long as the peer keeps
// reading. It is called with the lock held.
func (p *peer) waitForRoom() {
	for p.bytes > queueSoft && !p.closed && !p.stalled {
		before, overdue := p.written, false
		timer := time.AfterFunc(stallAfter, func() {
			p.mu.Lock()
			overdue = true
			p.mu.Unlock()
			p.change.Broadcast()
		})
		for p.written == before && !overdue && !p.closed {
			p.change.Wait()
		}
		timer.Stop()
		p.stalled = overdue && p.written == before
	}
}

// write sends the queue until the peer is closed.
func (p *peer) write() {
	w := bufio.NewWriterSize(p.conn, 32<<10)
	for {
		batch, ok := p.take()
		if !ok {
			return
		}
		err := writeMessage(w, batch, p.ciphers.seal)
		if err == nil && p.idle() {
			err = w.Flush()
		}
		if err != nil {
			p.close()
			return
		}
		p.sent()
	}
}

func (p *peer) take() ([][]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.queue) == 0 && !p.closed {
		p.change.Wait()
	}
	if p.closed {
		return nil, false
	}
	next := p.queue[0]
	p.queue[0] = nil
	p.queue = p.queue[1:]
	p.sending = 0
	for _, f := range next {
		p.sending += len(f) + 64
	}
	return next, true
}

func (p *peer) sent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes -= p.sending
	p.sending = 0
	p.written++
	if p.bytes < queueSoft/2 {
		p.stalled = false
	}
	p.change.Broadcast()
}

// idle says whether nothing more is queued.
func (p *peer) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue) == 0
}

// drain waits until everything is written, at most until the deadline.
func (p *peer) drain(deadline time.Time) {
	timer := time.AfterFunc(time.Until(deadline), func() {
		p.mu.Lock() // so that the broadcast cannot slip in before the wait
		defer p.mu.Unlock()
		p.change.Broadcast()
	})
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.bytes > 0 && !p.closed && time.Now().Before(deadline) {
		p.change.Wait()
	}
}

func (p *peer) close() {
	p.mu.Lock()
	p.closed = true
	p.queue, p.bytes = nil, 0
	p.mu.Unlock()
	p.change.Broadcast()
	p.conn.Close()
}

// subscribe keeps the peer's topics: frame is 1 or 0, then the topic. It
// returns the topic if it is a new one.
func (p *peer) subscribe(frame []byte) (topic []byte, added bool) {
	if len(frame) == 0 {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	topic = frame[1:]
	switch frame[0] {
	case 1:
		if p.topics[string(topic)] == nil {
			p.topics[string(topic)] = &subscription{}
		}
		p.topics[string(topic)].count++
		return topic, true
	case 0:
		if s := p.topics[string(topic)]; s != nil {
			if s.count--; s.count == 0 {
				delete(p.topics, string(topic))
			}
		}
	}
	return nil, false
}

// wants says whether the peer is to get a message of this topic. The welcome is
// what has the very topic that was subscribed to.
func (p *peer) wants(topic []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := false
	for t, s := range p.topics {
		if t == string(topic) {
			s.welcomed = true
		}
		wanted = wanted || s.welcomed && bytes.HasPrefix(topic, []byte(t))
	}
	return wanted
}
