package data

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"loupe/display"
)

// A download is a file in the network.
type download struct {
	name string   // in the cache folder
	urls []string // the original place first
	sum  string   // MD5 or SHA-256 in hexadecimal digits, as the place publishes it
}

// Limits of downloads: how large a file may be, how often a connection may break,
// and how long one may say nothing.
const (
	mostBytes  = 1 << 30
	mostBreaks = 5
)

var silence = 30 * time.Second

// downloading is held while a file is fetched, so that two cells do not write the
// same one.
var downloading sync.Mutex

// fetch brings the file to a path, whole and with the right sum, or not at all.
// What a broken connection has brought stays beside it in path.part, and the next
// call goes on from there.
func (d *download) fetch(ctx context.Context, path string) error {
	downloading.Lock()
	defer downloading.Unlock()
	if exists(path) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, path+".lock") // another kernel may want the same file
	if err != nil {
		return err
	}
	defer unlock()
	if exists(path) {
		return nil
	}
	var errs []error
	for _, url := range d.urls {
		err := d.from(ctx, url, path)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", url, err))
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// errSum is that a file is another one than expected.
var errSum = errors.New("the file is not the one expected")

// from fetches the file from one place, going on where the connection broke.
func (d *download) from(ctx context.Context, url, path string) error {
	part := path + ".part"
	resumed := exists(part)
	for breaks := 0; ; breaks++ {
		before := length(part)
		err := d.get(ctx, url, part)
		if err == nil {
			if err = d.check(part); err == nil {
				return os.Rename(part, path)
			}
			if removed := os.Remove(part); removed != nil {
				return removed
			}
			if !resumed {
				return err
			}
			// What was there may be of another file: once more from the beginning.
			resumed = false
			continue
		}
		var status *statusError
		if errors.As(err, &status) || ctx.Err() != nil || breaks == mostBreaks || length(part) <= before {
			return err
		}
		resumed = true
	}
}

func length(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// A statusError is that a server has answered, and not with the file.
type statusError struct{ status string }

func (e *statusError) Error() string { return "the server answers " + e.status }

// get adds to the part of the file that is there what is missing.
func (d *download) get(ctx context.Context, url, part string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(silence, func() { cancel(fmt.Errorf("the server has said nothing for %v", silence)) })
	defer watch.Stop()
	have := length(part)
	response, err := d.ask(ctx, url, have)
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	switch {
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return nil // all of it is there, or something else is: check tells
	case response.StatusCode == http.StatusPartialContent && strings.HasPrefix(response.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(have, 10)+"-"):
	case response.StatusCode == http.StatusOK:
		flags, have = flags|os.O_TRUNC, 0
	default:
		return &statusError{response.Status}
	}
	f, err := os.OpenFile(part, flags, 0o644)
	if err != nil {
		return err
	}
	bar := newBytesBar(d.name, have, response.ContentLength)
	defer bar.Done()
	n, err := io.Copy(f, io.LimitReader(io.TeeReader(response.Body, &pulse{watch, bar, 0}), mostBytes-have+1))
	if closed := f.Close(); err == nil {
		err = closed
	}
	switch {
	case have+n > mostBytes:
		os.Remove(part)
		return &statusError{fmt.Sprintf("with more than %v, which is no such file", display.Bytes(mostBytes))}
	case err != nil && response.ContentLength >= 0:
		return fmt.Errorf("the connection broke after %d of %d bytes: %w", have+n, have+response.ContentLength, cause(ctx, err))
	}
	return cause(ctx, err)
}

// cause is why a context ended, if that is what the error is about.
func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (d *download) ask(ctx context.Context, url string, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	// Places of the past: the bytes are wanted as they are, not unpacked on the way.
	request.Header.Set("Accept-Encoding", "identity")
	return http.DefaultClient.Do(request)
}

// A pulse tells a bar, and a watch that the server is alive.
type pulse struct {
	watch *time.Timer
	bar   *display.Bar
	bytes int
}

func (p *pulse) Write(b []byte) (int, error) {
	p.watch.Reset(silence)
	p.bytes += len(b)
	p.bar.Add(p.bytes / kilobyte)
	p.bytes %= kilobyte
	return len(b), nil
}

const kilobyte = 1000

func newBytesBar(name string, have, missing int64) *display.Bar {
	total := -1
	if missing >= 0 {
		total = int((have + missing) / kilobyte)
	}
	bar := display.NewBar(total, name+", kB")
	bar.Add(int(have / kilobyte))
	return bar
}

// check compares the file's sum.
func (d *download) check(path string) error {
	var h hash.Hash = sha256.New()
	if len(d.sum) == 2*md5.Size {
		h = md5.New()
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != d.sum {
		return fmt.Errorf("%w: its %d bytes have the checksum %s, expected %s; it is thrown away", errSum, n, sum, d.sum)
	}
	return nil
}
