package wire

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/crypto/curve25519"
)

// curveKeys are the kernel's long-term keys.
type curveKeys struct{ public, secret curveKey }

// curve returns the keys that the connection file gives, nil if it gives none.
func (c *Connection) curve() (*curveKeys, error) {
	if c.CurvePublic == "" && c.CurveSecret == "" {
		return nil, nil
	}
	if c.CurvePublic == "" || c.CurveSecret == "" {
		return nil, fmt.Errorf("the connection file has only one of curve_publickey and curve_secretkey: encryption needs both")
	}
	var k curveKeys
	for _, field := range []struct {
		name, text string
		key        *curveKey
	}{{"curve_publickey", c.CurvePublic, &k.public}, {"curve_secretkey", c.CurveSecret, &k.secret}} {
		raw, err := decodeZ85(field.text)
		if err != nil || len(raw) != keyBytes {
			return nil, fmt.Errorf("the connection file's %s is no key: it must be 40 characters of Z85", field.name)
		}
		copy(field.key[:], raw)
	}
	public, err := curve25519.X25519(k.secret[:], curve25519.Basepoint)
	if err != nil || subtle.ConstantTimeCompare(public, k.public[:]) == 0 {
		return nil, fmt.Errorf("the connection file's curve_publickey and curve_secretkey do not belong together")
	}
	return &k, nil
}

const z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

// decodeZ85 decodes ZeroMQ's text for bytes: five characters for four bytes.
// https://rfc.zeromq.org/spec/32/
func decodeZ85(text string) ([]byte, error) {
	if len(text)%5 != 0 {
		return nil, fmt.Errorf("Z85 of %d characters: must be a multiple of 5", len(text))
	}
	out := make([]byte, 0, len(text)/5*4)
	for i := 0; i < len(text); i += 5 {
		value := uint64(0)
		for _, c := range []byte(text[i : i+5]) {
			digit := strings.IndexByte(z85, c)
			if digit < 0 {
				return nil, fmt.Errorf("%q is no character of Z85", c)
			}
			value = value*85 + uint64(digit)
		}
		if value > 0xffff_ffff {
			return nil, fmt.Errorf("the Z85 at %d stands for more than four bytes", i)
		}
		out = binary.BigEndian.AppendUint32(out, uint32(value))
	}
	return out, nil
}
