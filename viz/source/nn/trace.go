package nn

import (
	"errors"

	net "loupe/nn"
	"loupe/viz/model"
)

// readTrace reads a recorder, or the history of a training that had one.
func readTrace(v any) (*model.Trace, error) {
	switch v := v.(type) {
	case *net.Recorder:
		return trace(v), nil
	case *net.History:
		r := v.Recorder()
		if r == nil {
			return nil, errors.New("this training has recorded nothing: add nn.Record() to the Callbacks of nn.Fit's Config")
		}
		return trace(r), nil
	}
	return nil, nil
}

func trace(r *net.Recorder) *model.Trace {
	t := &model.Trace{}
	at := map[string]int{}
	for _, s := range r.Samples() {
		i, ok := at[s.Name()]
		if !ok {
			i = len(t.Series)
			at[s.Name()] = i
			t.Series = append(t.Series, model.Series{Node: s.Layer, What: s.What})
		}
		p := model.Point{Step: s.Step, Count: s.Finite + s.NaN + s.Inf, Finite: s.Finite, Zeros: s.Zeros, Min: s.Min, Max: s.Max, Mean: s.Mean, Std: s.Std,
			Norm: s.Norm, Quantiles: s.Quantiles, Bins: s.Bins}
		if s.Tensor != nil {
			p.Values, p.Shape = s.Tensor.Float64s(), s.Tensor.Shape()
		}
		t.Series[i].Points = append(t.Series[i].Points, p)
	}
	return t
}
