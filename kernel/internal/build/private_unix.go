//go:build unix

package build

import (
	"fmt"
	"os"
	"syscall"
)

// private makes sure that nobody else can put a program where this user's
// workers are started from.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("the cache folder %s belongs to user %d, who could change the programs in it. Set LOUPE_CACHE to a folder of your own", dir, st.Uid)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("the cache folder %s is open to other users: %w", dir, err)
	}
	return nil
}
