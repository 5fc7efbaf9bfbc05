package session

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

// BenchmarkCells reports the cost of cells in a session: the median and the
// 95th percentile in milliseconds, early and after many cells.
func BenchmarkCells(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("LOUPE_CELLS"))
	if n == 0 {
		n = 300
	}
	for _, c := range []struct{ name, code string }{
		{"trivial", "x%d := %d\nx%d"},
		{"print", "fmt.Println(%d, %d, %d)"},
		{"redefine", "func f() int { return %d + %d + %d }"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, err := New(protocol.Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			r := &recorder{}
			var times []time.Duration
			for i := range n {
				start := time.Now()
				if o := s.Execute(context.Background(), protocol.Cell{Code: fmt.Sprintf(c.code, i, i, i), Count: i + 1}, r); o.Err != nil {
					b.Fatal(o.Err)
				}
				times = append(times, time.Since(start))
			}
			report(b, "first", times[1:min(100, n)])
			report(b, "last", times[max(1, n-100):])
			if pids := s.Processes(); len(pids) > 0 {
				b.ReportMetric(float64(residentKB(pids[0]))/1024, "workerMB")
			}
		})
	}
}

func report(b *testing.B, name string, times []time.Duration) {
	times = slices.Sorted(slices.Values(times))
	ms := func(q float64) float64 { return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000 }
	b.ReportMetric(ms(0.5), name+"-p50-ms")
	b.ReportMetric(ms(0.95), name+"-p95-ms")
}

func residentKB(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	var kb int
	for line := range slices.Values(splitLines(string(status))) {
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb
		}
	}
	return 0
}

func splitLines(s string) []string {
	var lines []string
	for len(s) > 0 {
		i := 0
		for i < len(s) && s[i] != '\n' {
			i++
		}
		lines = append(lines, s[:i])
		s = s[min(i+1, len(s)):]
	}
	return lines
}
