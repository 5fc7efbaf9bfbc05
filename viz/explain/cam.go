package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// GradCAM explains images by where the maps of a convolution respond that the output
// depends on (Selvaraju et al. 2017): the last convolution, unless [Layer] names
// another. Contributions are not signed; they stand for each pixel, enlarged from the
// layer's maps, in shares of the greatest of the row.
func GradCAM(model any, list ...Option) *GradientMethod {
	return newCAM("Grad-CAM", model, list, camWeight)
}

// GradCAMPlusPlus is Grad-CAM with weights for each place of a map, which finds
// several objects of a class (Chattopadhyay et al. 2018).
func GradCAMPlusPlus(model any, list ...Option) *GradientMethod {
	return newCAM("Grad-CAM++", model, list, camPlusWeight)
}

func newCAM(name string, v any, list []Option, weight func(maps, gradients []float64) float64) *GradientMethod {
	m := newGradientMethod(name, v, list, "Layer")
	if m.whole, m.unsigned = true, true; m.err != nil {
		return m
	}
	c := &cam{g: m.g, weight: weight}
	if m.err = c.find(m.o.layer); m.err == nil {
		m.values = func(_ *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) { return c.values(x, of) }
	}
	return m
}

type cam struct {
	g      *differentiable
	layer  string
	weight func(maps, gradients []float64) float64
}

// find checks the layer, or takes the last that computes images with weights.
func (c *cam) find(layer string) error {
	if len(c.g.shape) < 2 {
		return fmt.Errorf("the model takes samples of %s, which are no images", model.ShapeText(c.g.shape))
	}
	if layer != "" {
		i, err := c.g.m.Node(layer)
		if err != nil {
			return err
		}
		if n := c.g.m.Nodes[i]; len(n.Shape) != 3 {
			return fmt.Errorf("%s computes %s, not maps of an image", layer, model.ShapeText(n.Shape))
		}
		c.layer = layer
		return nil
	}
	for _, n := range c.g.m.Nodes {
		if n.Class == model.Weighted && len(n.Shape) == 3 {
			c.layer = n.Name
		}
	}
	if c.layer == "" {
		return errors.New("the model has no convolution whose maps could be read")
	}
	return nil
}

func (c *cam) values(x *mat.Dense, of []int) (*mat.Dense, error) {
	n, features := x.Dims()
	var maps, slopes model.Array
	keep := func(to *model.Array) func(string, model.Array) {
		return func(node string, v model.Array) {
			if node == c.layer {
				*to = model.Array{Shape: v.Shape, Values: append([]float64(nil), v.Values...)}
			}
		}
	}
	_, err := c.g.m.Runner.Run([]model.Array{c.g.array(x)}, model.Watch{Nodes: []string{c.layer}, Value: keep(&maps), Gradient: keep(&slopes), Of: oneOf(of)})
	if err != nil {
		return nil, err
	}
	if len(maps.Shape) != 4 || len(slopes.Values) != len(maps.Values) {
		return nil, fmt.Errorf("%s gave maps of %v and gradients of %v", c.layer, maps.Shape, slopes.Shape)
	}
	h, w, channels := maps.Shape[1], maps.Shape[2], maps.Shape[3]
	height, width, depth := c.g.shape[0], c.g.shape[1], features/(c.g.shape[0]*c.g.shape[1])
	out := mat.NewDense(n, features, nil)
	for i := range n {
		small := c.sum(maps.Values[i*h*w*channels:(i+1)*h*w*channels], slopes.Values[i*h*w*channels:(i+1)*h*w*channels], channels)
		top := 0.0
		for _, v := range small {
			top = max(top, v)
		}
		for y := range height {
			for x := range width {
				v := bilinear(small, h, w, (float64(y)+0.5)*float64(h)/float64(height)-0.5, (float64(x)+0.5)*float64(w)/float64(width)-0.5)
				if top > 0 {
					v /= top
				}
				for d := range depth { // each channel of a pixel has an equal part
					out.Set(i, (y*width+x)*depth+d, v/float64(depth))
				}
			}
		}
	}
	return out, nil
}

// sum weighs the maps of one sample and keeps what is for the output.
func (c *cam) sum(maps, slopes []float64, channels int) []float64 {
	places := len(maps) / channels
	out := make([]float64, places)
	a, g := make([]float64, places), make([]float64, places)
	for k := range channels {
		for p := range places {
			a[p], g[p] = maps[p*channels+k], slopes[p*channels+k]
		}
		weight := c.weight(a, g)
		for p := range places {
			out[p] += weight * a[p]
		}
	}
	for p := range out {
		out[p] = max(out[p], 0)
	}
	return out
}

// camWeight is the mean of the gradients.
func camWeight(_, gradients []float64) float64 { return sum(gradients) / float64(len(gradients)) }

// camPlusWeight sums up what raises the output, each place by its share of the second
// and third derivative of an exponential of the output.
func camPlusWeight(maps, gradients []float64) float64 {
	all, weight := sum(maps), 0.0
	for _, g := range gradients {
		if below := 2*g*g + all*g*g*g; g > 0 && math.Abs(below) > 1e-300 {
			weight += g * g / below * g
		}
	}
	return weight
}

// bilinear is the value between the four places about one; beyond the edge it is that
// of the edge.
func bilinear(m []float64, h, w int, y, x float64) float64 {
	y, x = min(max(y, 0), float64(h-1)), min(max(x, 0), float64(w-1))
	y0, x0 := int(y), int(x)
	y1, x1 := min(y0+1, h-1), min(x0+1, w-1)
	fy, fx := y-float64(y0), x-float64(x0)
	return (1-fy)*((1-fx)*m[y0*w+x0]+fx*m[y0*w+x1]) + fy*((1-fx)*m[y1*w+x0]+fx*m[y1*w+x1])
}
