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

// An accepted peer has finished its handshake.
type accepted struct {
	identity []byte
	r        *bufio.Reader // to go on with
	ciphers  ciphers
}

// handshake greets a peer as a socket of this kind, encrypted if there are
// keys: then a peer that is not is refused, and the other way round.
func handshake(conn net.Conn, kind zmq4.SocketType, keys *curveKeys) (peer accepted, err error) {
	defer func() {
		if p := recover(); p != nil { // zmq4 panics on a socket type it does not know
			err = fmt.Errorf("handshake: %v", p)
		}
	}()
	conn.SetDeadline(time.Now().Add(handshakeTimeout))
	defer conn.SetDeadline(time.Time{})
	g := &guard{Conn: conn, r: bufio.NewReaderSize(conn, 16<<10)}
	security, curve := null.Security(), &curveServer{keys: keys}
	if keys != nil {
		security = curve
	}
	zc, err := zmq4.Open(g, security, kind, nil, true, nil)
	if err != nil {
		return accepted{}, err
	}
	return accepted{[]byte(zc.Peer.Meta["Identity"]), g.r, curve.ciphers}, nil
}

// A guard is a connection during its handshake. It looks at the length of each
// of the peer's commands before zmq4 allocates that much.
type guard struct {
	net.Conn
	r       *bufio.Reader
	greeted int
	left    int // bytes of the present command
}

func (g *guard) Read(p []byte) (int, error) {
	if g.greeted < greetingBytes {
		n, err := g.r.Read(p[:min(len(p), greetingBytes-g.greeted)])
		g.greeted += n
		return n, err
	}
	if g.left == 0 {
		if err := g.check(); err != nil {
			return 0, err
		}
	}
	n, err := g.r.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

func (g *guard) check() error {
	head, err := g.r.Peek(2)
	if err != nil {
		return err
	}
	size, length := uint64(head[1]), 2
	if head[0]&flagLong != 0 {
		length = 9
		if head, err = g.r.Peek(9); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if head[0]&flagMore != 0 || size > maxHandshake {
		return &FrameError{fmt.Sprintf("a handshake command of %d bytes with flags %#x", size, head[0])}
	}
	g.left = length + int(size)
	return nil
}
