package soak

import (
	"math/rand/v2"
	"testing"
)

// TestPrograms compiles notebooks as plain programs: what is written is right,
// and two readers of one seed read the same.
func TestPrograms(t *testing.T) {
	for seed := range uint64(2) {
		nb := Write(rand.New(rand.NewPCG(seed, 0)), 150, true)
		expected, err := nb.expect(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		again := Write(rand.New(rand.NewPCG(seed, 0)), 150, true)
		if nb.Program() != again.Program() {
			t.Error("one seed makes two notebooks")
		}
		kinds := map[Kind]int{}
		printed := 0
		for i, c := range nb.Cells {
			kinds[c.Kind]++
			if expected[i] != "" {
				printed++
			}
		}
		if len(kinds) != 4 || printed < 100 {
			t.Errorf("seed %d: cells of kinds %v, %d print something", seed, kinds, printed)
		}
	}
}
