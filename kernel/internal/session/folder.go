package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// folderPrefix begins the names of sessions' folders.
const folderPrefix = "loupe-session-"

// A folder is where a session keeps the files of its compiler and its workers.
// It is locked as long as its kernel lives.
type folder struct {
	path string
	lock *os.File
}

// lockName is the file in a folder that its kernel holds a lock on.
const lockName = "lock"

// newFolder makes a session's folder, and removes those whose kernel is gone.
func newFolder() (folder, error) {
	sweep(os.TempDir())
	path, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", folderPrefix, os.Getpid()))
	if err == nil {
		var lock *os.File
		if lock, err = os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			tryLock(lock) // nobody else has it
			return folder{path, lock}, nil
		}
		os.RemoveAll(path)
	}
	return folder{}, fmt.Errorf("cannot make a folder for the compiler's files: %w. Set TMPDIR to a folder that can be written", err)
}

func (f folder) remove() error {
	err := os.RemoveAll(f.path)
	f.lock.Close()
	return err
}

// sweepAfter spares a folder whose kernel has not locked it yet.
const sweepAfter = time.Minute

// gone says that the process is gone which a folder is named after.
func gone(dir string) bool {
	digits, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), folderPrefix), "-")
	pid, err := strconv.Atoi(digits)
	return err == nil && !alive(pid)
}

// sweep removes folders that no living kernel has locked.
func sweep(tmp string) {
	dirs, err := filepath.Glob(filepath.Join(tmp, folderPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < sweepAfter {
			continue
		}
		lock, err := os.Open(filepath.Join(dir, lockName))
		if err != nil {
			if os.IsNotExist(err) && gone(dir) {
				os.RemoveAll(dir)
			}
			continue // else it is another user's
		}
		if tryLock(lock) {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
}
