package data

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is a file to download.
var content = bytes.Repeat([]byte("Loupe reads the file to its end. "), 10_000)

func sumOf(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// serve answers with content; the first breaks answers end after some bytes.
func serve(t *testing.T, breaks int) (d *download, ranges *[]string) {
	var asked []string
	var count atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Range"))
		if int(count.Add(1)) > breaks {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
			return
		}
		from := 0
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(content[from : from+100_000])
	}))
	t.Cleanup(server.Close)
	return &download{name: "file.bin", urls: []string{server.URL}, sum: sumOf(content)}, &asked
}

// fetched checks that a file is there, whole, and nothing beside it.
func fetched(t *testing.T, path string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file has %d bytes, not %d: %v", len(got), len(content), err)
	}
	if exists(path + ".part") {
		t.Error("a part of the file is left")
	}
}

func TestFetch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "set", "file.bin")
	d, asked := serve(t, 0)
	for range 2 {
		if err := d.fetch(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	fetched(t, path)
	if len(*asked) != 1 {
		t.Errorf("the file was asked for %d times", len(*asked))
	}
	sum := md5.Sum(content)
	d.sum = hex.EncodeToString(sum[:])
	if err := d.fetch(t.Context(), path+"2"); err != nil {
		t.Errorf("with a sum of MD5: %v", err)
	}
}

func TestFetchGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.bin")
	d, asked := serve(t, 2)
	if err := d.fetch(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	fetched(t, path)
	if want := []string{"", "bytes=100000-", "bytes=200000-"}; !slices.Equal(*asked, want) {
		t.Errorf("asked for %q, not %q", *asked, want)
	}
	// What another run has left.
	path = write(t, filepath.Join(t.TempDir(), "file.bin.part"), content[:1234])
	path = strings.TrimSuffix(path, ".part")
	if err := d.fetch(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	fetched(t, path)
	if last := (*asked)[len(*asked)-1]; last != "bytes=1234-" {
		t.Errorf("asked for %q", last)
	}
	// All of it, but not renamed yet; and something else.
	for name, left := range map[string][]byte{"all": content, "other": bytes.Repeat([]byte("x"), 5000), "longer": append(content, 1)} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path+".part", left)
		if err := d.fetch(t.Context(), path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		fetched(t, path)
	}
}

func TestFetchBreaks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.bin")
	d, _ := serve(t, 0)
	d.sum = sumOf([]byte("another file"))
	err := d.fetch(t.Context(), path)
	mentions(t, err, "checksum "+sumOf(content), "expected "+d.sum, "330000 bytes")
	if exists(path) || exists(path+".part") {
		t.Error("a file with a wrong checksum is left")
	}
	for status, want := range map[int]string{404: "404 Not Found", 206: "206 Partial Content"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		err := (&download{name: "a", urls: []string{server.URL}, sum: d.sum}).fetch(t.Context(), path)
		mentions(t, err, want, server.URL)
		server.Close()
	}
	// A server that always breaks off at once, and one that says nothing.
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "10") }))
	defer cut.Close()
	err = (&download{name: "a", urls: []string{cut.URL}, sum: d.sum}).fetch(t.Context(), path)
	mentions(t, err, "the connection broke after 0 of 10 bytes")
	before := silence
	silence = 50 * time.Millisecond
	defer func() { silence = before }()
	done := make(chan struct{})
	mute := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-done }))
	defer mute.Close()
	defer close(done)
	err = (&download{name: "a", urls: []string{mute.URL}, sum: d.sum}).fetch(t.Context(), path)
	mentions(t, err, "the server has said nothing for 50ms")
	if exists(path) {
		t.Error("there is a file of nothing")
	}
}

func TestFetchElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.bin")
	d, _ := serve(t, 0)
	d.urls = append([]string{"http://127.0.0.1:1/gone"}, d.urls...)
	if err := d.fetch(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	fetched(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mentions(t, d.fetch(ctx, path+"2"), "context canceled")
}

// TestNoNetwork: the error says what to do.
func TestNoNetwork(t *testing.T) {
	t.Setenv("LOUPE_DATA", "")
	t.Setenv("LOUPE_CACHE", t.TempDir())
	s := &source{"MNIST", "mnist", "data.Digits28()"}
	set := lazy(s.set, func() (*samples, error) {
		return s.idx(digitNames, []string{"http://127.0.0.1:1/"}, [4]string{})
	})
	mentions(t, set.Load(), "data: MNIST: train-images-idx3-ubyte.gz cannot be downloaded", "127.0.0.1:1", "LOUPE_DATA", "data.Digits28()")
	if _, _, err := set.TryMIMEBundle(); err != set.Load() {
		t.Errorf("shown, the set says %v", err)
	}
	dir := t.TempDir()
	t.Setenv("LOUPE_DATA", dir)
	_, err := s.file(from([]string{"http://127.0.0.1:1/"}, "a.gz", ""))
	mentions(t, err, "put it into "+dir)
	defer func() { mentions(t, recover().(error), "MNIST") }()
	set.Split()
}

// TestCached: a file that was downloaded is read without a network.
func TestCached(t *testing.T) {
	t.Setenv("LOUPE_DATA", "")
	dir := t.TempDir()
	t.Setenv("LOUPE_CACHE", dir)
	imagesAt(t, filepath.Join(dir, "data", "fashion-mnist"), ".gz")
	if s := FashionMNIST(); s.Load() != nil || s.Len() != 3 || s.Label(0) != "Trouser" {
		t.Errorf("%v", s)
	}
}

// imagesAt writes four files as MNIST has them: two images to train with, and one.
func imagesAt(t *testing.T, dir, ending string) {
	for name, data := range map[string][]byte{
		"train-images-idx3-ubyte": idxFile([]int{2, 1, 1}, 255, 51), "train-labels-idx1-ubyte": idxFile([]int{2}, 1, 2),
		"t10k-images-idx3-ubyte": idxFile([]int{1, 1, 1}, 102), "t10k-labels-idx1-ubyte": idxFile([]int{1}, 9),
	} {
		if ending != "" {
			data = zipped(data)
		}
		write(t, filepath.Join(dir, name+ending), data)
	}
}

func TestLocalImages(t *testing.T) {
	t.Setenv("LOUPE_CACHE", t.TempDir())
	dir := t.TempDir()
	t.Setenv("LOUPE_DATA", dir)
	imagesAt(t, dir, "")
	train, test := MNIST().Split()
	if train.Len() != 2 || test.Len() != 1 || test.Label(0) != "9" || test.X(0)[0] != float64(float32(0.4)) {
		t.Errorf("%v, %v", train, test)
	}
	write(t, dir+"/t10k-images-idx3-ubyte", idxFile([]int{1, 1, 1}))
	mentions(t, MNIST().Load(), "data: MNIST: "+dir+"/t10k-images-idx3-ubyte, byte 16: expected 1 bytes")

	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, values := range map[string]string{"x_train": "\xff\x33", "x_test": "\x66"} {
		w, _ := z.Create(name + ".npy")
		w.Write(npyFile(fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%d, 1, 1), }", len(values)), []byte(values)))
		w, _ = z.Create("y" + name[1:] + ".npy")
		w.Write(npyFile(fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }", len(values)), []byte("\x07\x03")[:len(values)]))
	}
	z.Close()
	write(t, dir+"/mnist.npz", b.Bytes())
	if s := MNIST(); s.Load() != nil || s.Len() != 3 || s.Label(0) != "7" || s.X(0)[0] != 1 {
		t.Errorf("of Keras' file: %v", s)
	}
}

func TestCIFARArchive(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LOUPE_DATA", dir)
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"test_batch.bin", "data_batch_1.bin", "readme.html"} {
		record := make([]byte, cifarRecord)
		record[0] = byte(len(name) % 10) // 4 and 6
		w.WriteHeader(&tar.Header{Name: "cifar-10-batches-bin/" + name, Size: cifarRecord, Mode: 0o644})
		w.Write(record)
	}
	w.Close()
	write(t, dir+"/cifar-10-binary.tar.gz", zipped(b.Bytes()))
	if s := CIFAR10(); s.Load() != nil || s.Len() != 2 || s.Label(0) != "frog" || s.Label(1) != "deer" {
		t.Errorf("%v", s)
	}
}

func TestIMDB(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LOUPE_DATA", dir)
	for name, text := range map[string]string{
		"train/pos/0_9": "A good film, <br />a good cast", "train/neg/0_1": "bad", "test/pos/1_8": "good and new", "test/neg/1_2": "a bad film",
	} {
		write(t, dir+"/aclImdb/"+name+".txt", []byte(text))
	}
	d := IMDB(Words(8), Length(6))
	if err := d.Train.Load(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q", d.Vocabulary()[4:]); got != `["a" "good" "bad" "cast"]` || d.Test.Label(1) != "positive" {
		t.Errorf("the words are %s", got)
	}
	if got := fmt.Sprint(d.Train.X(1), d.Test.X(1)); got != "[4 5 2 4 5 7] [0 0 1 5 2 2]" {
		t.Errorf("the numbers are %s", got)
	}
	_, err := IMDBFolder(dir)
	mentions(t, err, "expected folders train/neg")

	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []string{"train", "test"} {
		w, _ := z.Create("x_" + part + ".npy")
		w.Write(npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", unhex(t, pickledLists2)))
		w, _ = z.Create("y_" + part + ".npy")
		w.Write(npyFile("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", []byte("\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")))
	}
	z.Close()
	write(t, dir+"/imdb.npz", b.Bytes())
	write(t, dir+"/imdb_word_index.json", []byte(`{"the": 1, "of": 14, "and": 2}`))
	d = IMDB(Length(4))
	if err := d.Train.Load(); err != nil {
		t.Fatal(err)
	}
	// 1 and 14 become 4 and 17; 14 is beyond the three words that have ranks here.
	if got := fmt.Sprintf("%v %v %v", d.Train.X(0), d.Train.Label(0), d.Vocabulary()[4:6]); got != "[0 1 4 2] positive [the and]" {
		t.Errorf("Keras' reviews are %s", got)
	}
}
