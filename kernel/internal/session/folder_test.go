package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSweepRemovesWhatKilledKernelsLeave(t *testing.T) {
	tmp := t.TempDir()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	pid := strconv.Itoa(ended.Process.Pid)
	old := time.Now().Add(-time.Hour)
	make := func(name string, locked bool, at time.Time) {
		dir := filepath.Join(tmp, folderPrefix+name)
		if err := os.MkdirAll(filepath.Join(dir, "worker-1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, pid) {
			f, err := os.Create(filepath.Join(dir, lockName))
			if err != nil {
				t.Fatal(err)
			}
			if locked {
				syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
				t.Cleanup(func() { f.Close() })
			} else {
				f.Close()
			}
		}
		os.Chtimes(dir, at, at)
	}
	make("dead", false, old)
	make(pid+"-1", false, old) // has no lock
	make("alive", true, old)
	make("young", false, time.Now())
	sweep(tmp)
	for name, want := range map[string]bool{"dead": false, pid + "-1": false, "alive": true, "young": true} {
		if _, err := os.Stat(filepath.Join(tmp, folderPrefix+name)); (err == nil) != want {
			t.Errorf("the folder %q: %v", name, err)
		}
	}
}
