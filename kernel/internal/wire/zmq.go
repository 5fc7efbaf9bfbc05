package wire

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
)

// ZMQ is a [Transport] over ZeroMQ. It takes connections and their handshakes
// from zmq4, and routes messages itself: zmq4's ROUTER and PUB sockets let one
// peer that does not read, or does not finish its handshake, block all others.
type ZMQ struct {
	conn  Connection
	keys  *curveKeys // nil without encryption
	log   *slog.Logger
	ports [Heartbeat + 1]*port

	done chan struct{}
	once sync.Once
}

// A port is one listening socket with its peers.
type port struct {
	kind     zmq4.SocketType
	listener net.Listener
	incoming chan [][]byte

	mu    sync.Mutex
	peers map[string][]*peer // by identity, the one heard from last at the end
	mail  mail
}

// connections counts the peers that brought no identity.
var connections atomic.Int64

var socketTypes = [...]zmq4.SocketType{zmq4.Router, zmq4.Router, zmq4.Router, zmq4.XPub, zmq4.Rep}

// Listen binds all five sockets of a connection. A port of 0 gets a free one;
// Connection tells which.
func Listen(c Connection, log *slog.Logger) (*ZMQ, error) {
	keys, err := c.curve()
	if err != nil {
		return nil, err
	}
	z := &ZMQ{conn: c, keys: keys, log: log, done: make(chan struct{})}
	for ch := Shell; ch <= Heartbeat; ch++ {
		network, address := c.address(ch)
		l, err := listen(network, address)
		if err != nil {
			z.Close()
			return nil, fmt.Errorf("cannot listen on %s for the %s channel: %w", address, ch, err)
		}
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			*z.conn.port(ch) = a.Port
		}
		z.ports[ch] = &port{
			kind:     socketTypes[ch],
			listener: l,
			incoming: make(chan [][]byte, 1000),
			peers:    map[string][]*peer{},
		}
		go z.accept(ch)
	}
	return z, nil
}

// Connection returns the connection with the ports that are really bound.
func (z *ZMQ) Connection() Connection { return z.conn }

// Recv implements [Transport].
func (z *ZMQ) Recv(ctx context.Context, ch Channel) ([][]byte, error) {
	select {
	case f := <-z.ports[ch].incoming:
		return f, nil
	case <-z.done:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Send implements [Transport].
func (z *ZMQ) Send(ch Channel, frames [][]byte) error {
	select {
	case <-z.done:
		return ErrClosed
	default:
	}
	if len(frames) == 0 {
		return &FrameError{"nothing to send"}
	}
	p := z.ports[ch]
	if ch == IOPub {
		for _, peer := range p.list() {
			if peer.wants(frames[0]) {
				peer.push(frames)
			}
		}
		return nil
	}
	to, kept := p.find(frames)
	if kept {
		return nil
	}
	if to == nil {
		return fmt.Errorf("the front-end is gone from %s", ch)
	}
	if !to.push(frames[1:]) {
		return fmt.Errorf("%q does not read from %s: the message is dropped", frames[0], ch)
	}
	return nil
}

// Close implements [Transport].
func (z *ZMQ) Close() error {
	z.once.Do(func() {
		close(z.done)
		deadline := time.Now().Add(500 * time.Millisecond)
		for _, p := range z.ports {
			if p == nil {
				continue
			}
			p.listener.Close()
			for _, peer := range p.list() {
				peer.drain(deadline)
				peer.close()
			}
		}
	})
	return nil
}

func (p *port) list() []*peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*peer, 0, len(p.peers))
	for _, same := range p.peers {
		all = append(all, same...)
	}
	return all
}

func (z *ZMQ) accept(ch Channel) {
	for {
		conn, err := z.ports[ch].listener.Accept()
		select {
		case <-z.done:
			if err == nil {
				conn.Close()
			}
			return
		default:
		}
		if err != nil { // such as too many open files: others may close some
			z.log.Warn("cannot accept a connection", "channel", ch, "err", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		go z.serve(ch, conn)
	}
}

// serve does the handshake of one connection and then reads from it.
func (z *ZMQ) serve(ch Channel, conn net.Conn) {
	defer conn.Close()
	p := z.ports[ch]
	front, err := handshake(conn, p.kind, z.keys)
	if err != nil {
		z.log.Warn("a connection failed its ZeroMQ handshake", "channel", ch, "err", err)
		return
	}
	peer := newPeer(conn, front)
	if len(peer.identity) == 0 || ch == IOPub || ch == Heartbeat {
		peer.identity = append([]byte{0}, strconv.Itoa(int(connections.Add(1)))...)
	}
	p.add(peer)
	defer p.remove(peer)
	go peer.write()
	if err := z.read(ch, peer, front.r); err != nil {
		z.log.Debug("a connection ended", "channel", ch, "err", err)
	}
}

// read passes on what a peer sends, until it goes or breaks the framing.
func (z *ZMQ) read(ch Channel, from *peer, r *bufio.Reader) error {
	for {
		frames, err := readMessage(r, from.ciphers.open)
		if err != nil {
			return err
		}
		switch ch {
		case Heartbeat:
			from.push(frames)
			continue
		case IOPub:
			topic, added := from.subscribe(frames[0])
			if !added {
				continue
			}
			frames = [][]byte{topic}
		default:
			z.ports[ch].prefer(from)
			frames = append([][]byte{from.identity}, frames...)
		}
		select {
		case z.ports[ch].incoming <- frames:
		case <-z.done:
			return nil
		}
	}
}

// find returns the peer that a message goes to. One that is away just now gets
// it when it comes back, unless it brought no identity to be known by.
func (p *port) find(frames [][]byte) (to *peer, kept bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	identity := string(frames[0])
	if same := p.peers[identity]; len(same) > 0 {
		return same[len(same)-1], false
	}
	if identity == "" || identity[0] == 0 {
		return nil, false
	}
	p.mail.keep(identity, frames[1:])
	return nil, true
}

// add makes a peer known and gives it the messages that it has missed.
func (p *port) add(n *peer) {
	p.prefer(n)
	p.mu.Lock()
	missed := p.mail.take(string(n.identity))
	p.mu.Unlock()
	for _, frames := range missed {
		n.push(frames)
	}
}

// prefer sends what comes for a peer's identity to this peer. Several
// connections have one identity when a front-end reconnects before its old
// connection is known to be dead: the one heard from last is alive. Unlike
// libzmq with ROUTER_HANDOVER the others are not closed, because libzmq's
// clients would reconnect, and two of them would throw each other out for ever.
func (p *port) prefer(n *peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	same := p.peers[string(n.identity)]
	if i := slices.Index(same, n); i >= 0 {
		same = slices.Delete(same, i, i+1)
	}
	p.peers[string(n.identity)] = append(same, n)
}

func (p *port) remove(gone *peer) {
	p.mu.Lock()
	same := p.peers[string(gone.identity)]
	if i := slices.Index(same, gone); i >= 0 {
		same = slices.Delete(same, i, i+1)
	}
	p.peers[string(gone.identity)] = same
	if len(same) == 0 {
		delete(p.peers, string(gone.identity))
	}
	p.mu.Unlock()
	gone.close()
}
