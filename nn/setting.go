package nn

import "strconv"

// A Setting is a choice that a layer was made with, as text: "filters", "32".
type Setting struct{ Name, Value string }

// Settings lists what a layer was made with, besides its activation.
func (l *Layer) Settings() []Setting {
	k, ok := l.kind.(interface{ settings() settings })
	if !ok {
		return nil
	}
	return k.settings()
}

type settings []Setting

func (s settings) and(name string, value int) settings {
	return append(s, Setting{name, decimal(value)})
}

func (s settings) share(name string, value float64) settings {
	return append(s, Setting{name, strconv.FormatFloat(value, 'g', -1, 64)})
}

// window adds the sizes along one axis or two: "3 × 3".
func (s settings) window(name string, size [2]int, rank int) settings {
	return append(s, Setting{name, Shape(size[:rank]).axes()})
}

func (s settings) flag(name string, on bool) settings {
	if !on {
		return s
	}
	return append(s, Setting{name, "yes"})
}

// places adds what stride, padding, dilation and groups change.
func (s settings) places(o *options, rank int, stride [2]int) settings {
	if o.stride != stride && o.stride != [2]int{} {
		s = s.window("stride", o.stride, rank)
	}
	switch {
	case o.same:
		s = append(s, Setting{"padding", "same"})
	case o.padding != [2]int{}:
		s = s.window("padding", o.padding, rank)
	}
	if o.dilation != [2]int{1, 1} && o.dilation != [2]int{} {
		s = s.window("dilation", o.dilation, rank)
	}
	if o.groups > 1 {
		s = s.and("groups", o.groups)
	}
	return s.flag("no bias", o.noBias)
}

func (k *dense) settings() settings {
	return settings{}.and("units", k.units).flag("no bias", k.noBias)
}

func (k *conv) settings() settings {
	return settings{}.and("filters", k.filters).window("kernel", k.size, k.rank).places(&k.options, k.rank, [2]int{1, 1})
}

func (k *pool) settings() settings {
	return settings{}.window("window", k.size, k.rank).places(&k.options, k.rank, k.size)
}

func (k *recurrent) settings() settings {
	return settings{}.and("units", k.units).flag("sequences", k.sequences).flag("bidirectional", k.bidirectional)
}

func (k *embedding) settings() settings {
	return settings{}.and("words", k.words).and("size", k.size)
}

func (k dropout) settings() settings { return settings{}.share("rate", k.share) }

func (k *attention) settings() settings {
	return settings{}.and("heads", k.heads).flag("causal", k.causal)
}

func (k *batchNorm) settings() settings {
	return settings{}.share("momentum", k.momentum).share("epsilon", k.epsilon)
}

func (k *layerNorm) settings() settings { return settings{}.share("epsilon", k.epsilon) }

func (k concatKind) settings() settings {
	if k.axis == -1 {
		return nil
	}
	return settings{}.and("axis", k.axis)
}
