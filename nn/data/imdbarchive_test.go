package data

import (
	"archive/tar"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// reviewFiles are texts as the archive aclImdb has them.
var reviewFiles = map[string]string{
	"train/pos/0_9": "A good film, <br />a good cast", "train/pos/1_7": "good", "train/neg/0_1": "bad", "train/neg/10_2": "a bad cast",
	"test/pos/1_8": "good and new", "test/neg/1_2": "a bad film",
}

// TestIMDBOriginal: the archive is fetched from a server, checked, read as it is,
// and gives what the folder gives.
func TestIMDBOriginal(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name, text string) {
		w.WriteHeader(&tar.Header{Name: "aclImdb/" + name, Size: int64(len(text)), Mode: 0o644})
		w.Write([]byte(text))
	}
	for name, text := range reviewFiles { // in any order
		add(name+".txt", text)
	}
	add("train/unsup/0_0.txt", "nobody knows")
	add("train/urls_pos.txt", "http://example.com")
	add("imdb.vocab", "good\nbad")
	w.Close()
	archive := zipped(b.Bytes())
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.URL.Path != "/aclImdb_v1.tar.gz" {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(archive))
	}))
	defer server.Close()
	places, sum := imdbPlaces, imdbSum
	defer func() { imdbPlaces, imdbSum = places, sum }()
	digest := md5.Sum(archive)
	imdbPlaces, imdbSum = []string{server.URL + "/"}, hex.EncodeToString(digest[:])
	t.Setenv("LOUPE_DATA", "")
	cache := t.TempDir()
	t.Setenv("LOUPE_CACHE", cache)

	fetched := IMDBOriginal(Words(8), Length(6))
	if err := fetched.Train.Load(); err != nil {
		t.Fatal(err)
	}
	if again := IMDBOriginal(Words(8), Length(6)); again.Test.Len() != 2 || asked != 1 {
		t.Errorf("%d texts to test with, asked for %d times", again.Test.Len(), asked)
	}
	dir := t.TempDir()
	for name, text := range reviewFiles {
		write(t, filepath.Join(dir, "aclImdb", name+".txt"), []byte(text))
	}
	t.Setenv("LOUPE_DATA", dir)
	folder := IMDBOriginal(Words(8), Length(6))
	for _, part := range [][2]*Set{{fetched.Train, folder.Train}, {fetched.Test, folder.Test}} {
		if got, want := fmt.Sprint(part[0].Labels(), part[0].Tensor().Float64s()), fmt.Sprint(part[1].Labels(), part[1].Tensor().Float64s()); got != want {
			t.Errorf("the archive gives %s\nthe folder %s", got, want)
		}
	}
	if !slices.Equal(fetched.Vocabulary(), folder.Vocabulary()) || fetched.Train.Len() != 4 {
		t.Errorf("%d texts, the words %q and %q", fetched.Train.Len(), fetched.Vocabulary(), folder.Vocabulary())
	}

	t.Setenv("LOUPE_DATA", "")
	t.Setenv("LOUPE_CACHE", t.TempDir())
	imdbSum = places[0]
	mentions(t, IMDBOriginal().Train.Load(), "aclImdb_v1.tar.gz cannot be downloaded", "checksum", "data.Reviews()")
	broken := write(t, filepath.Join(t.TempDir(), "aclImdb_v1.tar.gz"), archive[:len(archive)/2])
	_, _, err := readReviewArchive(broken, textForm{8, 6})
	mentions(t, err, broken)
	empty := write(t, filepath.Join(t.TempDir(), "a.tar"), make([]byte, 1024))
	_, _, err = readReviewArchive(empty, textForm{8, 6})
	mentions(t, err, "there are 0 to train with")
}
