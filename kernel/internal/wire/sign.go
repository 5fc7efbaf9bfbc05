package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A signer makes and checks the HMAC-SHA256 signatures of one connection.
type signer struct{ key []byte }

func newSigner(key, scheme string) (*signer, error) {
	if key != "" && scheme != "" && scheme != "hmac-sha256" {
		return nil, fmt.Errorf("the connection file asks for signature_scheme %q, only \"hmac-sha256\" is supported", scheme)
	}
	return &signer{key: []byte(key)}, nil
}

// sign returns the hexadecimal signature; it is empty without a key.
func (s *signer) sign(parts [][]byte) []byte {
	if len(s.key) == 0 {
		return []byte{}
	}
	mac := hmac.New(sha256.New, s.key)
	for _, p := range parts {
		mac.Write(p)
	}
	sum := mac.Sum(nil)
	out := make([]byte, hex.EncodedLen(len(sum)))
	hex.Encode(out, sum)
	return out
}

// verify compares in constant time.
func (s *signer) verify(signature []byte, parts [][]byte) bool {
	return len(s.key) == 0 || hmac.Equal(signature, s.sign(parts))
}
