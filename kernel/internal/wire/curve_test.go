package wire

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/nacl/box"
)

func encodeZ85(raw []byte) string {
	var out []byte
	for ; len(raw) > 0; raw = raw[4:] {
		var five [5]byte
		for i, v := 4, binary.BigEndian.Uint32(raw); i >= 0; i, v = i-1, v/85 {
			five[i] = z85[v%85]
		}
		out = append(out, five[:]...)
	}
	return string(out)
}

// The vector of https://rfc.zeromq.org/spec/32/.
func TestZ85(t *testing.T) {
	raw := []byte{0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b}
	if got, err := decodeZ85("HelloWorld"); err != nil || !bytes.Equal(got, raw) || encodeZ85(raw) != "HelloWorld" {
		t.Errorf("%x, %v; %s", got, err, encodeZ85(raw))
	}
	for _, bad := range []string{"abc", "abcd ", "#####"} {
		if got, err := decodeZ85(bad); err == nil {
			t.Errorf("%q is decoded to %x", bad, got)
		}
	}
}

func newKeys(t testing.TB) *curveKeys {
	t.Helper()
	public, secret, err := box.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &curveKeys{*public, *secret}
}

func (k *curveKeys) connection() Connection {
	return Connection{Transport: "tcp", IP: "127.0.0.1", CurvePublic: encodeZ85(k.public[:]), CurveSecret: encodeZ85(k.secret[:])}
}

func TestCurveKeysRefused(t *testing.T) {
	good, other := newKeys(t).connection(), newKeys(t).connection()
	for want, c := range map[string]Connection{
		"needs both":      {CurvePublic: good.CurvePublic},
		"40 characters":   {CurvePublic: "short", CurveSecret: good.CurveSecret},
		"curve_secretkey": {CurvePublic: good.CurvePublic, CurveSecret: strings.Repeat(" ", 40)},
		"belong together": {CurvePublic: good.CurvePublic, CurveSecret: other.CurveSecret},
	} {
		c.Transport, c.IP = "tcp", "127.0.0.1"
		if _, err := Listen(c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A curveClient is the client's side of a handshake, for tests.
type curveClient struct {
	server curveKey
	keys   *curveKeys
	// forge changes a command before it is sent.
	forge   func(name string, body []byte)
	ciphers ciphers
}

func (*curveClient) Type() zmq4.SecurityType                       { return zmq4.CurveSecurity }
func (*curveClient) Encrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }
func (*curveClient) Decrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

func (c *curveClient) send(conn *zmq4.Conn, name string, body []byte) error {
	if c.forge != nil {
		c.forge(name, body)
	}
	return conn.SendCmd(name, body)
}

func (c *curveClient) Handshake(conn *zmq4.Conn, _ bool) error {
	public, secret, err := box.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	hello := append(append(make([]byte, 74), public[:]...), 0, 0, 0, 0, 0, 0, 0, 1)
	hello[0] = 1
	hello = box.Seal(hello, make([]byte, 64), counted("CurveZMQHELLO---", 1), &c.server, secret)
	if err := c.send(conn, zmq4.CmdHello, hello); err != nil {
		return err
	}
	welcome, err := recvCommand(conn, zmq4.CmdWelcome)
	if err != nil {
		return err
	}
	nonce := random("WELCOME-")
	copy(nonce[8:], welcome)
	plain, ok := box.Open(nil, welcome[longNonce:], nonce, &c.server, secret)
	if !ok {
		return errors.New("the WELCOME does not open")
	}
	transient, cookie := curveKey(plain), plain[keyBytes:]
	nonce = random("VOUCH---")
	vouch := box.Seal(nil, append(public[:], c.server[:]...), nonce, &transient, &c.keys.secret)
	meta, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return err
	}
	inner := bytes.Join([][]byte{c.keys.public[:], nonce[8:], vouch, meta}, nil)
	initiate := append(bytes.Clone(cookie), 0, 0, 0, 0, 0, 0, 0, 2)
	initiate = box.Seal(initiate, inner, counted("CurveZMQINITIATE", 2), &transient, secret)
	if err := c.send(conn, zmq4.CmdInitiate, initiate); err != nil {
		return err
	}
	ready, err := recvCommand(conn, zmq4.CmdReady)
	if err != nil {
		return err
	}
	count := binary.BigEndian.Uint64(ready)
	if meta, ok = box.Open(nil, ready[shortNonce:], counted("CurveZMQREADY---", count), &transient, secret); !ok {
		return errors.New("the READY does not open")
	}
	c.ciphers = newCiphers(&transient, secret, 2, count)
	c.ciphers.seal.prefix, c.ciphers.open.prefix = c.ciphers.open.prefix, c.ciphers.seal.prefix
	return conn.Peer.Meta.UnmarshalZMTP(meta)
}

// dialCurve connects a client by hand and returns its connection.
func dialCurve(t *testing.T, address string, c *curveClient, kind zmq4.SocketType) (*peer, *bufio.Reader, error) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	g := &guard{Conn: conn, r: bufio.NewReader(conn)}
	if _, err := zmq4.Open(g, c, kind, zmq4.SocketIdentity("me"), false, nil); err != nil {
		return nil, nil, err
	}
	p := newPeer(conn, accepted{ciphers: c.ciphers})
	go p.write()
	return p, g.r, nil
}

func TestCurve(t *testing.T) {
	keys := newKeys(t)
	z := start(t, keys.connection())
	client := &curveClient{server: keys.public, keys: newKeys(t)}
	p, r, err := dialCurve(t, endpoint(z, Shell), client, zmq4.Dealer)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		big := bytes.Repeat([]byte{byte(i)}, 70_000)
		p.push([][]byte{[]byte("a"), {}, big})
		got := recv(t, z, Shell)
		if len(got) != 4 || string(got[0]) != "me" || len(got[2]) != 0 || !bytes.Equal(got[3], big) {
			t.Fatalf("message %d arrives as %d frames", i, len(got))
		}
		z.Send(Shell, [][]byte{got[0], fmt.Append(nil, "reply ", i), big})
		if frames, err := readMessage(r, client.ciphers.open); err != nil || len(frames) != 2 || string(frames[0]) != fmt.Sprint("reply ", i) || !bytes.Equal(frames[1], big) {
			t.Fatalf("reply %d: %v", i, err)
		}
	}
}

// Nobody gets in without the server's key, without a key of its own, or with
// plain ZeroMQ, and nobody who knows nothing can change what others send.
func TestCurveRefuses(t *testing.T) {
	keys := newKeys(t)
	z := start(t, keys.connection())
	address := strings.TrimPrefix(endpoint(z, Shell), "tcp://")

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := zmq4.Open(conn, null.Security(), zmq4.Dealer, nil, false, nil); err == nil {
		t.Error("a client without encryption gets in")
	}
	bent := newKeys(t)
	bent.public[3] ^= 1
	flip := func(command string, at int) func(string, []byte) {
		return func(name string, body []byte) {
			if name == command {
				body[(at+len(body))%len(body)] ^= 1
			}
		}
	}
	for name, c := range map[string]*curveClient{
		"another server's key": {server: newKeys(t).public, keys: newKeys(t)},
		"a key not its own":    {server: keys.public, keys: bent},
		"a HELLO's version":    {server: keys.public, keys: newKeys(t), forge: flip(zmq4.CmdHello, 0)},
		"a changed HELLO":      {server: keys.public, keys: newKeys(t), forge: flip(zmq4.CmdHello, -1)},
		"another cookie":       {server: keys.public, keys: newKeys(t), forge: flip(zmq4.CmdInitiate, 5)},
		"a changed INITIATE":   {server: keys.public, keys: newKeys(t), forge: flip(zmq4.CmdInitiate, -1)},
	} {
		if _, _, err := dialCurve(t, endpoint(z, Shell), c, zmq4.Dealer); err == nil {
			t.Errorf("a client with %s gets in", name)
		}
	}
	plain := local(t)
	if _, _, err := dialCurve(t, endpoint(plain, Shell), &curveClient{server: keys.public, keys: newKeys(t)}, zmq4.Dealer); err == nil {
		t.Error("a client that wants encryption accepts a kernel without")
	}
}

// Frames that are forged, repeated or not encrypted do not get through.
func TestCurveFrames(t *testing.T) {
	a, b := newKeys(t), newKeys(t)
	sends, receives := newCiphers(&b.public, &a.secret, 0, 0), newCiphers(&a.public, &b.secret, 0, 0)
	receives.open.prefix = sends.seal.prefix
	first, second := sends.seal.frame(flagMore, []byte("first")), sends.seal.frame(0, nil)
	if flags, body, err := receives.open.frame(first); err != nil || flags != flagMore || string(body) != "first" {
		t.Fatalf("%d %q %v", flags, body, err)
	}
	changed := bytes.Clone(second)
	changed[len(changed)-1] ^= 1
	for name, frame := range map[string][]byte{"repeated": first, "changed": changed, "plain": []byte("print"), "short": second[:20]} {
		var broken *FrameError
		if _, _, err := receives.open.frame(frame); !errors.As(err, &broken) {
			t.Errorf("a %s frame: error %v", name, err)
		}
	}
	if flags, body, err := receives.open.frame(second); err != nil || flags != 0 || len(body) != 0 {
		t.Errorf("%d %q %v", flags, body, err)
	}
}

func FuzzCurve(f *testing.F) {
	var key curveKey
	public, err := curve25519.X25519(bytes.Repeat([]byte{7}, 32), curve25519.Basepoint)
	if err != nil {
		f.Fatal(err)
	}
	copy(key[:], public)
	o := &opener{key: key, prefix: "CurveZMQMESSAGEC"}
	s := &sealer{key: key, prefix: o.prefix}
	f.Add(s.frame(0, []byte("body")))
	f.Add([]byte("\x07MESSAGE"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		o.count = 0
		flags, body, err := o.frame(frame)
		if err == nil && (flags&^(flagMore|flagCommand) != 0 || len(body) != len(frame)-sealedOverhead) {
			t.Errorf("flags %#x and %d bytes of %d", flags, len(body), len(frame))
		}
	})
}

// A recorded is a connection whose peer has said all it will.
type recorded struct {
	net.Conn
	io.Reader
}

func (r recorded) Read(p []byte) (int, error)     { return r.Reader.Read(p) }
func (recorded) Write(p []byte) (int, error)      { return len(p), nil }
func (recorded) SetDeadline(time.Time) error      { return nil }
func (recorded) SetReadDeadline(time.Time) error  { return nil }
func (recorded) SetWriteDeadline(time.Time) error { return nil }
func (recorded) Close() error                     { return nil }

// FuzzHandshake lets peers say anything. A handshake must end, with an error or
// not, and must not believe a length.
func FuzzHandshake(f *testing.F) {
	keys := newKeys(f)
	greeting := append([]byte{0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0}, make([]byte, 52)...)
	null, curve := bytes.Clone(greeting), bytes.Clone(greeting)
	copy(null[12:], "NULL")
	copy(curve[12:], "CURVE")
	f.Add(append(null, 4, 26, 5, 'R', 'E', 'A', 'D', 'Y', 11, 'S', 'o', 'c', 'k', 'e', 't', '-', 'T', 'y', 'p', 'e', 0, 0, 0, 4, 'D', 'E', 'A', 'L'), false)
	f.Add(append(curve, 4, 200, 5, 'H', 'E', 'L', 'L', 'O', 1, 0), true)
	f.Add([]byte("GET / HTTP/1.1\r\n"), false)
	f.Fuzz(func(t *testing.T, said []byte, encrypted bool) {
		k := keys
		if !encrypted {
			k = nil
		}
		if _, err := handshake(recorded{Reader: bytes.NewReader(said)}, zmq4.Router, k); err == nil && encrypted {
			t.Errorf("a client that cannot know the key gets in")
		}
	})
}
