package session

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

// mappings are the lines of /proc/PID/maps whose permissions hold all of wanted.
func mappings(t *testing.T, pid int, wanted string) (found []string) {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		perms := strings.Fields(lines.Text())[1]
		all := true
		for _, p := range wanted {
			all = all && strings.ContainsRune(perms, p)
		}
		if all {
			found = append(found, lines.Text())
		}
	}
	return found
}

// TestNoCodeIsWritable watches a worker's memory while cells are linked,
// redefined, interrupted by panics and crash: no page is ever writable and
// executable at once.
func TestNoCodeIsWritable(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	run := func(n int, code string) {
		if o := s.Execute(t.Context(), protocol.Cell{Code: code, Count: n}, r); o.Err != nil && !strings.Contains(code, "panic") {
			t.Errorf("%s: %v", code, o.Err)
		}
	}
	run(1, "type shape interface{ area() float64 }\ntype box struct{ w, h float64 }\nfunc (b box) area() float64 { return b.w * b.h }")
	pid := s.Processes()[0]
	stop, looked := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				looked <- n
				return
			default:
			}
			for _, p := range []int{pid, os.Getpid()} {
				if bad := mappings(t, p, "wx"); len(bad) > 0 {
					t.Errorf("writable and executable: %s", bad)
				}
			}
			n++
			time.Sleep(200 * time.Microsecond)
		}
	}()
	for i := 2; i < 12; i++ {
		run(i, fmt.Sprintf("func f(s shape) string { return fmt.Sprint(s.area(), %d) }\nf(box{2, 3})", i))
	}
	run(12, "func (b box) name() string { return \"box\" }\nbox{}.name()")
	run(13, "var p *box\nfmt.Println(p.w) // panic")
	run(14, "f(box{1, 1})")
	code := mappings(t, pid, "x")
	close(stop)
	if n := <-looked; n < 20 {
		t.Errorf("the memory was looked at %d times", n)
	}
	cells := 0
	for _, line := range code {
		if strings.HasPrefix(line, "2") && strings.Contains(strings.Fields(line)[1], "r-xp") {
			cells++
		}
	}
	if cells == 0 {
		t.Errorf("no code of cells among %q", code)
	}
}

// TestNothingListens looks for sockets of the worker: it has none but the one
// that it was started with.
func TestNothingListens(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	if o := s.Execute(t.Context(), protocol.Cell{Code: "import \"net/http\"\nhttp.StatusText(200)", Count: 1}, r); o.Err != nil {
		t.Fatal(o.Err)
	}
	if found := listening(t, s.Processes()[0]); len(found) > 0 {
		t.Errorf("the worker listens: %q", found)
	}
	if o := s.Execute(t.Context(), protocol.Cell{Code: "import \"net\"\nl, err := net.Listen(\"tcp\", \"127.0.0.1:0\")\nerr", Count: 2}, r); o.Err != nil {
		t.Fatal(o.Err)
	}
	if found := listening(t, s.Processes()[0]); len(found) != 1 {
		t.Errorf("a cell listens, but what is found is %q", found)
	}
}

// listening lists a process's sockets that accept connections, as
// /proc/PID/net has them.
func listening(t *testing.T, pid int) (found []string) {
	t.Helper()
	mine := map[string]bool{}
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil {
			mine[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	for _, table := range []struct {
		name                string
		state, inode, about int // columns
		listen              string
	}{{"tcp", 3, 9, 1, "0A"}, {"tcp6", 3, 9, 1, "0A"}, {"udp", 3, 9, 1, "07"}, {"udp6", 3, 9, 1, "07"}, {"unix", 3, 6, 7, "00010000"}} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table.name))
		if err != nil {
			continue // a machine without IPv6
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) > table.inode && f[table.state] == table.listen && mine[f[table.inode]] {
				found = append(found, table.name+" "+strings.Join(f[table.about:], " "))
			}
		}
	}
	return found
}
