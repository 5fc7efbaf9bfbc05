//go:build !unix

package object

import "os"

// Map returns the bytes of a file.
func Map(path string) ([]byte, error) { return os.ReadFile(path) }
