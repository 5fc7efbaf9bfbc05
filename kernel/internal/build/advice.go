package build

import "strings"

// advice says what to do about failures that have little to do with Go.
var advice = []struct{ said, mend string }{
	{"no space left on device", "the disk is full: make room, or set LOUPE_CACHE (Loupe's worker), GOCACHE (compiled packages) or TMPDIR (what is being compiled) to folders on another disk, and start the kernel again"},
	{"disk quota exceeded", "your quota is used up: make room, or set LOUPE_CACHE (Loupe's worker), GOCACHE (compiled packages) or TMPDIR (what is being compiled) to other folders, and start the kernel again"},
	{"failed to initialize build cache", "set GOCACHE to a folder that you may write to: go env -w GOCACHE=DIR"},
	{"build cache is required", "set GOCACHE to a folder that you may write to: go env -w GOCACHE=DIR"},
	{"module cache not found", "set GOMODCACHE to a folder that you may write to: go env -w GOMODCACHE=DIR"},
	{"is not in std", "the Go installation is damaged, or the disk of its build cache is full: make room, try go list std, and install Go again from https://go.dev/dl if that fails"},
	{"go env: exit status", "the command go does not work: try go env, and install Go again from https://go.dev/dl if that fails"},
	{"network is unreachable", "connect to the network, or install a supported Go from https://go.dev/dl"},
	{"too many open files", "this user may open too few files: raise the limit with ulimit -n"},
	{"cannot allocate memory", "the machine has no memory left: end what uses it"},
	{"resource temporarily unavailable", "this user may start too few processes: raise the limit with ulimit -u"},
}

// Advice returns what a user can do about an error, "" if that is not known.
func Advice(err error) string {
	text := err.Error()
	for _, a := range advice {
		if strings.Contains(text, a.said) {
			return a.mend
		}
	}
	return ""
}

// maxSaid is how many lines of what a command says are kept.
const maxSaid = 12

// shorten keeps the first lines of what a command says.
func shorten(said string) string {
	lines := strings.SplitAfterN(said, "\n", maxSaid+1)
	if len(lines) <= maxSaid {
		return said
	}
	return strings.Join(lines[:maxSaid], "") + "…"
}
