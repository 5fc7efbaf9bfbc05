package wire

import (
	"bufio"
	"bytes"
	"testing"
)

func TestFraming(t *testing.T) {
	want := [][]byte{[]byte("id"), {}, bytes.Repeat([]byte("x"), 255), bytes.Repeat([]byte("y"), 256), bytes.Repeat([]byte("z"), 3<<20)}
	var buf bytes.Buffer
	w := bufio.NewWriter(&buf)
	if err := writeMessage(w, want, nil); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	got, err := readMessage(bufio.NewReader(&buf), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("frame %d differs: %d bytes, want %d", i, len(got[i]), len(want[i]))
		}
	}
}

func FuzzFraming(f *testing.F) {
	f.Add([]byte{0, 2, 'h', 'i'})
	f.Add([]byte{1, 0, 0, 1, 'x'})
	f.Add([]byte{4, 1, 'c', 0, 0})
	f.Add([]byte{2, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Add([]byte{2, 0, 0, 0, 0, 63, 255, 255, 255, 'x'})
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := readMessage(bufio.NewReader(bytes.NewReader(data)), nil)
		if err != nil {
			return
		}
		var buf bytes.Buffer
		w := bufio.NewWriter(&buf)
		if err := writeMessage(w, frames, nil); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		again, err := readMessage(bufio.NewReader(&buf), nil)
		if err != nil || len(again) != len(frames) {
			t.Errorf("%d frames, then %d: %v", len(frames), len(again), err)
		}
	})
}
