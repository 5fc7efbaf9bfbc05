package team

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

type count []atomic.Int32

func (c count) Do(part, _ int) { c[part].Add(1) }

type nested struct{ counts []count }

func (n nested) Do(part, _ int) { Do(len(n.counts[part]), n.counts[part]) }

type failing struct{}

func (failing) Do(part, _ int) {
	if part == 3 {
		panic("part three")
	}
}

func TestEveryPartOnce(t *testing.T) {
	defer SetSize(0)
	for _, size := range []int{1, 2, 3, 8} {
		SetSize(size)
		for parts := range 40 {
			c := make(count, parts)
			Do(parts, c)
			for i := range c {
				if n := c[i].Load(); n != 1 {
					t.Fatalf("%d cores did part %d of %d %d times", size, i, parts, n)
				}
			}
		}
	}
}

func TestNestedAndConcurrent(t *testing.T) {
	SetSize(4)
	defer SetSize(0)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				n := nested{make([]count, 5)}
				for i := range n.counts {
					n.counts[i] = make(count, 7)
				}
				Do(5, n)
				for _, c := range n.counts {
					for i := range c {
						if c[i].Load() != 1 {
							t.Error("a part of a nested job was not done once")
						}
					}
				}
			}
		}()
	}
	wg.Wait()
}

func TestPanicReachesCaller(t *testing.T) {
	SetSize(2)
	defer SetSize(0)
	defer func() {
		if p, _ := recover().(string); !strings.HasPrefix(p, "part three") {
			t.Errorf("recovered %q", p)
		}
		c := make(count, 4)
		Do(4, c) // and the team goes on
	}()
	Do(6, failing{})
}
