//go:build unix

package session

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
)

// A janitor is a small process beside the kernel. When the kernel is killed it
// ends what cells have started and removes the session's files: a killed
// process can do neither for itself, and Linux ends only the worker with it,
// not what the worker has started.
type janitor struct {
	mu     sync.Mutex
	groups map[int]bool // process groups that are to end with the kernel
	in     io.WriteCloser
	cmd    *exec.Cmd
}

// janitorScript reads what to look after: "+ GROUP", "- GROUP", and "." when
// the kernel has put everything in order itself. It is in a session of its own,
// so that what ends the kernel's process group does not end it.
const janitorScript = `trap '' INT TERM HUP QUIT
groups=
while read -r what group; do
	case $what in
	+) groups="$groups $group" ;;
	-) rest=
	   for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
	   groups=$rest ;;
	.) exit 0 ;;
	esac
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
rm -rf -- "$1"
`

// newJanitor starts a janitor for a session's folder. Without a shell there is
// none, and the next session sweeps up.
func newJanitor(dir string) *janitor {
	j := &janitor{groups: map[int]bool{}}
	cmd := exec.Command("/bin/sh", "-c", janitorScript, "loupe-janitor", dir)
	cmd.Dir = "/"
	inOwnSession(cmd)
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return j
	}
	j.in, j.cmd = in, cmd
	return j
}

// watch ends a process group with the kernel, and forgets those that are empty.
func (j *janitor) watch(group int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for g := range j.groups {
		if groupGone(g) {
			j.drop(g)
		}
	}
	j.groups[group] = true
	j.say("+", group)
}

// forget is for a group that has ended.
func (j *janitor) forget(group int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop(group)
}

func (j *janitor) drop(group int) {
	delete(j.groups, group)
	j.say("-", group)
}

func (j *janitor) say(what string, group int) {
	if j.in != nil {
		fmt.Fprintln(j.in, what, group) // one that is gone needs nothing
	}
}

// close ends all groups and then the janitor.
func (j *janitor) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for g := range j.groups {
		_ = killGroup(g) // it may be gone already
	}
	if j.in == nil {
		return
	}
	fmt.Fprintln(j.in, ".")
	j.in.Close()
	j.cmd.Wait()
	j.in = nil
}
