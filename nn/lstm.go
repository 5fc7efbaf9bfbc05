package nn

// LSTM goes through sequences with a state h and a cell c for each unit
// (Hochreiter and Schmidhuber, 1997; forget gate: Gers et al., 2000):
//
//	i, f, g, o = x kernel + h recurrent_kernel + bias
//	c = sigmoid(f)·c + sigmoid(i)·tanh(g)
//	h = sigmoid(o)·tanh(c)
//
//	x [time in]  kernel [in 4·units]  recurrent_kernel [units 4·units]
//	bias [4·units]  y [units], or with Sequences [time units]
//
// The gates stand in the order i, f, g, o. Options: Sequences, Bidirectional,
// KernelInit, RecurrentInit, BiasInit.
//
//	nn.Sequential(nn.Embedding(1000, 64), nn.LSTM(64), nn.Dense(1, nn.Sigmoid))
func LSTM(units int, list ...Option) *Layer { return newRecurrent("LSTM", 4, units, list) }

// SimpleRNN goes through sequences with a state h for each unit (Elman, 1990):
//
//	h = tanh(x kernel + h recurrent_kernel + bias)
//
//	x [time in]  kernel [in units]  recurrent_kernel [units units]  bias [units]
//	y [units], or with Sequences [time units]
//
// Options are those of [LSTM].
func SimpleRNN(units int, list ...Option) *Layer { return newRecurrent("SimpleRNN", 1, units, list) }
