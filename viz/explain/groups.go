package explain

import (
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Groups makes features count as one, such as the columns of a one-hot code: their
// names by the name of the group. Features that no group names stay alone. A group
// has the number of its greatest feature as its data, which is the category of a
// one-hot code.
func Groups(of map[string][]string) Option {
	return func(o *options) { o.set("Groups"); o.groups = of }
}

// groups are the players of games about a table.
type groups struct {
	names   []string
	columns [][]int
}

func groupsOf(features []string, of map[string][]string) (*groups, error) {
	within := make([]string, len(features)) // the group of each feature
	grouped := make([]bool, len(features))
	for _, group := range slices.Sorted(maps.Keys(of)) {
		if len(of[group]) == 0 {
			return nil, fmt.Errorf("the group %q has no features", group)
		}
		for _, name := range of[group] {
			j := slices.Index(features, name)
			if j < 0 {
				return nil, fmt.Errorf("the group %q has the feature %q, which does not exist; there are %s", group, name, someOf(features))
			}
			if grouped[j] {
				return nil, fmt.Errorf("the feature %q is in the groups %q and %q: it can be in one only", name, within[j], group)
			}
			within[j], grouped[j] = group, true
		}
	}
	g := &groups{}
	place := map[string]int{}
	for j, name := range features {
		if !grouped[j] {
			if _, taken := of[name]; taken {
				return nil, fmt.Errorf("%q is the name of a group and of a feature outside it: name the group otherwise", name)
			}
			g.names, g.columns = append(g.names, name), append(g.columns, []int{j})
			continue
		}
		at, ok := place[within[j]]
		if !ok {
			at = len(g.names)
			place[within[j]] = at
			g.names, g.columns = append(g.names, within[j]), append(g.columns, nil)
		}
		g.columns[at] = append(g.columns[at], j)
	}
	return g, nil
}

// data is the table of what players have.
func (g *groups) data(x *mat.Dense) *mat.Dense {
	rows, cols := x.Dims()
	if len(g.names) == cols {
		return x
	}
	out := mat.NewDense(rows, len(g.names), nil)
	for i := range rows {
		row := x.RawRowView(i)
		for p, columns := range g.columns {
			if len(columns) == 1 {
				out.Set(i, p, row[columns[0]])
				continue
			}
			best := 0
			for k, col := range columns {
				if row[col] > row[columns[best]] {
					best = k
				}
			}
			out.Set(i, p, float64(best))
		}
	}
	return out
}
