package session

import (
	"os/exec"
	"runtime"
)

// starter is the goroutine that starts all workers. It keeps its thread for
// good: Linux sends the parent-death signal when the thread that started a
// process ends, not when the process does.
var starter = func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
}()

func startLocked(cmd *exec.Cmd) error {
	done := make(chan error)
	starter <- func() { done <- cmd.Start() }
	return <-done
}
