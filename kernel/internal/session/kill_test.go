package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

// A notebook that starts processes in all ways that there are: from Go, in the
// background of a shell, and below those.
var starters = []string{
	"import \"os/exec\"\nchild := exec.Command(\"sleep\", \"1001\")\nfmt.Println(\"pid\", child.Start(), child.Process.Pid)",
	"grandchild := exec.Command(\"sh\", \"-c\", \"sleep 1002 & echo pid nil $!; wait\")\ngrandchild.Stdout = os.Stdout\ngrandchild.Start()\ntime.Sleep(300 * time.Millisecond)",
	"!sleep 1003 & echo pid nil $!",
	"%%bash\nsleep 1004 &\necho pid nil $!",
}

// pids are the processes that the cells have named.
func pids(t *testing.T, said string) (found []int) {
	t.Helper()
	for line := range strings.Lines(said) {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "pid" {
			pid, err := strconv.Atoi(f[2])
			if err != nil || syscall.Kill(pid, 0) != nil {
				t.Fatalf("%q names no process", line)
			}
			found = append(found, pid)
		}
	}
	return found
}

// awaitEnd waits until all of the processes are gone or zombies of init's.
func awaitEnd(t *testing.T, list []int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var left []string
		for _, pid := range list {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err == nil && !strings.Contains(string(stat), ") Z ") {
				left = append(left, string(stat[:min(40, len(stat))]))
			}
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("these processes go on: %q", left)
			return
		}
	}
}

// killedKernel makes the test binary a victim.
const killedKernel = "LOUPE_TEST_KILLED_KERNEL"

// victim is the test binary as a kernel that is going to be killed: it runs the
// cells and waits for its end.
func victim(dir string) {
	s, err := New(protocol.Config{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r := &recorder{}
	for i, code := range starters {
		if o := s.Execute(context.Background(), protocol.Cell{Code: code, Count: i + 1}, r); o.Err != nil {
			fmt.Println("failed", o.Err)
		}
	}
	fmt.Println("pid nil", s.Processes()[0])
	fmt.Println("pid nil", s.janitor.cmd.Process.Pid)
	fmt.Print(r.take())
	fmt.Println("folder", s.tmp)
	select {}
}

// TestKilledKernel kills a kernel while processes of its cells run: nothing of
// it stays.
func TestKilledKernel(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	tmp := t.TempDir()
	cmd.Env = append(os.Environ(), killedKernel+"="+t.TempDir(), "TMPDIR="+tmp)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if strings.HasPrefix(lines.Text(), "folder ") {
			break
		}
	}
	list := pids(t, said.String())
	if len(list) != 6 {
		t.Fatalf("the kernel has %d processes, want 6:\n%s", len(list), said.String())
	}
	cmd.Process.Kill()
	cmd.Wait()
	awaitEnd(t, list)
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("these files are left: %q", left)
	}
}

// TestKilledWorker kills a worker: its children end with it, its files go, and
// the session has a new one.
func TestKilledWorker(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	for i, code := range starters[:2] {
		if o := s.Execute(t.Context(), protocol.Cell{Code: code, Count: i + 1}, r); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	list := append(pids(t, r.take()), s.Processes()...)
	if len(list) != 3 {
		t.Fatalf("processes %v", list)
	}
	syscall.Kill(list[2], syscall.SIGKILL)
	awaitEnd(t, list)
	// The session may hear of the end before the cell, which then does not compile,
	// or when the cell is on its way to the worker.
	o := s.Execute(t.Context(), protocol.Cell{Code: "child", Count: 3}, r)
	if said := fmt.Sprint(r.take(), o.Err); o.Err == nil || o.Err.Name != "CompileError" && o.Err.Name != "WorkerLost" ||
		!strings.Contains(said, "ended between two cells: the process was ended by signal 9 (killed)") || !strings.Contains(said, "Lost: child") {
		t.Errorf("a cell that names what is lost: %s", said)
	}
	if o := s.Execute(t.Context(), protocol.Cell{Code: "1 + 1", Count: 4}, r); o.Err != nil || r.take() != "result: 2\n" {
		t.Error(o.Err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.tmp, "worker-*")); len(left) != 1 {
		t.Errorf("files of workers: %q", left)
	}
}

// TestKilledWhileCompiling kills the worker at all moments of a cell's way to
// it. The cell ends, with an error or in order, and the next one runs.
func TestKilledWhileCompiling(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lost := 0
	for i := range 25 {
		if o := s.Execute(ctx, protocol.Cell{Code: "x := 1", Count: 2*i + 1}, r); o.Err != nil {
			t.Fatal(o.Err)
		}
		pid := s.Processes()[0]
		killed := time.AfterFunc(time.Duration(i)*time.Millisecond, func() { syscall.Kill(pid, syscall.SIGKILL) })
		o := s.Execute(ctx, protocol.Cell{Code: "y := 2", Count: 2*i + 2}, r)
		switch {
		case ctx.Err() != nil:
			t.Fatalf("killed after %d ms, the cell does not end", i)
		case o.Err != nil && o.Err.Name != "WorkerLost":
			t.Errorf("killed after %d ms, the cell ends with %v", i, o.Err)
		case o.Err != nil:
			lost++
		}
		if killed.Stop() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		awaitEnd(t, []int{pid})
		for len(s.Processes()) > 0 && s.Processes()[0] == pid {
			time.Sleep(time.Millisecond)
		}
	}
	if lost == 0 {
		t.Error("no cell has lost its worker")
	}
}

// TestClosedSession closes a session in order: what its cells have started in
// the background ends, too.
func TestClosedSession(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	for i, code := range starters {
		if o := s.Execute(t.Context(), protocol.Cell{Code: code, Count: i + 1}, r); o.Err != nil {
			t.Error(o.Err)
		}
	}
	list := append(pids(t, r.take()), s.Processes()...)
	list = append(list, s.janitor.cmd.Process.Pid)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	awaitEnd(t, list)
	if _, err := os.Stat(s.tmp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}
