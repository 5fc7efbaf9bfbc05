//go:build unix

package gonb

import (
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// A client is a program that has opened the pipe to the server. It opens the
// pipe back right after that, and shows nothing before somebody has opened the
// other end.
type client struct {
	in     *stream
	back   *os.File
	out    *gob.Encoder  // to back
	opened chan struct{} // closed when back is open
	gone   chan struct{} // closed when the client is gone
	ended  chan struct{} // closed when nobody opens back any more
}

func newClient(in *os.File, backPath string) *client {
	c := &client{in: newStream(in), opened: make(chan struct{}), gone: make(chan struct{}), ended: make(chan struct{})}
	go c.open(backPath)
	return c
}

// open opens the pipe back. Opened without blocking it fails until the client
// has its end, and so can be given up for one that never does.
func (c *client) open(path string) {
	defer close(c.ended)
	for pause := time.Millisecond; ; pause = min(pause*5/4, 50*time.Millisecond) {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			c.back, c.out = f, gob.NewEncoder(f)
			close(c.opened)
			return
		}
		if !errors.Is(err, syscall.ENXIO) {
			return
		}
		select {
		case <-c.gone:
			return
		case <-time.After(pause):
		}
	}
}

// answer sends a value to the client.
func (c *client) answer(v protocol.CommValue) error {
	select {
	case <-c.opened:
	case <-time.After(5 * time.Second):
		return errors.New("gets no answer: it does not open GONB_PIPE_BACK")
	}
	if err := c.out.Encode(v); err != nil {
		return fmt.Errorf("gets no answer: %w", err)
	}
	return nil
}

func (c *client) close() {
	c.in.file.Close()
	close(c.gone)
	<-c.ended
	if c.back != nil {
		c.back.Close()
	}
}
