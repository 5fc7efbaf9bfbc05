package params

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

func noWeights(m *model.Model) error {
	if len(m.Params) == 0 {
		return errors.New("viz: the model has no weights yet: they are made with the first data, or by Build")
	}
	return errors.New("viz: the model has no weights with two axes")
}

// singular returns the singular values of an array seen as a matrix of inputs
// and units, as shares of the largest.
func singular(p model.Param) ([]float64, error) {
	units := p.Shape[len(p.Shape)-1]
	values := p.Values()
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("viz: the singular values of %s cannot be computed: it has values that are not finite", p.Name)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(len(values)/units, units, values), mat.SVDNone) {
		return nil, fmt.Errorf("viz: the singular values of %s cannot be computed", p.Name)
	}
	s := svd.Values(nil)
	if s[0] > 0 {
		largest := s[0]
		for i := range s {
			s[i] /= largest
		}
	}
	return s, nil
}
