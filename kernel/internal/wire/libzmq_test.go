package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-zeromq/zmq4"
)

// python runs a script with pyzmq, which is libzmq with its CURVE, and returns
// its standard output line by line.
func python(t *testing.T, script string, args ...string) *bufio.Scanner {
	t.Helper()
	path := os.Getenv("LOUPE_PYTHON")
	if path == "" {
		path, _ = filepath.Abs("../../../.venv/bin/python")
	}
	if out, err := exec.Command(path, "-c", "import zmq; print(zmq.has('curve'))").Output(); err != nil || strings.TrimSpace(string(out)) != "True" {
		t.Skip("libzmq's CURVE: there is no Python with pyzmq (make venv, or set LOUPE_PYTHON)")
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"-c", script}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return bufio.NewScanner(out)
}

// libzmq as a front-end: all kinds of sockets, small, large and empty frames.
func TestCurveServesLibzmq(t *testing.T) {
	keys := newKeys(t)
	z := start(t, keys.connection())
	out := python(t, `
import sys, zmq
def socket(kind, url, key):
    s = zmq.Context.instance().socket(kind)
    s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
    s.curve_serverkey = key.encode()
    s.rcvtimeo = 10000
    s.linger = 0
    if kind == zmq.SUB: s.subscribe(b"")
    if kind == zmq.DEALER: s.identity = b"me"
    s.connect(url)
    return s
key, wrong, shell, iopub, hb = sys.argv[1:]
sub, req, dealer = socket(zmq.SUB, iopub, key), socket(zmq.REQ, hb, key), socket(zmq.DEALER, shell, key)
req.send(b"ping")
print("heartbeat", req.recv(), flush=True)
for size in 0, 10, 255, 256, 3 << 20:
    dealer.send_multipart([b"x" * size, b"", b"end"])
    print("shell", [len(f) for f in dealer.recv_multipart()], flush=True)
print("iopub", [len(f) for f in sub.recv_multipart()], flush=True)
stranger = socket(zmq.REQ, hb, wrong)
stranger.rcvtimeo = 500
stranger.send(b"ping")
try: print("stranger", stranger.recv(), flush=True)
except zmq.Again: print("stranger gets nothing", flush=True)
`, encodeZ85(keys.public[:]), encodeZ85(bytes.Repeat([]byte{9}, 32)), endpoint(z, Shell), endpoint(z, IOPub), endpoint(z, Heartbeat))
	expect := func(want string) {
		t.Helper()
		if !out.Scan() || out.Text() != want {
			t.Fatalf("libzmq says %q, want %q (%v)", out.Text(), want, out.Err())
		}
	}
	expect("heartbeat b'ping'")
	for _, size := range []int{0, 10, 255, 256, 3 << 20} {
		got := recv(t, z, Shell)
		z.Send(Shell, got)
		expect(fmt.Sprintf("shell [%d, 0, 3]", size))
	}
	if topic := recv(t, z, IOPub); len(topic[0]) != 0 {
		t.Errorf("subscription %q", topic)
	}
	z.Send(IOPub, [][]byte{{}, make([]byte, 1000)})
	expect("iopub [0, 1000]")
	expect("stranger gets nothing")
}

// libzmq as the server of the client that the other tests are made with.
func TestCurveClientOfLibzmq(t *testing.T) {
	keys := newKeys(t)
	out := python(t, `
import sys, zmq
s = zmq.Context.instance().socket(zmq.ROUTER)
s.curve_publickey, s.curve_secretkey = [k.encode() for k in sys.argv[1:]]
s.curve_server = True
print("port", s.bind_to_random_port("tcp://127.0.0.1"), flush=True)
s.send_multipart(s.recv_multipart())
s.recv_multipart()
`, encodeZ85(keys.public[:]), encodeZ85(keys.secret[:]))
	var port int
	if !out.Scan() {
		t.Fatal("libzmq does not start")
	}
	if _, err := fmt.Sscanf(out.Text(), "port %d", &port); err != nil {
		t.Fatal(err)
	}
	client := &curveClient{server: keys.public, keys: newKeys(t)}
	p, r, err := dialCurve(t, fmt.Sprintf("127.0.0.1:%d", port), client, zmq4.Dealer)
	if err != nil {
		t.Fatal(err)
	}
	p.push([][]byte{[]byte("hello"), {}, make([]byte, 100_000)})
	if frames, err := readMessage(r, client.ciphers.open); err != nil || len(frames) != 3 || string(frames[0]) != "hello" || len(frames[2]) != 100_000 {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
}
