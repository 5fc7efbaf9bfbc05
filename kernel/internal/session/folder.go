package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Sessions keep the compiler's files in a folder of their own, named after
// their process, so that those of kernels which were killed can be removed.
const folderPrefix = "loupe-session-"

// newFolder makes a session's folder, and removes those whose kernel is gone.
func newFolder() (string, error) {
	sweep(os.TempDir())
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", folderPrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("cannot make a folder for the compiler's files: %w. Set TMPDIR to a folder that can be written", err)
	}
	return dir, nil
}

func sweep(tmp string) {
	dirs, err := filepath.Glob(filepath.Join(tmp, folderPrefix+"*-*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		digits, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), folderPrefix), "-")
		pid, err := strconv.Atoi(digits)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}
