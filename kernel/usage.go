package kernel

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"loupe/kernel/internal/protocol"
)

// A meter measures what the kernel and its processes use, from /proc. Where
// there is none it reports the kernel's own memory only.
type meter struct {
	mu   sync.Mutex
	at   time.Time
	cpu  float64 // seconds used by our processes
	busy float64 // ticks of the machine that were not idle
	all  float64
}

// ticksPerSecond is USER_HZ, 100 on every Linux that Go runs on.
const ticksPerSecond = 100

func newMeter() *meter {
	m := &meter{}
	m.read(nil)
	return m
}

// read reports the usage since the last read.
func (m *meter) read(pids []int) protocol.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := protocol.Usage{PID: os.Getpid(), CPUCount: runtime.NumCPU(), HostMemory: hostMemory()}
	u.Hostname, _ = os.Hostname()
	var cpu float64
	for _, pid := range append([]int{os.Getpid()}, pids...) {
		seconds, bytes := process(pid)
		cpu += seconds
		u.KernelMemory += bytes
	}
	if u.KernelMemory == 0 {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		u.KernelMemory = mem.Sys
	}
	busy, all := hostCPU()
	now := time.Now()
	if passed := now.Sub(m.at).Seconds(); !m.at.IsZero() && passed > 0 {
		u.KernelCPU = max(0, 100*(cpu-m.cpu)/passed)
		if all > m.all {
			u.HostCPU = 100 * (busy - m.busy) / (all - m.all)
		}
	}
	m.at, m.cpu, m.busy, m.all = now, cpu, busy, all
	return u
}

// process returns the CPU time and resident memory of a process.
func process(pid int) (seconds float64, resident uint64) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	// The name, in parentheses, may hold spaces: count fields after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 22 {
		return 0, 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	pages, _ := strconv.ParseUint(fields[21], 10, 64)
	return (user + system) / ticksPerSecond, pages * uint64(os.Getpagesize())
}

func hostCPU() (busy, all float64) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	for i, f := range strings.Fields(line)[1:] {
		v, _ := strconv.ParseFloat(f, 64)
		if i < 8 { // guest time is part of user time already
			all += v
		}
		if i < 8 && i != 3 && i != 4 {
			busy += v
		}
	}
	return busy, all
}

func hostMemory() *protocol.Memory {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return nil
	}
	values := map[string]uint64{}
	for line := range strings.Lines(string(data)) {
		var name string
		var kb uint64
		if n, _ := fmt.Sscan(line, &name, &kb); n == 2 {
			values[name] = kb << 10
		}
	}
	m := &protocol.Memory{Total: values["MemTotal:"], Available: values["MemAvailable:"], Free: values["MemFree:"]}
	if m.Total == 0 || m.Available > m.Total {
		return nil
	}
	m.Used = m.Total - m.Available
	m.Percent = 100 * float64(m.Used) / float64(m.Total)
	return m
}
