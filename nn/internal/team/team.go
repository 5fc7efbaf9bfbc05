// Package team divides work among the cores.
//
// A [Job] is a number of parts, each of which writes to places of its own, so
// that results do not depend on how many cores there are and who did what.
package team

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Job does parts of some work, several at a time.
type Job interface {
	// Do does one part. No two parts are done at a time by the same member, 0 to
	// Size()-1, so that each member can have memory of its own.
	Do(part, member int)
}

// spin is how long a core looks for new work before it sleeps. A sleeping one
// takes some 10 to 50 µs to wake, as long as a small product of matrices.
const spin = 40 * time.Microsecond

// A run is a job that is being done.
type run struct {
	job    Job
	parts  int32
	size   int          // members 0 to size-1 work on it
	next   atomic.Int32 // the part to be taken next
	done   atomic.Int32
	failed atomic.Pointer[failure]
}

// A failure is what a part panicked with, and where.
type failure struct {
	value any
	stack []byte
}

// A member is a goroutine that helps. It sleeps on wake.
type member struct {
	number int // from 1: the caller is 0
	asleep atomic.Bool
	wake   chan struct{}
}

var team struct {
	sync.Mutex // held while a job is being done
	size       atomic.Int32
	members    []*member
	current    atomic.Pointer[run]
}

// Size returns the number of cores that work on a job: GOMAXPROCS, unless
// [SetSize] said otherwise.
func Size() int {
	if n := team.size.Load(); n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}

// SetSize sets the number of cores; 0 means GOMAXPROCS.
func SetSize(n int) { team.size.Store(int32(max(n, 0))) }

// Do does parts 0 to parts-1 of the job and returns when all are done. The
// caller works too. While another goroutine has the team, and inside a part, it
// does everything alone. A panic in a part is one of Do.
func Do(parts int, job Job) {
	n := min(Size(), parts)
	if n <= 1 || !team.TryLock() {
		for i := range parts {
			job.Do(i, 0)
		}
		return
	}
	defer team.Unlock()
	for len(team.members) < n-1 {
		m := &member{number: len(team.members) + 1, wake: make(chan struct{}, 1)}
		team.members = append(team.members, m)
		go m.work()
	}
	r := &run{job: job, parts: int32(parts), size: n}
	team.current.Store(r)
	for _, m := range team.members[:n-1] {
		if m.asleep.CompareAndSwap(true, false) {
			m.wake <- struct{}{}
		}
	}
	r.help(0)
	for i := 0; r.done.Load() < r.parts; i++ {
		if i > 1000 {
			runtime.Gosched()
		}
	}
	team.current.Store(nil)
	if f := r.failed.Load(); f != nil {
		panic(fmt.Sprintf("%v\n\nin a part of a job:\n%s", f.value, f.stack))
	}
}

// help does parts until none is left.
func (r *run) help(member int) {
	for {
		part := r.next.Add(1) - 1
		if part >= r.parts {
			return
		}
		r.do(int(part), member)
	}
}

func (r *run) do(part, member int) {
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 8<<10)
			r.failed.CompareAndSwap(nil, &failure{p, buf[:runtime.Stack(buf, false)]})
		}
		r.done.Add(1)
	}()
	r.job.Do(part, member)
}

// work is the life of a member: look for a job, help, look for the next.
func (m *member) work() {
	var last *run
	idle := time.Now()
	for i := 0; ; i++ {
		if r := team.current.Load(); r != nil && r != last {
			last = r
			if m.number < r.size {
				r.help(m.number)
			}
			idle = time.Now()
			continue
		}
		if i%64 != 0 || time.Since(idle) < spin {
			continue
		}
		last = nil // it must not keep the job's memory
		m.asleep.Store(true)
		// A job that came just before would not have woken this one.
		if r := team.current.Load(); r != nil && m.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-m.wake
		idle = time.Now()
	}
}
