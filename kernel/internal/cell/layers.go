package cell

// layers is an immutable map from names. A change adds a small map on top and
// merges it downwards when it has grown to half the one below, so that a
// change costs its own size, amortised, and a look-up the logarithm of the
// whole.
type layers[V any] struct {
	maps []map[string]layered[V] // newest first
}

type layered[V any] struct {
	value V
	gone  bool // deleted since the layer below
}

func (l layers[V]) get(name string) (V, bool) {
	for _, m := range l.maps {
		if e, ok := m[name]; ok {
			return e.value, !e.gone
		}
	}
	var zero V
	return zero, false
}

// with returns l with the changes. It takes over the map given.
func (l layers[V]) with(changes map[string]layered[V]) layers[V] {
	if len(changes) == 0 {
		return l
	}
	below := l.maps
	for len(below) > 0 && 2*len(changes) >= len(below[0]) {
		merged := make(map[string]layered[V], len(changes)+len(below[0]))
		for name, e := range below[0] {
			merged[name] = e
		}
		for name, e := range changes {
			merged[name] = e
		}
		changes, below = merged, below[1:]
	}
	if len(below) == 0 {
		for name, e := range changes {
			if e.gone {
				delete(changes, name)
			}
		}
	}
	return layers[V]{append([]map[string]layered[V]{changes}, below...)}
}

// each calls f for every name, in no particular order.
func (l layers[V]) each(f func(name string, value V)) {
	for i, m := range l.maps {
	names:
		for name, e := range m {
			for _, above := range l.maps[:i] {
				if _, ok := above[name]; ok {
					continue names
				}
			}
			if !e.gone {
				f(name, e.value)
			}
		}
	}
}
