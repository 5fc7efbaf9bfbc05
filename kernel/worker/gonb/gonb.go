//go:build unix

package gonb

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"loupe/display"
)

// A Server reads what clients display. Clients may come one after another, as
// the cells of a worker and the programs that they start do.
type Server struct {
	// Env is what clients need in their environment before they start: gonbui
	// looks at it in an init function.
	Env map[string]string

	front display.Front
	typed func(line string)
	dir   string
	seen  map[string]bool // display ids that have been shown

	mu     sync.Mutex
	client *client // while there is one
	closed bool
	done   chan struct{}
}

// Serve makes the pipes, in a folder of their own below dir ("" is the system's
// for temporary files), and starts to listen. What clients display goes to
// front; the lines that gonbui.RequestInput asks for go to typed, which is to
// make them the next standard input of the client, and may be nil.
func Serve(dir string, front display.Front, typed func(line string)) (*Server, error) {
	dir, err := os.MkdirTemp(dir, "loupe-gonb-") // 0700
	if err != nil {
		return nil, fmt.Errorf("no folder for the pipes of gonbui: %w", err)
	}
	s := &Server{front: front, typed: typed, dir: dir, seen: map[string]bool{}, done: make(chan struct{})}
	for _, path := range []string{s.inPath(), s.backPath()} {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			os.RemoveAll(dir)
			return nil, fmt.Errorf("the pipe %s for gonbui cannot be made: %w", path, err)
		}
	}
	s.Env = map[string]string{
		protocol.GONB_PIPE_ENV:      s.inPath(),
		protocol.GONB_PIPE_BACK_ENV: s.backPath(),
		protocol.GONB_TMP_DIR_ENV:   dir,
	}
	if wd, err := os.Getwd(); err == nil {
		s.Env[protocol.GONB_DIR_ENV] = wd
	}
	go s.serve()
	return s, nil
}

func (s *Server) inPath() string   { return filepath.Join(s.dir, "pipe") }
func (s *Server) backPath() string { return filepath.Join(s.dir, "pipe_back") }

// serve takes one client after another. Opening a pipe waits for the other end,
// which is why it happens here and not in Serve.
func (s *Server) serve() {
	defer close(s.done)
	for {
		f, err := os.OpenFile(s.inPath(), os.O_RDONLY, 0)
		if err != nil {
			return
		}
		c := s.connect(f)
		if c == nil {
			return
		}
		s.read(c)
		s.mu.Lock()
		s.client = nil
		s.mu.Unlock()
		c.close()
	}
}

// connect returns nil if the server has been stopped.
func (s *Server) connect(f *os.File) *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		f.Close()
		return nil
	}
	s.client = newClient(f, s.backPath())
	return s.client
}

// Flush waits until everything that clients have written has been shown. Call
// it before a cell ends, and before standard input is read.
func (s *Server) Flush() {
	s.mu.Lock()
	c := s.client
	s.mu.Unlock()
	if c != nil {
		c.in.drain()
	}
}

// Stop ends the server and removes the pipes.
func (s *Server) Stop() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	if s.client != nil {
		s.client.in.file.Close()
	}
	s.mu.Unlock()
	// A writer ends the wait for a client. It blocks nowhere itself.
	if f, err := os.OpenFile(s.inPath(), os.O_RDWR, 0); err == nil {
		defer f.Close()
	}
	<-s.done
	os.RemoveAll(s.dir)
}
