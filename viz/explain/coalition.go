package explain

import "math/bits"

// coalitions are sets of players, bits in words, in a row: 64 players a word.
type coalitions struct {
	words int // of each
	bits  []uint64
}

func coalitionsOf(players int) *coalitions { return &coalitions{words: max(1, (players+63)/64)} }

func (c *coalitions) len() int { return len(c.bits) / c.words }

func (c *coalitions) at(i int) []uint64 { return c.bits[i*c.words : (i+1)*c.words] }

// add appends an empty coalition and returns it.
func (c *coalitions) add() []uint64 {
	for range c.words {
		c.bits = append(c.bits, 0)
	}
	return c.at(c.len() - 1)
}

// addPlayers appends the coalition of some players.
func (c *coalitions) addPlayers(players ...int) {
	s := c.add()
	for _, p := range players {
		join(s, p)
	}
}

// distinct returns the different ones of coalitions of a word each, in their order, and which
// of them each one is.
func (c *coalitions) distinct() (some *coalitions, which []int) {
	some, which = &coalitions{words: 1}, make([]int, len(c.bits))
	numbers := newFound(len(c.bits))
	numbers.clear()
	for i, s := range c.bits {
		n, ok := numbers.place(s)
		if !ok {
			some.bits = append(some.bits, s)
		}
		which[i] = n
	}
	return some, which
}

// complements returns the coalitions of those who are not in them.
func (c *coalitions) complements(players int) *coalitions {
	out := &coalitions{words: c.words, bits: make([]uint64, len(c.bits))}
	for i, w := range c.bits {
		out.bits[i] = ^w & everybody(players-i%c.words*64)
	}
	return out
}

// everybody is the word of as many players as it has room for.
func everybody(players int) uint64 {
	if players >= 64 {
		return ^uint64(0)
	}
	return 1<<players - 1
}

func join(s []uint64, player int)     { s[player/64] |= 1 << (player % 64) }
func toggle(s []uint64, player int)   { s[player/64] ^= 1 << (player % 64) }
func has(s []uint64, player int) bool { return s[player/64]>>(player%64)&1 == 1 }

// appendMembers appends the players of a coalition, ascending.
func appendMembers(to []int32, s []uint64) []int32 {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			to = append(to, int32(w*64+bits.TrailingZeros64(word)))
		}
	}
	return to
}

func size(s []uint64) int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}
