package nn

import "loupe/nn/tensor"

// sums collects the loss and the metrics of an epoch.
type sums struct {
	loss    float64
	n       int
	metrics []Metric
	meters  []meter
	batch   batch
}

func newSums(metrics []Metric) *sums {
	s := &sums{metrics: metrics}
	for _, m := range metrics {
		s.meters = append(s.meters, m.make())
	}
	return s
}

func (s *sums) add(pred, target *tensor.Tensor) {
	if len(s.meters) == 0 {
		return
	}
	s.batch.set(pred, target)
	for _, m := range s.meters {
		m.add(s.batch)
	}
}

func (s *sums) store(h *History, prefix string) {
	for i, m := range s.metrics {
		h.add(prefix+m.name, s.meters[i].value())
	}
}

// Evaluate returns the loss and metrics of a model for data, by name: "loss",
// "accuracy".
func (m *Model) Evaluate(data Data, loss Loss, metrics ...Metric) map[string]float64 {
	return m.evaluate(data, loss, metrics, predictBatch)
}

func (m *Model) evaluate(data Data, loss Loss, metrics []Metric, batch int) map[string]float64 {
	if data.Len() == 0 {
		fail("there are no samples to evaluate")
	}
	s := newSums(metrics)
	samples, feed := make([]int, 0, batch), newFeed(m, data)
	for i := range data.Len() {
		if samples = append(samples, i); len(samples) < batch && i < data.Len()-1 {
			continue
		}
		inputs, target := feed.batch(samples)
		tape := m.tape(false)
		y := m.Forward(tape, inputs...)
		s.loss += loss.Of(tape, y, target).Data.At(0) * float64(len(samples))
		s.n += len(samples)
		s.add(y.Data, target)
		samples = samples[:0]
	}
	values := map[string]float64{"loss": s.loss / float64(s.n)}
	for i, metric := range metrics {
		values[metric.name] = s.meters[i].value()
	}
	return values
}
