package nn

import "loupe/nn/tensor"

// recurrent is a layer that goes through sequences and has a state: SimpleRNN, GRU
// or LSTM. Its formula is in the file of each.
type recurrent struct {
	options
	cell  string // "LSTM"
	gates int    // sums for each unit
	units int
	ways  [2]direction
}

// A direction is the weights for going through sequences one way.
type direction struct {
	kernel, recurrent, bias *Param
	reverse                 bool
}

func newRecurrent(cell string, gates, units int, list []Option) *Layer {
	positive(cell, "the number of units", units)
	o := read(cell, list, optSequences, optBoth, optKernel, optRecurrent, optBias)
	return newLayer(&recurrent{options: o, cell: cell, gates: gates, units: units}).Named(o.name)
}

func (k *recurrent) Type() string { return k.cell }

// Clone returns a kind with the same settings.
func (k *recurrent) Clone() Kind {
	c := *k
	return &c
}

// Units returns the number of units, in each direction.
func (k *recurrent) Units() int { return k.units }

func (k *recurrent) directions() []direction {
	if k.bidirectional {
		return k.ways[:]
	}
	return k.ways[:1]
}

func (k *recurrent) Build(b *Builder, in []Shape) Shape {
	s := b.single(in, 2, "time × features")
	width, sums := s[1], k.gates*k.units
	for i := range k.directions() {
		prefix := ""
		if k.bidirectional {
			prefix = []string{"forward_", "backward_"}[i]
		}
		d := &k.ways[i]
		d.reverse = i == 1
		d.kernel = b.Param(prefix+"kernel", k.kernel, width, sums, width, sums)
		d.recurrent = b.Param(prefix+"recurrent_kernel", k.options.recurrent, k.units, sums, k.units, sums)
		switch k.cell {
		case "GRU": // one for each product: see there
			d.bias = b.Param(prefix+"bias", k.biasInit, width, sums, 2, sums)
		default:
			d.bias = b.Param(prefix+"bias", k.biasInit, width, sums, sums)
		}
		if k.cell == "LSTM" && k.biasInit.name == Zeros.name && b.again == nil {
			// The gate that forgets begins open (Jozefowicz et al., 2015).
			d.bias.Data.Slice(0, k.units, 2*k.units).Fill(1)
		}
	}
	width = k.units * len(k.directions())
	if k.sequences {
		return Shape{s[0], width}
	}
	return Shape{width}
}

func (k *recurrent) Forward(t *Tape, in []*Value) *Value {
	x := in[0]
	if x.Data.Rank() != 3 || x.Data.Dim(1) == 0 {
		fail("it wants inputs of batch × time × features with at least one step, not of the shape %v", x.shape())
	}
	var out []*Value
	for i := range k.directions() {
		if x.Data.DType() == tensor.Float64 {
			out = append(out, recur[float64](t, x, k, &k.ways[i]))
		} else {
			out = append(out, recur[float32](t, x, k, &k.ways[i]))
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	y := concat(t, out, -1)
	for _, v := range out {
		y.walks = append(y.walks, v.walks...)
	}
	return y
}

func (k *recurrent) macs(in []Shape, _ Shape) int {
	steps := max(in[0][0], 1)
	return len(k.directions()) * steps * k.gates * k.units * (in[0][1] + k.units)
}
