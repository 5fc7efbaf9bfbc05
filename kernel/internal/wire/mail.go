package wire

import "time"

// What is kept for front-ends that are away: between two connections, or not
// connected on this channel yet.
const (
	mailMessages = 1000
	mailBytes    = 16 << 20
	mailAge      = time.Minute
)

// mail keeps messages for identities that are not connected just now.
type mail struct {
	kept  []letter // oldest first
	bytes int
}

type letter struct {
	to     string
	frames [][]byte
	bytes  int
	at     time.Time
}

// keep adds a message; the oldest ones make room.
func (m *mail) keep(to string, frames [][]byte) {
	l := letter{to: to, frames: frames, at: time.Now()}
	for _, f := range frames {
		l.bytes += len(f)
	}
	m.kept = append(m.kept, l)
	m.bytes += l.bytes
	drop := 0
	for drop < len(m.kept) && (len(m.kept)-drop > mailMessages || m.bytes > mailBytes || time.Since(m.kept[drop].at) > mailAge) {
		m.bytes -= m.kept[drop].bytes
		drop++
	}
	m.kept = append([]letter(nil), m.kept[drop:]...)
}

// take removes and returns what is kept for an identity and not too old.
func (m *mail) take(to string) (found [][][]byte) {
	var rest []letter
	for _, l := range m.kept {
		switch {
		case l.to != to:
			rest = append(rest, l)
			continue
		case time.Since(l.at) <= mailAge:
			found = append(found, l.frames)
		}
		m.bytes -= l.bytes
	}
	m.kept = rest
	return found
}
