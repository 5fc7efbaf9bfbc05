package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// A file is bytes that are read from front to end. Its errors name it and the
// place.
type file struct {
	name string
	r    *bufio.Reader
	at   int64 // bytes read, of what is behind gzip where that is
	os   io.Closer
}

// openFile opens a file, compressed by gzip or not.
func openFile(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := newFile(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.os = f
	return r, nil
}

func newFile(name string, r io.Reader) (*file, error) {
	f := &file{name: name, r: bufio.NewReader(r)}
	if head, _ := f.r.Peek(2); bytes.Equal(head, gzipMagic) {
		z, err := gzip.NewReader(f.r)
		if err != nil {
			return nil, f.fail("the file begins as one of gzip does, and then: %w", err)
		}
		f.r = bufio.NewReader(z)
	}
	return f, nil
}

func (f *file) Close() error { return f.os.Close() }

// fail is an error at the place that was read last.
func (f *file) fail(format string, args ...any) error {
	return fmt.Errorf("%s, byte %d: %w", f.name, f.at, fmt.Errorf(format, args...))
}

// take reads n bytes. Memory grows with what there is, not with what a header
// says there should be.
func (f *file) take(n int64, what string) ([]byte, error) {
	var got int64
	var data []byte
	var err error
	if n <= 1<<16 {
		var k int
		data = make([]byte, n)
		k, err = io.ReadFull(f.r, data)
		got = int64(k)
	} else {
		var b bytes.Buffer
		got, err = io.CopyN(&b, f.r, n)
		data = b.Bytes()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, f.fail("expected %d bytes of %s, and the file ends after %d", n, what, got)
	}
	if err != nil {
		f.at += got
		return nil, f.fail("while reading %s: %w", what, err)
	}
	f.at += n
	return data, nil
}

// end checks that nothing follows.
func (f *file) end() error {
	if _, err := f.r.Peek(1); err == nil {
		return f.fail("expected the end of the file, and more follows")
	} else if !errors.Is(err, io.EOF) {
		return f.fail("expected the end of the file: %w", err) // gzip's checksum, say
	}
	return nil
}

// mostNumbers is how many numbers an array of a file may have: 2 GB of float32.
const mostNumbers = 1 << 29

// elements multiplies the lengths of an array's axes.
func (f *file) elements(shape []int) (int64, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 || int64(d) > mostNumbers || n*int64(d) > mostNumbers {
			return 0, f.fail("an array of the shape %v is too large; at most %d numbers can be read", shape, mostNumbers)
		}
		n *= int64(d)
	}
	return n, nil
}
