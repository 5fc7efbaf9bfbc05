package trees

import (
	"math"
	"slices"

	"loupe/nn/data"
)

// prepare checks a set and options, fills in the defaults, and lays out the samples.
func prepare(learner string, set *data.Set, options []Options) (*table, Options) {
	if len(options) > 1 {
		fail(learner, "it got %d Options: give one", len(options))
	}
	var o Options
	if len(options) == 1 {
		o = options[0]
	}
	o.check(learner)
	if set == nil || set.Len() == 0 {
		fail(learner, "the set has no samples to learn from")
	}
	if set.Width() == 0 {
		fail(learner, "the samples of %s have no features", set.Name())
	}
	t := newTable(learner, set, &o)
	o.defaults(learner, t)
	return t, o
}

// check reports values that cannot be, whatever the set.
func (o *Options) check(learner string) {
	o.foreign(learner)
	for _, a := range []struct {
		name  string
		value int
		zero  string
	}{
		{"Trees", o.Trees, "100"}, {"Depth", o.Depth, "the default"}, {"Leaves", o.Leaves, "no limit"},
		{"MinLeaf", o.MinLeaf, "1"}, {"Features", o.Features, "the default"},
	} {
		if a.value < 0 {
			fail(learner, "%s is %d: give a number from 1 on, or 0 for %s", a.name, a.value, a.zero)
		}
	}
	if o.Leaves == 1 {
		fail(learner, "Leaves is 1, which makes no split: give 2 or more, or 0 for no limit")
	}
	if o.Criterion != Gini && o.Criterion != Entropy {
		fail(learner, "there is no %v: Gini and Entropy are", o.Criterion)
	}
	for _, a := range []struct {
		name  string
		value float64
		most  float64
	}{
		{"Alpha", o.Alpha, math.MaxFloat64}, {"Lambda", o.Lambda, math.MaxFloat64},
		{"LearningRate", o.LearningRate, math.MaxFloat64}, {"Subsample", o.Subsample, 1},
	} {
		if a.value >= 0 && a.value <= a.most {
			continue
		}
		if a.most == 1 {
			fail(learner, "%s is %v: give a share above 0 and not above 1, or 0 for all samples", a.name, a.value)
		}
		fail(learner, "%s is %v: give a number above 0, or 0 for the default", a.name, a.value)
	}
}

// foreign reports options that belong to another learner: leaving them unread would be
// silent.
func (o *Options) foreign(learner string) {
	for _, a := range []struct {
		name  string
		given bool
		of    []string
	}{
		{"Trees", o.Trees != 0, []string{"Forest", "Boost"}}, {"Criterion", o.Criterion != 0, []string{"Forest", "Grow"}},
		{"Alpha", o.Alpha != 0, []string{"Forest", "Grow"}}, {"Subsample", o.Subsample != 0, []string{"Forest", "Boost"}},
		{"NoBootstrap", o.NoBootstrap, []string{"Forest"}}, {"LearningRate", o.LearningRate != 0, []string{"Boost"}},
		{"Lambda", o.Lambda != 0, []string{"Boost"}}, {"Validation", o.Validation != nil, []string{"Boost"}},
		{"Patience", o.Patience != 0, []string{"Boost"}},
	} {
		if !a.given || slices.Contains(a.of, learner) {
			continue
		}
		of := a.of[0]
		if len(a.of) > 1 {
			of += " and " + a.of[1]
		}
		fail(learner, "it has no use for the option %s, which is one of %s", a.name, of)
	}
	if o.Patience != 0 && o.Validation == nil {
		fail(learner, "Patience is %d, and there is no Validation to stop by", o.Patience)
	}
	if o.NoBootstrap && o.Subsample != 0 {
		fail(learner, "Subsample is %v, and with NoBootstrap every tree learns from all samples: leave one of them out", o.Subsample)
	}
}

// defaults replaces zeros.
func (o *Options) defaults(learner string, t *table) {
	if o.Features > t.p {
		fail(learner, "Features is %d, and the samples of %s have %d features", o.Features, t.name, t.p)
	}
	if o.Features == 0 {
		o.Features = t.p
		switch {
		case learner != "Forest":
		case t.k > 0:
			o.Features = max(1, int(math.Sqrt(float64(t.p))))
		default:
			o.Features = (t.p + 2) / 3
		}
	}
	if o.Depth == 0 && o.Leaves == 0 && learner == "Boost" {
		o.Depth = 3
	}
	// What walks a tree has a stack of its depth.
	if o.Depth == 0 || o.Depth > maxDepth {
		o.Depth = maxDepth
	}
	if o.Trees == 0 {
		o.Trees = 100
	}
	o.MinLeaf = max(o.MinLeaf, 1)
	if o.LearningRate == 0 {
		o.LearningRate = 0.1
	}
	if o.Subsample == 0 {
		o.Subsample = 1
	}
	if o.Patience == 0 {
		o.Patience = 10
	}
}
