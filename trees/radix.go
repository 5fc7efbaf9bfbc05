package trees

import "math"

// A keyed row is a row by bits that order as a value of its does.
type keyed struct {
	key uint64
	row int32
}

// keyOf makes bits of a number that order as numbers do.
func keyOf(v float64) uint64 {
	b := math.Float64bits(v)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// valueOf is the number of a key.
func valueOf(key uint64) float64 {
	return math.Float64frombits(key ^ (uint64(^int64(key)>>63) | 1<<63))
}

// sortKeyed sorts rows by their keys, byte by byte from the lowest, which many numbers are
// sorted by faster than by comparing them. It needs a spare of the same length, and returns
// the one of both that is sorted; rows with the same key stay in their order.
func sortKeyed(rows, spare []keyed) []keyed {
	var count [8][256]int32
	for _, r := range rows {
		for d := range count {
			count[d][r.key>>(8*d)&0xff]++
		}
	}
	for d := range count {
		at, c := int32(0), &count[d]
		if len(rows) == 0 || c[rows[0].key>>(8*d)&0xff] == int32(len(rows)) {
			continue // all have the same byte
		}
		for i, n := range c {
			c[i] = at
			at += n
		}
		for _, r := range rows {
			to := &c[r.key>>(8*d)&0xff]
			spare[*to] = r
			*to++
		}
		rows, spare = spare, rows
	}
	return rows
}
