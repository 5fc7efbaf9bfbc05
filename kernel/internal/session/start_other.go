//go:build !linux

package session

import (
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
)

// Cells run on Linux only, so far; build.FindToolchain says so before anything
// here is asked.
var errSystem = errors.New("cells do not run on this system")

func socketPair() (ours, theirs *os.File, err error) { return nil, nil, errSystem }
func apart(*exec.Cmd)                                {}
func apartUntilDeath(*exec.Cmd)                      {}
func inOwnSession(*exec.Cmd)                         {}
func killGroup(int) error                            { return errSystem }
func groupGone(int) bool                             { return false }
func startLocked(*exec.Cmd, bool) error              { return errSystem }
func pending(*os.File) bool                          { return false }

func readMarked(f *os.File, buf []byte, reading *atomic.Int32) (int, error) {
	reading.Add(1)
	return f.Read(buf)
}
