package wire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// ZMTP 3.0 framing, https://rfc.zeromq.org/spec/23/. zmq4 does the greeting and
// the security handshake; the frames after it are read and written here,
// because zmq4 trusts any length a peer announces and writes each frame on its
// own.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4

	maxMessage = 1 << 30 // bytes of one multipart message
	maxFrames  = 10_000
)

// readMessage reads one multipart message and skips commands. With an opener,
// all frames must be encrypted.
func readMessage(r *bufio.Reader, open *opener) ([][]byte, error) {
	var frames [][]byte
	total := uint64(0)
	for {
		flags, body, err := readFrame(r, maxMessage-total)
		if err == nil && open != nil {
			flags, body, err = open.frame(body)
		}
		if err != nil {
			return nil, err
		}
		if flags&flagCommand != 0 {
			continue
		}
		total += uint64(len(body))
		frames = append(frames, body)
		if flags&flagMore == 0 {
			return frames, nil
		}
		if len(frames) > maxFrames {
			return nil, &FrameError{fmt.Sprintf("more than %d frames", maxFrames)}
		}
	}
}

func readFrame(r *bufio.Reader, limit uint64) (flags byte, body []byte, err error) {
	if flags, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return 0, nil, &FrameError{fmt.Sprintf("reserved bits in the frame flags %#x", flags)}
	}
	var size [8]byte
	if flags&flagLong != 0 {
		_, err = io.ReadFull(r, size[:])
	} else {
		_, err = io.ReadFull(r, size[7:])
	}
	if err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint64(size[:])
	if n > limit {
		return 0, nil, &FrameError{fmt.Sprintf("a frame of %d bytes, a message may have %d", n, maxMessage)}
	}
	body, err = readBody(r, int(n))
	return flags, body, err
}

// readBody grows as bytes arrive, so that a lying length costs no memory.
func readBody(r io.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	body := make([]byte, min(n, step))
	for read := 0; ; {
		if _, err := io.ReadFull(r, body[read:]); err != nil {
			return nil, err
		}
		read = len(body)
		if read == n {
			return body, nil
		}
		body = append(body, make([]byte, min(n-read, max(step, read)))...)
	}
}

// writeMessage writes one multipart message, encrypted with a sealer; the caller
// flushes.
func writeMessage(w *bufio.Writer, frames [][]byte, seal *sealer) error {
	var head [9]byte
	for i, f := range frames {
		head[0] = 0
		if i < len(frames)-1 {
			head[0] = flagMore
		}
		if seal != nil {
			head[0], f = 0, seal.frame(head[0], f)
		}
		h := head[:2]
		if len(f) > 255 {
			head[0] |= flagLong
			binary.BigEndian.PutUint64(head[1:], uint64(len(f)))
			h = head[:9]
		} else {
			head[1] = byte(len(f))
		}
		if _, err := w.Write(h); err != nil {
			return err
		}
		if _, err := w.Write(f); err != nil {
			return err
		}
	}
	return nil
}
