package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/nacl/box"
)

// Ciphers encrypt and decrypt the frames of one connection. The zero value
// leaves them as they are.
type ciphers struct {
	seal *sealer
	open *opener
}

// An encrypted frame is messageHead, a counter, and a box with the frame's
// flags and body in it.
var messageHead = []byte("\x07MESSAGE")

const (
	sealedOverhead = 8 + shortNonce + box.Overhead + 1

	// The flags inside a box are not those of a frame.
	sealedMore    = 1
	sealedCommand = 2
)

type sealer struct {
	key    curveKey
	prefix string
	count  uint64
}

// frame encrypts a frame.
func (s *sealer) frame(flags byte, body []byte) []byte {
	s.count++
	inner := byte(0)
	if flags&flagMore != 0 {
		inner |= sealedMore
	}
	plain := append(append(make([]byte, 0, 1+len(body)), inner), body...)
	out := make([]byte, 0, sealedOverhead+len(body))
	out = append(out, messageHead...)
	out = binary.BigEndian.AppendUint64(out, s.count)
	return box.SealAfterPrecomputation(out, plain, counted(s.prefix, s.count), &s.key)
}

type opener struct {
	key    curveKey
	prefix string
	count  uint64 // of the last frame: each must have a higher one
}

// frame decrypts a frame.
func (o *opener) frame(sealed []byte) (flags byte, body []byte, err error) {
	if len(sealed) < sealedOverhead || !bytes.HasPrefix(sealed, messageHead) {
		return 0, nil, &FrameError{fmt.Sprintf("%d bytes that are not encrypted", len(sealed))}
	}
	count := binary.BigEndian.Uint64(sealed[8:])
	if count <= o.count {
		return 0, nil, &FrameError{fmt.Sprintf("frame %d comes after frame %d: it is a repetition", count, o.count)}
	}
	plain, ok := box.OpenAfterPrecomputation(nil, sealed[16:], counted(o.prefix, count), &o.key)
	if !ok {
		return 0, nil, &FrameError{"a forged frame"}
	}
	o.count = count
	if plain[0]&sealedMore != 0 {
		flags |= flagMore
	}
	if plain[0]&sealedCommand != 0 {
		flags |= flagCommand
	}
	return flags, plain[1:], nil
}
