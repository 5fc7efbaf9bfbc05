package wire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

const (
	greetingBytes    = 64
	maxHandshake     = 8 << 10 // bytes of a handshake command
	handshakeTimeout = 10 * time.Second
)

// handshake greets a peer as a socket of this kind. It returns the peer's
// identity and the reader to go on with.
func handshake(conn net.Conn, kind zmq4.SocketType) (identity []byte, r *bufio.Reader, err error) {
	defer func() {
		if p := recover(); p != nil { // zmq4 panics on a socket type it does not know
			err = fmt.Errorf("handshake: %v", p)
		}
	}()
	conn.SetDeadline(time.Now().Add(handshakeTimeout))
	defer conn.SetDeadline(time.Time{})
	g := &guard{Conn: conn, r: bufio.NewReaderSize(conn, 16<<10)}
	zc, err := zmq4.Open(g, null.Security(), kind, nil, true, nil)
	if err != nil {
		return nil, nil, err
	}
	return []byte(zc.Peer.Meta["Identity"]), g.r, nil
}

// A guard is a connection during its handshake. It looks at the length of the
// peer's command before zmq4 allocates that much.
type guard struct {
	net.Conn
	r       *bufio.Reader
	greeted int
	checked bool
}

func (g *guard) Read(p []byte) (int, error) {
	if g.greeted < greetingBytes {
		n, err := g.r.Read(p[:min(len(p), greetingBytes-g.greeted)])
		g.greeted += n
		return n, err
	}
	if !g.checked {
		if err := g.check(); err != nil {
			return 0, err
		}
		g.checked = true
	}
	return g.r.Read(p)
}

func (g *guard) check() error {
	head, err := g.r.Peek(2)
	if err != nil {
		return err
	}
	size := uint64(head[1])
	if head[0]&flagLong != 0 {
		if head, err = g.r.Peek(9); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if head[0]&flagMore != 0 || size > maxHandshake {
		return &FrameError{fmt.Sprintf("a handshake command of %d bytes with flags %#x", size, head[0])}
	}
	return nil
}
