//go:build unix

package data

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestTwoProcesses: of processes that want the same file at once, one fetches it;
// where that one dies, the next goes on from what it has left.
func TestTwoProcesses(t *testing.T) {
	if path := os.Getenv("LOUPE_FETCH"); path != "" { // one of the processes
		d := &download{name: "file.bin", urls: []string{os.Getenv("LOUPE_FETCH_FROM")}, sum: sumOf(content)}
		if err := d.fetch(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		return
	}
	var asked atomic.Int32
	ranges := make(chan string, 10)
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/hangs" && r.Header.Get("Range") == "" {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			w.Write(content[:100_000])
			w.(http.Flusher).Flush()
			ranges <- ""
			<-hang
			return
		}
		ranges <- r.Header.Get("Range")
		time.Sleep(300 * time.Millisecond) // while the other waits
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	defer server.Close()
	defer close(hang)
	start := func(path, url string) *exec.Cmd {
		c := exec.Command(os.Args[0], "-test.run=^TestTwoProcesses$")
		c.Env = append(os.Environ(), "LOUPE_FETCH="+path, "LOUPE_FETCH_FROM="+url)
		var out bytes.Buffer
		c.Stdout = &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("a process says:\n%s", out.String())
			}
		})
		return c
	}

	path := filepath.Join(t.TempDir(), "set", "file.bin")
	all := []*exec.Cmd{start(path, server.URL), start(path, server.URL), start(path, server.URL)}
	for _, c := range all {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	fetched(t, path)
	if n := asked.Load(); n != 1 {
		t.Errorf("the file was asked for %d times", n)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%v is left", files)
	}
	<-ranges

	path = filepath.Join(t.TempDir(), "file.bin")
	dying := start(path, server.URL+"/hangs")
	<-ranges
	for end := time.Now().Add(20 * time.Second); length(path+".part") == 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	next := start(path, server.URL+"/hangs")
	time.Sleep(100 * time.Millisecond)
	dying.Process.Kill()
	dying.Wait()
	if err := next.Wait(); err != nil {
		t.Error(err)
	}
	fetched(t, path)
	if got := <-ranges; got == "" {
		t.Error("what was there was not used")
	}
}
