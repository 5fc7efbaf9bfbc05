package wire

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-zeromq/zmq4"
	"golang.org/x/crypto/nacl/box"
)

// CurveZMQ, the server's side: every byte after the greeting is encrypted and
// authenticated, and only who knows the server's public key gets through the
// handshake. https://rfc.zeromq.org/spec/25/ and /26/.

const (
	keyBytes     = 32
	cookieBytes  = 96
	shortNonce   = 8  // a counter, behind a prefix of 16 bytes
	longNonce    = 16 // random, behind a prefix of 8
	helloBytes   = 2 + 72 + keyBytes + shortNonce + 64 + box.Overhead
	vouchBytes   = 2*keyBytes + box.Overhead
	initiateHead = cookieBytes + shortNonce
	initiateBody = keyBytes + longNonce + vouchBytes
)

type curveKey = [keyBytes]byte

// A curveServer is one handshake. It implements zmq4.Security.
type curveServer struct {
	keys *curveKeys // of the connection file

	// While the handshake lasts: both sides' keys for this connection alone.
	client         curveKey
	public, secret *curveKey
	sent, received uint64
	ciphers        ciphers
}

// Type implements zmq4.Security.
func (*curveServer) Type() zmq4.SecurityType { return zmq4.CurveSecurity }

// Encrypt implements zmq4.Security. zmq4 passes the handshake's commands
// through it, which are encrypted where they are made.
func (*curveServer) Encrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

// Decrypt implements zmq4.Security, as Encrypt does.
func (*curveServer) Decrypt(w io.Writer, data []byte) (int, error) { return w.Write(data) }

// Handshake implements zmq4.Security: HELLO, WELCOME, INITIATE, READY.
func (s *curveServer) Handshake(conn *zmq4.Conn, _ bool) (err error) {
	if s.public, s.secret, err = box.GenerateKey(rand.Reader); err != nil {
		return fmt.Errorf("curve: make a key: %w", err)
	}
	if err := s.readHello(conn); err != nil {
		return err
	}
	// The cookie lets a server forget a connection between two commands. This
	// one remembers it, so that random bytes will do.
	var cookie [cookieBytes]byte
	rand.Read(cookie[:])
	if err := s.sendWelcome(conn, cookie[:]); err != nil {
		return err
	}
	if err := s.readInitiate(conn, cookie[:]); err != nil {
		return err
	}
	return s.sendReady(conn)
}

func (s *curveServer) readHello(conn *zmq4.Conn) error {
	body, err := recvCommand(conn, zmq4.CmdHello)
	if err != nil {
		return err
	}
	if len(body) != helloBytes || body[0] != 1 || body[1] != 0 {
		return fmt.Errorf("curve: a HELLO of %d bytes with version %.2x, want %d bytes of version 0100", len(body), body[:min(2, len(body))], helloBytes)
	}
	s.client = curveKey(body[74:])
	s.received = binary.BigEndian.Uint64(body[106:])
	if _, ok := box.Open(nil, body[114:], counted("CurveZMQHELLO---", s.received), &s.client, &s.keys.secret); !ok {
		return errors.New("curve: the HELLO is not for this kernel: its sender has another public key than the connection file")
	}
	return nil
}

func (s *curveServer) sendWelcome(conn *zmq4.Conn, cookie []byte) error {
	nonce := random("WELCOME-")
	plain := append(s.public[:], cookie...)
	return conn.SendCmd(zmq4.CmdWelcome, box.Seal(nonce[8:], plain, nonce, &s.client, &s.keys.secret))
}

func (s *curveServer) readInitiate(conn *zmq4.Conn, cookie []byte) error {
	body, err := recvCommand(conn, zmq4.CmdInitiate)
	if err != nil {
		return err
	}
	if len(body) < initiateHead+initiateBody+box.Overhead {
		return fmt.Errorf("curve: an INITIATE of %d bytes is too short", len(body))
	}
	if subtle.ConstantTimeCompare(body[:cookieBytes], cookie) == 0 {
		return errors.New("curve: the INITIATE has the cookie of another connection")
	}
	count := binary.BigEndian.Uint64(body[cookieBytes:])
	if count <= s.received {
		return fmt.Errorf("curve: the INITIATE counts %d after %d: it is a repetition", count, s.received)
	}
	s.received = count
	plain, ok := box.Open(nil, body[initiateHead:], counted("CurveZMQINITIATE", count), &s.client, s.secret)
	if !ok {
		return errors.New("curve: the INITIATE is forged")
	}
	if err := s.checkVouch(plain); err != nil {
		return err
	}
	if err := conn.Peer.Meta.UnmarshalZMTP(plain[initiateBody:]); err != nil {
		return fmt.Errorf("curve: the client's metadata: %w", err)
	}
	return nil
}

// checkVouch checks that the client has the secret of its long-term key. Any
// such key may connect: Jupyter's heartbeat makes a new one each time.
func (s *curveServer) checkVouch(plain []byte) error {
	client := curveKey(plain)
	var nonce [24]byte
	copy(nonce[:], "VOUCH---")
	copy(nonce[8:], plain[keyBytes:])
	vouch, ok := box.Open(nil, plain[keyBytes+longNonce:initiateBody], &nonce, &client, s.secret)
	want := append(s.client[:], s.keys.public[:]...)
	if !ok || subtle.ConstantTimeCompare(vouch, want) == 0 {
		return errors.New("curve: the client does not prove that its key is its own")
	}
	return nil
}

func (s *curveServer) sendReady(conn *zmq4.Conn) error {
	meta, err := conn.Meta.MarshalZMTP()
	if err != nil {
		return fmt.Errorf("curve: encode the metadata: %w", err)
	}
	s.sent++
	nonce := counted("CurveZMQREADY---", s.sent)
	if err := conn.SendCmd(zmq4.CmdReady, box.Seal(nonce[16:], meta, nonce, &s.client, s.secret)); err != nil {
		return err
	}
	s.ciphers = newCiphers(&s.client, s.secret, s.sent, s.received)
	return nil
}

func newCiphers(peer, secret *curveKey, sent, received uint64) ciphers {
	var shared curveKey
	box.Precompute(&shared, peer, secret)
	return ciphers{
		seal: &sealer{key: shared, prefix: "CurveZMQMESSAGES", count: sent},
		open: &opener{key: shared, prefix: "CurveZMQMESSAGEC", count: received},
	}
}

func recvCommand(conn *zmq4.Conn, name string) ([]byte, error) {
	cmd, err := conn.RecvCmd()
	if err != nil {
		return nil, err
	}
	if cmd.Name != name {
		return nil, fmt.Errorf("curve: got the command %.20q, want %s", cmd.Name, name)
	}
	return cmd.Body, nil
}

// counted is a nonce that a counter makes unique.
func counted(prefix string, count uint64) *[24]byte {
	var n [24]byte
	copy(n[:], prefix)
	binary.BigEndian.PutUint64(n[16:], count)
	return &n
}

// random is a nonce that chance makes unique.
func random(prefix string) *[24]byte {
	var n [24]byte
	copy(n[:], prefix)
	rand.Read(n[8:])
	return &n
}
