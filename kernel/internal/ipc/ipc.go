// Package ipc is what the kernel and its worker process say to each other,
// over one socket: both directions are gob streams of messages.
package ipc

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"
	"sync"
)

// A Request is what the kernel asks of the worker. Exactly one field is set.
type Request struct {
	Run       *Run
	Interrupt *Interrupt
	Input     *Input
}

// Run loads an image and runs its cell.
type Run struct {
	Cell  int
	Image Image
	// AllowStdin says whether reading standard input may ask the user.
	AllowStdin bool
}

// An Interrupt stops a cell.
type Interrupt struct{ Cell int }

// An Input answers an Ask.
type Input struct{ Text, Err string }

// An Image is link.Image as the worker needs it.
type Image struct {
	Text, Data         Segment
	Module, NextOffset uint64
	Typelinks          Typelinks
	Masks              []Mask
	Itabs              []Itab
	Writes             []Segment
	Retyped            []uint64
	Inits              []uint64
	Entry              uint64
	Unstoppable        []uint64
}

// A Segment is bytes at an address.
type Segment struct {
	Addr  uint64
	Bytes []byte
}

// Typelinks are N types for reflect, as 32-bit offsets from an address.
type Typelinks struct{ Base, At, N uint64 }

// A Mask asks for a bitmap of the pointers in variables.
type Mask struct {
	Bits, Base uint64
	Vars       []Var
}

// A Var is a variable and its type descriptor.
type Var struct{ Addr, Type uint64 }

// An Itab is a new interface table, unless the worker has it already.
type Itab struct {
	Addr, Slot uint64
	Sites      []Site
}

// A Site is a reference to an Itab.
type Site struct {
	Addr uint64
	Code bool
}

// An Event is what the worker reports. Cell says for which cell; one of the
// other fields is set.
type Event struct {
	Cell   int
	Output *Output
	Show   *Show
	Clear  *Clear
	Result *Bundle
	Ask    *Ask
	Done   *Done
	Panic  *Failure // of a goroutine that the cell started
	Exit   *Failure // the process ends now, with the exit code as value
	Ready  bool
	// Printed is how many bytes the worker's runtime had written to its own
	// stderr before.
	Printed uint64
}

// An Output is text for a stream, 1 for stdout or 2 for stderr.
type Output struct {
	Stream int
	Text   []byte
}

// A Bundle is one value in several MIME types, encoded as JSON objects.
type Bundle struct{ Data, Metadata []byte }

// Show displays a bundle, or replaces what is displayed under its ID.
type Show struct {
	Bundle Bundle
	ID     string
	Update bool
}

// Clear removes a cell's output.
type Clear struct{ Wait bool }

// Ask wants a line of input.
type Ask struct {
	Prompt   string
	Password bool
}

// Done ends a cell.
type Done struct{ Failure *Failure }

// A Failure is a panic, an error result, or an interrupt.
type Failure struct {
	Kind   string // "panic", "error", "interrupt", "exit"
	Value  string
	Frames []Frame
}

// A Frame is a line of a stack trace, innermost first.
type Frame struct {
	Func, File string
	Line       int
}

// A Conn sends one type of message and receives another.
type Conn[Send, Receive any] struct {
	mu  sync.Mutex
	w   *bufio.Writer
	enc *gob.Encoder
	dec *gob.Decoder
}

// NewConn wraps a socket.
func NewConn[Send, Receive any](rw io.ReadWriter) *Conn[Send, Receive] {
	w := bufio.NewWriterSize(rw, 64<<10)
	return &Conn[Send, Receive]{w: w, enc: gob.NewEncoder(w), dec: gob.NewDecoder(bufio.NewReaderSize(rw, 64<<10))}
}

// Send writes one message. It is safe for concurrent use.
func (c *Conn[Send, Receive]) Send(m *Send) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enc.Encode(m); err != nil {
		return fmt.Errorf("ipc: send: %w", err)
	}
	return c.w.Flush()
}

// Receive reads the next message.
func (c *Conn[Send, Receive]) Receive() (*Receive, error) {
	m := new(Receive)
	if err := c.dec.Decode(m); err != nil {
		return nil, err
	}
	return m, nil
}
