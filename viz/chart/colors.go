package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"loupe/viz/draw"
)

// A colormap gives the colour of a value between 0 and 1.
type colormap func(t float64) color.NRGBA

var colormaps = map[string]colormap{
	"viridis": polynomial(viridis),
	"magma":   polynomial(magma),
	"redblue": stops(redblue),
	// The same about black, for dark pages; without red and green; without red.
	"redblack":   stops([]string{"#9ecbff", "#58a6e8", "#2b6cb0", "#1c3f66", "#22272e", "#6a2328", "#b83232", "#f0655a", "#ffb3a7"}),
	"orangeblue": stops([]string{"#00335c", "#0072b2", "#56b4e9", "#bcdff5", "#f7f7f7", "#f9dfb0", "#e69f00", "#b36a00", "#6b3a00"}),
	"cividis":    stops(cividis),
	"gray":       stops([]string{"#000000", "#ffffff"}),
	"ink":        stops([]string{"#ffffff", "#1f2328"}),
}

// diverging are the colours that stand for both signs.
var diverging = map[string]bool{"redblue": true, "redblack": true, "orangeblue": true}

// colorsNamed finds colours by name.
func colorsNamed(name string) (colormap, error) {
	if m, ok := colormaps[strings.ToLower(name)]; ok {
		return m, nil
	}
	var names []string
	for n := range colormaps {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("viz: no colours are named %q: choose one of %s", name, strings.Join(names, ", "))
}

// Coefficients of polynomials of degree six for red, green and blue, fitted to
// the colours of matplotlib (van der Walt and Smith 2015) by M. Zucker, in the
// public domain. The largest error is about 1 %.
var (
	viridis = [7][3]float64{
		{0.2777273272234177, 0.005407344544966578, 0.3340998053353061},
		{0.1050930431085774, 1.404613529898575, 1.384590162594685},
		{-0.3308618287255563, 0.214847559468213, 0.09509516302823659},
		{-4.634230498983486, -5.799100973351585, -19.33244095627987},
		{6.228269936347081, 14.17993336680509, 56.69055260068105},
		{4.776384997670288, -13.74514537774601, -65.35303263337234},
		{-5.435455855934631, 4.645852612178535, 26.3124352495832},
	}
	magma = [7][3]float64{
		{-0.002136485053939582, -0.000749655052795221, -0.005386127855323933},
		{0.2516605407371642, 0.6775232436837668, 2.494026599312351},
		{8.353717279216625, -3.577719514958484, 0.3144679030132573},
		{-27.66873308576866, 14.26473078096533, -13.64921318813922},
		{52.17613981234068, -27.94360607168351, 12.94416944238394},
		{-50.76852536473588, 29.04658282127291, 4.23415299384598},
		{18.65570506591883, -11.48977351997711, -5.601961508734096},
	}
	// redblue is ColorBrewer's RdBu of eleven classes, from low to high.
	redblue = []string{"#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7",
		"#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"}
	// cividis is matplotlib's, at equal distances.
	cividis = []string{"#00224e", "#003170", "#2a3f6d", "#434e6c", "#575d6d", "#6a6c71", "#7d7c78",
		"#918b78", "#a59c74", "#bcae6c", "#d2c060", "#e9d34e", "#fee838"}
)

func polynomial(c [7][3]float64) colormap {
	return func(t float64) color.NRGBA {
		t = min(max(t, 0), 1)
		var v [3]uint8
		for k := range v {
			x := 0.0
			for i := 6; i >= 0; i-- {
				x = x*t + c[i][k]
			}
			v[k] = uint8(math.Round(255 * min(max(x, 0), 1)))
		}
		return color.NRGBA{v[0], v[1], v[2], 255}
	}
}

// stops interpolates between colours at equal distances.
func stops(colors []string) colormap {
	list := hexes(colors...)
	return func(t float64) color.NRGBA {
		at := min(max(t, 0), 1) * float64(len(list)-1)
		i := min(int(at), len(list)-2)
		f := at - float64(i)
		mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-f) + float64(b)*f)) }
		a, b := list[i], list[i+1]
		return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
	}
}

// InkOn is white or nearly black, whichever has more contrast to a colour.
func InkOn(c color.NRGBA) color.NRGBA {
	if draw.Contrast(Light.Ink, c) > draw.Contrast(Light.Paper, c) {
		return Light.Ink
	}
	return Light.Paper
}
