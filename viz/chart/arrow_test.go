package chart

import (
	hexdump "encoding/hex"
	"math"
	"os"
	"testing"

	"loupe/internal/golden"
)

// TestArrow compares with bytes that pyarrow 26 has read.
func TestArrow(t *testing.T) {
	table := Table{[]Column{{Name: "name", Texts: []string{"a", "", "权重 😀"}}, {Name: "value", Numbers: []float64{1.5, math.NaN(), -1e300}}}}
	file := table.Arrow()
	if path := os.Getenv("ARROW"); path != "" {
		os.WriteFile(path, file, 0o644)
	}
	golden.Text(t, "table.arrow.hex", hexdump.Dump(file))
	for name, other := range map[string]Table{"no columns": {}, "no rows": {[]Column{{Name: "a", Numbers: []float64{}}, {Name: "b", Texts: []string{}}}}} {
		if b := other.Arrow(); len(b)%8 != 0 {
			t.Errorf("%s: %d bytes, which is not a multiple of 8", name, len(b))
		}
	}
}
