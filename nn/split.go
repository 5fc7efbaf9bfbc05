package nn

// Split returns what a layer does before its activation, as a layer with the same
// weights, and the activation; [Linear] if it has none of its own. It is for those who
// go through a model step by step.
func (l *Layer) Split() (*Layer, Activation) {
	k, ok := l.kind.(interface{ linear() Kind })
	if !ok || l.Activation().name == "" || l.Activation().name == Linear.name {
		return l, Linear
	}
	bare := *l
	bare.kind = k.linear()
	return &bare, l.Activation()
}

func (k *dense) linear() Kind {
	c := *k
	c.activation = Linear
	return &c
}

func (k *conv) linear() Kind {
	c := *k
	c.activation = Linear
	return &c
}
