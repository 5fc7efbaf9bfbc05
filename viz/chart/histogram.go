package chart

import (
	"math"
	"sort"
	"strings"
	"sync"
)

// Histogram shows how numbers are distributed, one facet for each set. Facets
// share their axes while all of them remain readable. Values farther than six
// interquartile ranges from the quartiles are outliers: those that the axis
// reaches are drawn in red, the others are counted at its ends. NaN and
// infinities are left out and counted.
func Histogram(sets ...Set) *Figure {
	return &Figure{art: &histogram{sets, sync.OnceValue(func() []*statistics {
		stats := make([]*statistics, len(sets))
		for i, s := range sets {
			stats[i] = summarise(s.Values)
		}
		return stats
	})}}
}

type histogram struct {
	sets       []Set
	statistics func() []*statistics // of the sets, computed at first use
}

// A bins is how often values fall into intervals of one width.
type bins struct {
	start, width float64
	counts       []int
}

// maxShare is how many times wider one facet's values may be than another's
// before they stop sharing an axis.
const maxShare = 8

// ranges returns the lower axis of each facet, and whether it is one for all.
func (h *histogram) ranges(o *Options) (list []axis, shared bool) {
	list = make([]axis, len(h.sets))
	lo, hi := math.Inf(1), math.Inf(-1)
	narrow, wide := math.Inf(1), 0.0
	for i, s := range h.statistics() {
		a, b := s.innerLow, s.innerHigh
		if o.ranged {
			a, b = o.lo, o.hi
		}
		list[i].lo, list[i].hi = widened(a, b)
		if s.n == 0 {
			continue
		}
		lo, hi = min(lo, list[i].lo), max(hi, list[i].hi)
		if a < b {
			narrow, wide = min(narrow, s.quartile3-s.quartile1), max(wide, s.quartile3-s.quartile1)
		}
	}
	if hi < lo {
		return list, true
	}
	apart := wide > maxShare*narrow || hi-lo > 4*maxShare*max(wide, narrow) && wide > 0
	if len(list) > 1 && (o.ownScales || apart && !o.commonScales) && !o.ranged {
		return list, false
	}
	for i := range list {
		list[i].lo, list[i].hi = lo, hi
	}
	return list, true
}

// binWidth follows Freedman and Diaconis (1981), within what a facet of a width
// can show, rounded to a nice number.
func binWidth(s *statistics, a axis, room float64) float64 {
	span := a.hi - a.lo
	if s.whole && span <= room/4 {
		return 1
	}
	width := 2 * (s.quartile3 - s.quartile1) / math.Cbrt(float64(max(s.n, 1)))
	least, most := span/max(8, min(120, room/2)), span/16
	if !(width >= least) {
		width = least
	}
	// nice rounds up: on average by this much.
	return nice(min(max(width/1.4, least), most))
}

// count puts a set's values into bins over an axis.
func (s *statistics) count(a axis, width float64) bins {
	start := math.Floor(a.lo/width+1e-9) * width
	if s.whole && width == 1 { // whole numbers lie in the middle of their bins
		start = math.Floor(a.lo) - 0.5
	}
	b := bins{start: start, width: width}
	n := min(int(math.Ceil((a.hi-start)/width-1e-9)), 2000)
	for i := range max(n, 1) {
		from, to := start+float64(i)*width, start+float64(i+1)*width
		last := i == n-1
		b.counts = append(b.counts, s.between(from, to, last))
	}
	return b
}

// between counts the values in [from, to), or up to to if it is the last bin.
func (s *statistics) between(from, to float64, last bool) int {
	i := sort.SearchFloat64s(s.sorted, from)
	if last {
		to = math.Nextafter(to, math.Inf(1))
	}
	return sort.SearchFloat64s(s.sorted, to) - i
}

func (h *histogram) Describe(o *Options) string {
	if len(h.sets) == 0 {
		return o.Say("Histogram without values.")
	}
	_, shared := h.ranges(o)
	if len(h.sets) == 1 {
		return o.Say("Histogram of %s: %s.", nameOr(h.sets[0].Name, o.Say("the values")), h.statistics()[0].sentence(o))
	}
	var parts []string
	for i, s := range h.sets {
		if i == 40 {
			parts = append(parts, o.Say("and %s more", count(len(h.sets)-i)))
			break
		}
		parts = append(parts, nameOr(s.Name, o.Say("set %s", count(i+1)))+": "+h.statistics()[i].sentence(o))
	}
	scales := o.Say("one scale")
	if !shared {
		scales = o.Say("each with a scale of its own")
	}
	return o.Say("Histograms of %s sets, %s. %s.", count(len(h.sets)), scales, strings.Join(parts, o.Say(". ")))
}

// nameOr is a name as text may contain it, or what stands for none.
func nameOr(name, other string) string {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return other
	}
	if len(name) > 200 {
		return strings.ToValidUTF8(name[:200], "") + "…"
	}
	return name
}

func (h *histogram) Caption(o *Options) string {
	if len(h.sets) != 1 {
		return ""
	}
	s := h.statistics()[0]
	text := s.short(o)
	if f := s.findings(o); f != "" {
		near := o.Say("%s near 0", percent(o, s.near, s.n))
		text += o.Say(", ") + strings.Replace(f, near, near+o.Say(" (within ±%s)", number(s.nearBelow)), 1)
	}
	if o.title == "" && h.sets[0].Name != "" {
		return nameOr(h.sets[0].Name, "") + ": " + text
	}
	return text
}
