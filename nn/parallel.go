package nn

import "loupe/nn/internal/team"

// ranges is a loop that is done in parts of a fixed length, whatever the number
// of cores.
type ranges struct {
	n, length int
	body      func(from, to, member int)
}

// Do does one part. It is for package team.
func (r *ranges) Do(part, member int) {
	r.body(part*r.length, min((part+1)*r.length, r.n), member)
}

// parallel does a loop of n steps on all cores, length steps at a time.
func parallel(n, length int, body func(from, to, member int)) {
	if n == 0 {
		return
	}
	team.Do((n+length-1)/length, &ranges{n, length, body})
}

// elements is the length of parts for loops over single numbers.
const elements = 1 << 14
