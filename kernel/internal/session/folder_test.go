package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

func TestSweepRemovesWhatKilledKernelsLeave(t *testing.T) {
	tmp := t.TempDir()
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(tmp, folderPrefix+strconv.Itoa(gone.Process.Pid)+"-1")
	alive := filepath.Join(tmp, folderPrefix+strconv.Itoa(os.Getpid())+"-1")
	for _, dir := range []string{dead, alive} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sweep(tmp)
	if _, err := os.Stat(dead); err == nil {
		t.Error("the folder of a process that is gone is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Error("the folder of a living process is gone")
	}
}
