//go:build !unix

package session

import "os"

// tryLock never succeeds: what cannot be locked is never swept away.
func tryLock(*os.File) bool { return false }

// alive says that every process may be there.
func alive(int) bool { return true }
