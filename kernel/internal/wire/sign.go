package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// A signer makes and checks the HMAC-SHA256 signatures of one connection.
type signer struct {
	key  []byte
	seen signatures
}

type signature = [sha256.Size]byte

func newSigner(key, scheme string) (*signer, error) {
	if key != "" && scheme != "" && scheme != "hmac-sha256" {
		return nil, fmt.Errorf("the connection file asks for signature_scheme %q, only \"hmac-sha256\" is supported", scheme)
	}
	return &signer{key: []byte(key)}, nil
}

func (s *signer) sum(parts [][]byte) (sum signature) {
	mac := hmac.New(sha256.New, s.key)
	for _, p := range parts {
		mac.Write(p)
	}
	mac.Sum(sum[:0])
	return sum
}

// sign returns the hexadecimal signature; it is empty without a key.
func (s *signer) sign(parts [][]byte) []byte {
	if len(s.key) == 0 {
		return []byte{}
	}
	sum := s.sum(parts)
	return hex.AppendEncode(nil, sum[:])
}

// verify compares a signature in constant time, and refuses one that was good
// before: somebody who cannot sign has recorded it.
func (s *signer) verify(given []byte, parts [][]byte) error {
	if len(s.key) == 0 {
		return nil
	}
	sum := s.sum(parts)
	if !hmac.Equal(given, hex.AppendEncode(nil, sum[:])) {
		return ErrSignature
	}
	if !s.seen.add(sum) {
		return ErrReplay
	}
	return nil
}

// remembered is how many signatures are kept, as many as jupyter_client keeps:
// 5 MB when all are there.
const remembered = 1 << 16

// signatures are the last good ones.
type signatures struct {
	mu   sync.Mutex
	last []signature // a ring once it is full
	next int
	all  map[signature]struct{}
}

// add reports whether a signature is new. Those that do not match their message
// must not come here, or a stranger could crowd the good ones out.
func (s *signatures) add(sum signature) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[signature]struct{}{}
	}
	if _, ok := s.all[sum]; ok {
		return false
	}
	s.all[sum] = struct{}{}
	if len(s.last) < remembered {
		s.last = append(s.last, sum)
		return true
	}
	delete(s.all, s.last[s.next])
	s.last[s.next] = sum
	s.next = (s.next + 1) % remembered
	return true
}
