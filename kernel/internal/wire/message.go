// Package wire speaks the Jupyter wire protocol: it turns multipart frames
// into signed messages and back, and carries them over ZeroMQ.
//
// Most users need [Codec] (frames ↔ messages) and [Listen] (a ZeroMQ
// [Transport] bound to the ports of a connection file). [NewMemory] is a
// Transport without sockets, for tests.
//
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os/user"
	"sync"
	"time"
)

// Version is the version of the Jupyter message protocol spoken here.
const Version = "5.4"

// A Header names one message.
type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// A Message is one decoded Jupyter message.
type Message struct {
	// Identities are the frames before the delimiter: the routing prefix on a
	// ROUTER channel, the topic on iopub.
	Identities [][]byte
	Header     Header
	// Parent is the header of the request that this message belongs to, as the
	// peer spelled it ("{}" if there is none).
	Parent   json.RawMessage
	Metadata json.RawMessage
	Content  json.RawMessage
	Buffers  [][]byte

	// RawHeader is the header as the peer spelled it; a reply must give it back
	// unchanged as its parent.
	RawHeader json.RawMessage
}

// Size is about how many bytes of memory the message keeps.
func (m *Message) Size() int {
	n := len(m.RawHeader) + len(m.Parent) + len(m.Metadata) + len(m.Content)
	for _, b := range m.Buffers {
		n += len(b)
	}
	return n
}

// ErrSignature is reported for a message whose signature does not match.
var ErrSignature = errors.New("the message's signature is wrong: its sender does not know the connection file's key")

// ErrReplay is reported for a message whose signature was on another one before.
var ErrReplay = errors.New("the message has come before: somebody repeats what a front-end has sent")

// A FrameError says what is wrong with a multipart message.
type FrameError struct{ Reason string }

func (e *FrameError) Error() string { return "broken message: " + e.Reason }

var delimiter = []byte("<IDS|MSG>")

// A Codec encodes, signs, decodes and verifies messages of one session. It is
// safe for concurrent use.
type Codec struct {
	signer   *signer
	session  string
	username string
}

// NewCodec makes a codec for a key and signature scheme of a connection file.
// An empty key turns signatures off; the only scheme is "hmac-sha256".
func NewCodec(key, scheme string) (*Codec, error) {
	s, err := newSigner(key, scheme)
	if err != nil {
		return nil, err
	}
	name := "kernel"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	return &Codec{signer: s, session: NewID(), username: name}, nil
}

// Session returns the id that marks all messages of this codec.
func (c *Codec) Session() string { return c.session }

// NewHeader makes the header of a new message.
func (c *Codec) NewHeader(msgType string) Header {
	return Header{
		ID:       NewID(),
		Session:  c.session,
		Username: c.username,
		Date:     time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
		Type:     msgType,
		Version:  Version,
	}
}

// Encode makes the frames of a message. Nil parts become "{}".
func (c *Codec) Encode(m *Message) ([][]byte, error) {
	header, err := Marshal(m.Header)
	if err != nil {
		return nil, fmt.Errorf("encode the header of %s: %w", m.Header.Type, err)
	}
	parts := [][]byte{header, object(m.Parent), object(m.Metadata), object(m.Content)}
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, delimiter, c.signer.sign(parts))
	frames = append(frames, parts...)
	return append(frames, m.Buffers...), nil
}

// Decode reads the frames of a message and verifies its signature. It returns
// [ErrSignature], [ErrReplay] or a [*FrameError] for what must be dropped.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	at := -1
	for i, f := range frames {
		if bytes.Equal(f, delimiter) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, &FrameError{fmt.Sprintf("no <IDS|MSG> delimiter in %d frames", len(frames))}
	}
	rest := frames[at+1:]
	if len(rest) < 5 {
		return nil, &FrameError{fmt.Sprintf("%d frames after the delimiter, need at least 5", len(rest))}
	}
	if err := c.signer.verify(rest[0], rest[1:5]); err != nil {
		return nil, err
	}
	m := &Message{Identities: frames[:at], Buffers: rest[5:]}
	return m, m.parse(rest[1:5])
}

func (m *Message) parse(parts [][]byte) error {
	names := [4]string{"header", "parent_header", "metadata", "content"}
	for i, p := range parts {
		p = bytes.Trim(p, " \t\r\n") // what JSON takes for space, which is less than Unicode does
		if len(p) == 0 || p[0] != '{' || !json.Valid(p) {
			return &FrameError{fmt.Sprintf("the %s is no JSON object: %.60q", names[i], p)}
		}
	}
	if err := json.Unmarshal(parts[0], &m.Header); err != nil {
		return &FrameError{fmt.Sprintf("the header does not parse: %v", err)}
	}
	if m.Header.ID == "" || m.Header.Type == "" {
		return &FrameError{fmt.Sprintf("the header lacks msg_id or msg_type: %.200q", parts[0])}
	}
	m.RawHeader, m.Parent, m.Metadata, m.Content = parts[0], parts[1], parts[2], parts[3]
	return nil
}

func object(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("{}")
	}
	return raw
}

// Marshal encodes a value as JSON without escaping <, > and &, which notebooks
// are full of.
func Marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

var ids struct {
	sync.Mutex
	prefix string
	next   uint64
}

// NewID returns an id that is unique among all kernels: a random prefix for
// this process, and a counter.
func NewID() string {
	ids.Lock()
	defer ids.Unlock()
	if ids.prefix == "" {
		var b [16]byte
		rand.Read(b[:]) // never fails since Go 1.24
		ids.prefix = hex.EncodeToString(b[:])
	}
	ids.next++
	return fmt.Sprintf("%s_%d", ids.prefix, ids.next)
}
