package wire

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

func start(t *testing.T, c Connection) *ZMQ {
	t.Helper()
	z, err := Listen(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	return z
}

func local(t *testing.T) *ZMQ { return start(t, Connection{Transport: "tcp", IP: "127.0.0.1"}) }

func endpoint(z *ZMQ, ch Channel) string {
	c := z.Connection()
	network, address := c.address(ch)
	if network == "unix" {
		return "ipc://" + address
	}
	return "tcp://" + address
}

// dial connects one of zmq4's own sockets, as a front-end would.
func dial(t *testing.T, z *ZMQ, ch Channel, s zmq4.Socket) zmq4.Socket {
	t.Helper()
	if err := s.Dial(endpoint(z, ch)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dealer(t *testing.T, z *ZMQ, ch Channel, id string) zmq4.Socket {
	return dial(t, z, ch, zmq4.NewDealer(t.Context(), zmq4.WithID(zmq4.SocketIdentity(id))))
}

func recv(t *testing.T, z *ZMQ, ch Channel) [][]byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	frames, err := z.Recv(ctx, ch)
	if err != nil {
		t.Fatalf("%s: %v", ch, err)
	}
	return frames
}

func answer(t *testing.T, s zmq4.Socket) string {
	t.Helper()
	got := make(chan string, 1)
	go func() {
		m, err := s.Recv()
		if err != nil {
			got <- err.Error()
			return
		}
		got <- string(bytes.Join(m.Frames, []byte("|")))
	}()
	select {
	case g := <-got:
		return g
	case <-time.After(5 * time.Second):
		t.Fatal("no answer within 5 s")
		return ""
	}
}

func TestRoute(t *testing.T) {
	for name, z := range map[string]*ZMQ{
		"tcp": local(t),
		"ipc": start(t, Connection{Transport: "ipc", IP: filepath.Join(t.TempDir(), "k"), ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HeartbeatPort: 5}),
	} {
		t.Run(name, func(t *testing.T) {
			a, b := dealer(t, z, Shell, "a"), dealer(t, z, Shell, "b")
			for _, s := range []zmq4.Socket{a, b} {
				if err := s.SendMulti(zmq4.NewMsgFrom([]byte("hello"), []byte("there"))); err != nil {
					t.Fatal(err)
				}
				frames := recv(t, z, Shell)
				z.Send(Shell, [][]byte{frames[0], []byte("to"), frames[0], frames[2]})
			}
			if got := answer(t, a) + " " + answer(t, b); got != "to|a|there to|b|there" {
				t.Error(got)
			}
		})
	}
}

// A client that comes back with its old identity is served, even though the
// old connection has not been closed.
func TestReconnectSameIdentity(t *testing.T) {
	z := local(t)
	old := dealer(t, z, Shell, "same")
	old.Send(zmq4.NewMsg([]byte("1")))
	recv(t, z, Shell)
	again := dealer(t, z, Shell, "same")
	again.Send(zmq4.NewMsg([]byte("2")))
	id := recv(t, z, Shell)[0]
	if err := z.Send(Shell, [][]byte{id, []byte("reply")}); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, again); got != "reply" {
		t.Error(got)
	}
	// Should the old one be alive after all, it is served when it asks.
	old.Send(zmq4.NewMsg([]byte("3")))
	recv(t, z, Shell)
	z.Send(Shell, [][]byte{id, []byte("also")})
	if got := answer(t, old); got != "also" {
		t.Error(got)
	}
}

// A reply to a front-end that is between two connections waits for it.
func TestSendToAbsent(t *testing.T) {
	z := local(t)
	for i := range 2000 {
		if err := z.Send(Shell, [][]byte{[]byte("away"), fmt.Append(nil, i)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := answer(t, dealer(t, z, Shell, "away")); got != "1000" {
		t.Errorf("the first of the last 1000 messages is %s", got)
	}
	if err := z.Send(Shell, [][]byte{{0, '9'}, []byte("x")}); err == nil {
		t.Error("no error for a peer that cannot come back")
	}
}

func TestHeartbeat(t *testing.T) {
	z := local(t)
	// A peer that opens a connection and says nothing must not block others.
	silent, err := net.Dial("tcp", strings.TrimPrefix(endpoint(z, Heartbeat), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	req := dial(t, z, Heartbeat, zmq4.NewReq(t.Context()))
	for i := range 3 {
		ping := fmt.Sprint("ping", i)
		req.Send(zmq4.NewMsgString(ping))
		if got := answer(t, req); got != ping {
			t.Errorf("%q, want %q", got, ping)
		}
	}
}

func subscribe(t *testing.T, z *ZMQ, topic string) zmq4.Socket {
	t.Helper()
	sub := dial(t, z, IOPub, zmq4.NewSub(t.Context()))
	if err := sub.SetOption(zmq4.OptionSubscribe, topic); err != nil {
		t.Fatal(err)
	}
	if got := recv(t, z, IOPub); len(got) != 1 || string(got[0]) != topic {
		t.Fatalf("subscription %q", got)
	}
	z.Send(IOPub, [][]byte{[]byte("before"), []byte("the welcome")})
	z.Send(IOPub, [][]byte{[]byte(topic), []byte("welcome")})
	if got := answer(t, sub); got != topic+"|welcome" {
		t.Fatalf("the first message is %s", got)
	}
	return sub
}

func TestSubscribe(t *testing.T) {
	z := local(t)
	some, all := subscribe(t, z, "stream"), subscribe(t, z, "")
	z.Send(IOPub, [][]byte{[]byte("status"), []byte("busy")})
	z.Send(IOPub, [][]byte{[]byte("stream.stdout"), []byte("text")})
	if got := answer(t, some); got != "stream.stdout|text" {
		t.Error(got)
	}
	if got := answer(t, all); got != "status|busy" {
		t.Error(got)
	}
}

// A subscriber that stops reading delays the kernel once, for a moment, and
// keeps a bounded amount of memory; others get everything.
func TestStalledSubscriber(t *testing.T) {
	z := local(t)
	// Subscribed by hand over a plain connection that is then never read.
	stalled, err := net.Dial("tcp", strings.TrimPrefix(endpoint(z, IOPub), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close()
	if _, err := zmq4.Open(stalled, null.Security(), zmq4.Sub, nil, false, nil); err != nil {
		t.Fatal(err)
	}
	stalled.Write([]byte{0, 1, 1})
	z.Send(IOPub, [][]byte{recv(t, z, IOPub)[0]})

	chunk := bytes.Repeat([]byte("x"), 1<<20)
	start := time.Now()
	for range 300 {
		z.Send(IOPub, [][]byte{[]byte("stream"), chunk})
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("300 messages to a stalled subscriber took %v", d)
	}
	p := z.ports[IOPub].list()[0]
	if p.bytes > queueHard+queueSpare {
		t.Errorf("%d bytes are queued", p.bytes)
	}
	if !p.push([][]byte{[]byte("status"), []byte("idle")}) {
		t.Error("a small message finds no room behind the large ones")
	}

	sub := subscribe(t, z, "status")
	z.Send(IOPub, [][]byte{[]byte("status"), []byte("idle")})
	if got := answer(t, sub); got != "status|idle" {
		t.Error(got)
	}
}

// A subscriber that reads slower than the kernel writes loses nothing.
func TestSlowSubscriberGetsAll(t *testing.T) {
	z := local(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(endpoint(z, IOPub), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	zc, err := zmq4.Open(conn, null.Security(), zmq4.Sub, nil, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.Write([]byte{0, 1, 1})
	z.Send(IOPub, [][]byte{recv(t, z, IOPub)[0]})
	if _, err := zc.RecvMsg(); err != nil {
		t.Fatal(err)
	}
	const n = 120
	go func() {
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for i := range n {
			z.Send(IOPub, [][]byte{fmt.Append(nil, i), chunk})
		}
	}()
	for i := range n {
		m, err := zc.RecvMsg()
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Frames[0]) != fmt.Sprint(i) {
			t.Fatalf("message %s, want %d", m.Frames[0], i)
		}
		if i%10 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// Connections that break the protocol end; the others do not notice.
func TestBrokenPeers(t *testing.T) {
	z := local(t)
	address := strings.TrimPrefix(endpoint(z, Shell), "tcp://")
	greeting := append([]byte{0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0}, make([]byte, 52)...)
	copy(greeting[12:], "NULL")
	for name, bytes := range map[string][]byte{
		"http":            []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + strings.Repeat(" ", 64)),
		"huge command":    append(greeting, 6, 0x7f, 255, 255, 255, 255, 255, 255, 255),
		"unknown socket":  append(greeting, 4, 26, 5, 'R', 'E', 'A', 'D', 'Y', 11, 'S', 'o', 'c', 'k', 'e', 't', '-', 'T', 'y', 'p', 'e', 0, 0, 0, 4, 'W', 'H', 'A'),
		"no command":      append(greeting, 0, 1, 0),
		"command of zero": append(greeting, 4, 0),
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		conn.Write(bytes)
		conn.Close()
	}
	s := dealer(t, z, Shell, "good")
	s.Send(zmq4.NewMsgString("x"))
	if got := recv(t, z, Shell); string(got[1]) != "x" {
		t.Error(got)
	}
}

// Sockets of the ipc transport are for one user; one that a killed kernel has
// left is replaced, another file is not.
func TestListenIPC(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "k")
	c := Connection{Transport: "ipc", IP: prefix, ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HeartbeatPort: 5}
	stale, err := net.Listen("unix", prefix+"-1")
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	z := start(t, c)
	for n := 1; n <= 5; n++ {
		info, err := os.Stat(fmt.Sprintf("%s-%d", prefix, n))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("socket %d has mode %o", n, mode)
		}
	}
	z.Close()
	if left, _ := filepath.Glob(prefix + "*"); len(left) > 0 {
		t.Errorf("after Close there are %q", left)
	}
	if err := os.WriteFile(prefix+"-3", []byte("a user's file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("error %v", err)
	}
}

func TestListenTells(t *testing.T) {
	z := local(t)
	_, err := Listen(Connection{Transport: "tcp", IP: "127.0.0.1", ShellPort: z.Connection().ShellPort}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "shell channel") {
		t.Errorf("error %v", err)
	}
}
