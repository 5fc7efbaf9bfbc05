package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
)

func codec(t testing.TB, key string) *Codec {
	t.Helper()
	c, err := NewCodec(key, "hmac-sha256")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	c := codec(t, "secret")
	sent := &Message{
		Identities: [][]byte{[]byte("client"), {}},
		Header:     c.NewHeader("comm_msg"),
		Parent:     json.RawMessage(`{"msg_id":"p"}`),
		Content:    json.RawMessage(`{"data":"<é🙂>"}`),
		Buffers:    [][]byte{{0, 1, 2}, {}},
	}
	frames, err := c.Encode(sent)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Decode(frames)
	if err != nil {
		t.Fatal(err)
	}
	if got.Header != sent.Header || string(got.Content) != string(sent.Content) ||
		string(got.Parent) != string(sent.Parent) || string(got.Metadata) != "{}" {
		t.Errorf("got %+v", got)
	}
	if len(got.Identities) != 2 || len(got.Buffers) != 2 || !bytes.Equal(got.Buffers[0], []byte{0, 1, 2}) {
		t.Errorf("identities %q, buffers %v", got.Identities, got.Buffers)
	}
}

// The signature that jupyter_client computes for these parts.
func TestSignatureVector(t *testing.T) {
	s, _ := newSigner("a0436f6c-1916-498b-8eb9-e81ab9368e84", "hmac-sha256")
	parts := [][]byte{[]byte(`{"msg_id":"1"}`), []byte("{}"), []byte("{}"), []byte(`{"code":"1+1"}`)}
	const want = "571f54ca20ac469366661f0eb466e6d650eee65ae12436bc786b76a5eb890b86"
	if got := string(s.sign(parts)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	c := codec(t, "secret")
	good, _ := c.Encode(&Message{Header: c.NewHeader("kernel_info_request")})
	change := func(f func([][]byte) [][]byte) [][]byte {
		frames := make([][]byte, len(good))
		copy(frames, good)
		return f(frames)
	}
	sign := func(parts ...string) [][]byte {
		var raw [][]byte
		for _, p := range parts {
			raw = append(raw, []byte(p))
		}
		return append([][]byte{delimiter, c.signer.sign(raw)}, raw...)
	}
	var frame *FrameError
	for name, test := range map[string]struct {
		frames [][]byte
		broken bool // a FrameError; else a bad signature
	}{
		"nothing":        {nil, true},
		"no delimiter":   {change(func(f [][]byte) [][]byte { return f[1:] }), true},
		"too short":      {change(func(f [][]byte) [][]byte { return f[:4] }), true},
		"no signature":   {change(func(f [][]byte) [][]byte { f[1] = nil; return f }), false},
		"bad signature":  {change(func(f [][]byte) [][]byte { f[1] = bytes.Repeat([]byte("0"), 64); return f }), false},
		"other content":  {change(func(f [][]byte) [][]byte { f[5] = []byte(`{"x":1}`); return f }), false},
		"no JSON":        {sign("{", "{}", "{}", "{}"), true},
		"no object":      {sign("[]", "{}", "{}", "{}"), true},
		"no msg_id":      {sign(`{"msg_type":"x"}`, "{}", "{}", "{}"), true},
		"header numbers": {sign(`{"msg_id":1,"msg_type":"x"}`, "{}", "{}", "{}"), true},
	} {
		_, err := c.Decode(test.frames)
		if test.broken && !errors.As(err, &frame) || !test.broken && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestReplayRefused(t *testing.T) {
	c := codec(t, "secret")
	message := func() [][]byte {
		frames, err := c.Encode(&Message{Header: c.NewHeader("shutdown_request")})
		if err != nil {
			t.Fatal(err)
		}
		return frames
	}
	first := message()
	if _, err := c.Decode(first); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decode(first); !errors.Is(err, ErrReplay) {
		t.Errorf("a message that comes again: error %v", err)
	}
	again := append([][]byte{[]byte("other identity")}, first...)
	if _, err := c.Decode(append(again, []byte("buffer"))); !errors.Is(err, ErrReplay) {
		t.Errorf("a message that comes again from elsewhere: error %v", err)
	}
	// What does not match is not remembered.
	for range 10 {
		bad := message()
		bad[1] = bytes.Repeat([]byte("0"), 64)
		c.Decode(bad)
	}
	if n := len(c.signer.seen.all); n != 1 {
		t.Errorf("%d signatures are remembered, want 1", n)
	}
}

// The last signatures are remembered, and no more.
func TestSignaturesAreBounded(t *testing.T) {
	var s signatures
	sum := func(i int) (sum signature) {
		binary.LittleEndian.PutUint64(sum[:], uint64(i))
		return sum
	}
	for i := range remembered + 10 {
		if !s.add(sum(i)) {
			t.Fatalf("signature %d is taken for an old one", i)
		}
	}
	if n, m := len(s.last), len(s.all); n != remembered || m != remembered {
		t.Errorf("%d and %d signatures are kept, want %d", n, m, remembered)
	}
	if s.add(sum(10)) || s.add(sum(remembered+9)) || !s.add(sum(9)) {
		t.Error("not the last ones are remembered")
	}
}

func TestSchemeRefused(t *testing.T) {
	if _, err := NewCodec("key", "hmac-md5"); err == nil {
		t.Error("hmac-md5 is accepted")
	}
	if _, err := NewCodec("", ""); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	c := codec(f, "")
	frames, _ := c.Encode(&Message{Header: c.NewHeader("execute_request"), Content: []byte(`{"code":"1"}`)})
	f.Add(bytes.Join(frames, []byte{0}))
	f.Add([]byte("<IDS|MSG>\x00\x00{}\x00{}\x00{}\x00{}"))
	f.Add([]byte("id\x00<IDS|MSG>\x00sig\x00{\"msg_id\":\"a\",\"msg_type\":\"b\"}\x00{}\x00{}\x00{}\x00buffer"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := c.Decode(bytes.Split(data, []byte{0}))
		if err != nil {
			return
		}
		if m.Header.ID == "" || !json.Valid(m.Content) {
			t.Errorf("accepted %q", data)
		}
		if _, err := c.Encode(m); err != nil {
			t.Errorf("cannot encode what was decoded: %v", err)
		}
	})
}
