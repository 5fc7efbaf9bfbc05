package nn

// Residual adds its input to the output of some parts, which must not change the
// shape (He et al., 2015):
//
//	nn.Residual(nn.Conv2D(16, 3, nn.Same, nn.ReLU), nn.Conv2D(16, 3, nn.Same))
func Residual(parts ...Part) *Block {
	if len(parts) == 0 {
		fail("Residual wants at least one layer")
	}
	return &Block{"residual", func(in *Node) *Node {
		n := in
		for _, p := range parts {
			n = p.On(n)
		}
		return Add().On(in, n)
	}}
}

// TransformerBlock is attention and two Dense layers, each with a residual and
// normalised before (Xiong et al., 2020):
//
//	h = x + MultiHeadAttention(LayerNorm(x))
//	y = h + Dense(Dense(LayerNorm(h), hidden, GELU), size)
//
//	x, y [time size]
//
// Options: Causal, Rate (of a Dropout behind both), Epsilon, and an activation in
// place of GELU.
//
//	nn.TransformerBlock(64, 4, 128)
func TransformerBlock(size, heads, hidden int, list ...Option) *Block {
	positive("TransformerBlock", "the size", size)
	positive("TransformerBlock", "the number of heads", heads)
	positive("TransformerBlock", "the number of hidden units", hidden)
	o := read("TransformerBlock", append([]Option{GELU}, list...), optActivation, optCausal, optDropout, optEpsilon)
	norm := func(in *Node) *Node { return LayerNorm(Epsilon(o.epsilon)).On(in) }
	drop := func(in *Node) *Node {
		if o.dropout == 0 {
			return in
		}
		return Dropout(o.dropout).On(in)
	}
	return &Block{"transformer_block", func(in *Node) *Node {
		attend := MultiHeadAttention(heads)
		if o.causal {
			attend = MultiHeadAttention(heads, Causal)
		}
		h := Add().On(in, drop(attend.On(norm(in))))
		return Add().On(h, drop(Dense(size).On(Dense(hidden, o.activation).On(norm(h)))))
	}}
}
