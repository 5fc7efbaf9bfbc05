package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

// stdin brings questions to a front-end and answers back, one at a time.
type stdin struct {
	asking  sync.Mutex
	mu      sync.Mutex
	waiting chan string // nil while nobody asks
}

func newStdin() *stdin { return &stdin{} }

// ask sends a question to the front-end that sent r and waits for its answer.
func (k *kernel) ask(ctx context.Context, r *request, q protocol.InputRequest) (string, error) {
	k.stdin.asking.Lock()
	defer k.stdin.asking.Unlock()
	answer := make(chan string, 1)
	k.stdin.expect(answer)
	defer k.stdin.expect(nil)
	k.send(wire.Stdin, &wire.Message{
		Identities: r.message.Identities,
		Header:     k.codec.NewHeader("input_request"),
		Parent:     r.message.RawHeader,
	}, q)
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return "", errors.New("the cell was interrupted while it waited for input")
	}
}

func (s *stdin) expect(answer chan string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = answer
}

// handleStdin takes an input_reply. One that nobody waits for any more, such as
// after an interrupt, is dropped.
func (k *kernel) handleStdin(m *wire.Message) {
	var reply protocol.InputReply
	if m.Header.Type != "input_reply" {
		k.log.Warn("a message of an unknown type is dropped", "channel", wire.Stdin, "type", m.Header.Type)
		return
	}
	if err := json.Unmarshal(m.Content, &reply); err != nil {
		k.log.Warn("an input_reply is dropped", "err", err)
		return
	}
	k.stdin.mu.Lock()
	defer k.stdin.mu.Unlock()
	if k.stdin.waiting != nil {
		k.stdin.waiting <- reply.Value
		k.stdin.waiting = nil
	}
}
