package explain

import (
	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// GuidedBackprop explains by the gradient of the output, of which activations let pass
// only what is positive, on its way back as on its way there (Springenberg et al.
// 2014). Pictures are sharp, but show edges of the image rather than what the model
// goes by (Adebayo et al. 2018, "Sanity Checks for Saliency Maps"): compare with
// [IntegratedGradients] before relying on one.
func GuidedBackprop(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Guided backpropagation", model, list)
	m.stepwise, m.slope = true, true
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
		w := m.at.(*way)
		p, err := w.run(x)
		if err != nil {
			return nil, err
		}
		g, err := p.back(w.last(), oneOf(of)(p.done[w.last()].Output), p.guided)
		if err != nil {
			return nil, err
		}
		return g, checkNumbers(g)
	}
	return m
}

// guided is the rule that lets nothing negative pass an activation.
func (p *pass) guided(step int, g model.Array) ([]model.Array, error) {
	if p.w.steps[step].Kind == model.Pointwise {
		for i, v := range g.Values {
			g.Values[i] = max(v, 0)
		}
	}
	return p.done[step].Back(g), nil
}
