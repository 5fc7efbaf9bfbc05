package golden

import (
	"maps"
	"slices"
	"testing"
)

// Few are all figures of a list, but every eighth with -short: under the race detector,
// which looks for what drawing shares and not at pictures, all would take minutes.
func Few[F any](all map[string]F) map[string]F {
	if !testing.Short() {
		return all
	}
	few := map[string]F{}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%8 == 0 {
			few[name] = all[name]
		}
	}
	return few
}
