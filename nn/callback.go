package nn

import (
	"fmt"
	"math"
	"path/filepath"

	"loupe/nn/tensor"
)

// EarlyStopping stops a training when the loss of the validation (or of the
// training, without one) has not become less for some epochs, and gives the model
// the weights of the best epoch.
func EarlyStopping(patience int) Callback { return &earlyStopping{patience: patience} }

type earlyStopping struct {
	patience int
	best     float64
	since    int
	weights  []*tensor.Tensor
}

func (e *earlyStopping) Train(m *Moment) error {
	switch m.When {
	case Began:
		*e = earlyStopping{patience: e.patience, best: math.Inf(1)}
	case EpochEnded:
		if v := watched(m.History); v < e.best {
			e.best, e.since = v, 0
			e.weights = e.weights[:0]
			for _, p := range m.Model.Params() {
				e.weights = append(e.weights, p.Data.Clone())
			}
		} else if e.since++; e.since >= e.patience {
			m.Stop(fmt.Sprintf("no better loss for %d epochs", e.since))
		}
	case Ended:
		if e.since > 0 {
			for i, p := range m.Model.Params() {
				p.Data.Copy(e.weights[i])
			}
		}
	}
	return nil
}

// watched is the last loss of the validation, or of the training.
func watched(h *History) float64 {
	if v := h.Last("val_loss"); v == v {
		return v
	}
	return h.Last("loss")
}

// Checkpoint saves the model after each epoch whose loss is the least so far, as a
// file of [Model.Save].
func Checkpoint(path string) Callback { return &checkpoint{path: filepath.Clean(path)} }

type checkpoint struct {
	path string
	best float64
}

func (c *checkpoint) Train(m *Moment) error {
	switch m.When {
	case Began:
		c.best = math.Inf(1)
	case EpochEnded:
		if v := watched(m.History); v < c.best {
			c.best = v
			return m.Model.Save(c.path)
		}
	}
	return nil
}
