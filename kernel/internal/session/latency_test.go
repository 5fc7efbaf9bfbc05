package session

import (
	"context"
	"fmt"
	"math/bits"
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

// BenchmarkLarge reports the cost of a small cell in a session that has loaded
// hundreds of packages. It needs -libraries.
func BenchmarkLarge(b *testing.B) {
	if !*libraries {
		b.Skip("needs -libraries")
	}
	s, err := New(protocol.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i, code := range []string{
		"%get github.com/apache/arrow-go/v18@v18.4.1 google.golang.org/grpc@v1.75.1 modernc.org/sqlite@v1.38.2",
		"import (\n\t_ \"github.com/apache/arrow-go/v18/parquet/pqarrow\"\n\t_ \"google.golang.org/grpc/health\"\n\t_ \"modernc.org/sqlite\"\n)",
	} {
		run(b, s, i+1, code)
	}
	linked := 0
	for _, p := range s.worker().Paths() {
		if !s.worker().Preloaded(p) {
			linked++
		}
	}
	b.ReportMetric(float64(linked), "packages")
	var times []time.Duration
	for i := range 200 {
		times = append(times, run(b, s, 10+i, fmt.Sprintf("x%d := %d\nx%d", i, i, i)))
	}
	report(b, "cell", times)
}

// run runs a cell and returns how long it took.
func run(b *testing.B, s *Session, number int, code string) time.Duration {
	b.Helper()
	start := time.Now()
	if o := s.Execute(context.Background(), protocol.Cell{Code: code, Count: number}, &recorder{}); o.Err != nil {
		b.Fatal(o.Err)
	}
	return time.Since(start)
}

// BenchmarkLoop reports the time of tight loops in a cell, as a ratio to the
// same loops in this program: what it costs that a cell can be interrupted.
func BenchmarkLoop(b *testing.B) {
	s, err := New(protocol.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	run(b, s, 1, "import \"math/bits\"\n"+loopSource)
	var ratios []time.Duration
	for i := range 15 {
		run(b, s, 2+2*i, "t0 := time.Now(); sum := loop(200_000_000); took := time.Since(t0)")
		r := &recorder{}
		if o := s.Execute(context.Background(), protocol.Cell{Code: "took.Nanoseconds()", Count: 3 + 2*i}, r); o.Err != nil {
			b.Fatal(o.Err)
		}
		var in int64
		if _, err := fmt.Sscanf(r.take(), "result: %d", &in); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		loopResult = loop(200_000_000)
		ratios = append(ratios, time.Duration(float64(in)/float64(time.Since(start).Nanoseconds())*1e6))
	}
	report(b, "ratio", ratios)
}

var loopResult uint64

//go:noinline
func loop(n int) uint64 {
	s := uint64(1)
	for i := range n {
		s = bits.RotateLeft64(s, 5) ^ uint64(i)
	}
	return s
}

const loopSource = `
//go:noinline
func loop(n int) uint64 {
	s := uint64(1)
	for i := range n {
		s = bits.RotateLeft64(s, 5) ^ uint64(i)
	}
	return s
}
`
