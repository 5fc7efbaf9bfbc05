package viz

import "loupe/viz/chart"

// A Mark is one layer of a plot.
type Mark = chart.Mark

// A MarkOption changes one thing of a mark.
type MarkOption = chart.MarkOption

// A Facet is one of several plots side by side.
type Facet = chart.Facet

// Plot shows marks over common axes:
//
//	viz.Plot(viz.Line(steps, loss, viz.Label("train")), viz.HLine(0.1))
//
// The later cover the earlier. Marks with one label share a colour.
func Plot(marks ...Mark) *Figure { return chart.Plot(marks...) }

// Facets shows plots side by side, with the same axes unless OwnScales is set:
//
//	viz.Facets(viz.Panel("layer0", viz.Line(nil, a)), viz.Panel("layer1", viz.Line(nil, b)))
func Facets(panels ...Facet) *Figure { return chart.Facets(panels...) }

// Grid shows figures side by side, as many as there is room for or Across says.
func Grid(figures ...*Figure) *Figure { return chart.Grid(figures...) }

// Panel makes a Facet.
func Panel(name string, marks ...Mark) Facet { return chart.Panel(name, marks...) }

// Points shows pairs of numbers as dots: a scatter plot. Without x the points
// stand at 0, 1, 2, …
func Points(x, y []float64, list ...MarkOption) Mark { return chart.Points(x, y, list...) }

// Line connects pairs of numbers in their order. Without x they stand at 0, 1,
// 2, … NaN and infinities interrupt the line.
func Line(x, y []float64, list ...MarkOption) Mark { return chart.Line(x, y, list...) }

// Band fills what lies between two numbers for each x.
func Band(x, low, high []float64, list ...MarkOption) Mark { return chart.Band(x, low, high, list...) }

// Area fills what lies between a line and zero.
func Area(x, y []float64, list ...MarkOption) Mark { return chart.Area(x, y, list...) }

// Bars shows a number for each name as an upright bar. Bars of several marks
// with the same names stand beside each other.
func Bars(names []string, values []float64, list ...MarkOption) Mark {
	return chart.Bars(names, values, list...)
}

// HBars shows a number for each name as a level bar, the first at the top: for
// long names.
func HBars(names []string, values []float64, list ...MarkOption) Mark {
	return chart.HBars(names, values, list...)
}

// Boxes shows a distribution for each name as a level box plot, the first at the top:
// a thin line over all values, a pale box from 5 to 95 %, a dark one from 25 to 75 %,
// and a line at the median.
func Boxes(names []string, values [][]float64, list ...MarkOption) Mark {
	return chart.Boxes(names, values, list...)
}

// Raster shows a matrix as colours over a part of the plane: row 0 lies at y0,
// the last row at y1, the columns from x0 to x1.
func Raster(m Matrix, x0, x1, y0, y1 float64, list ...MarkOption) Mark {
	return chart.Raster(m, x0, x1, y0, y1, list...)
}

// Contour draws the lines where the values of a matrix over a part of the plane,
// as in Raster, pass a level.
func Contour(m Matrix, x0, x1, y0, y1, level float64, list ...MarkOption) Mark {
	return chart.Contour(m, x0, x1, y0, y1, level, list...)
}

// Quantiles shows how numbers are distributed at each of some steps as bands
// between quantiles, of which the outermost holds all values. The line is the
// median. What a training has recorded is a figure without further ado:
// [Distributions].
func Quantiles(steps []float64, values [][]float64, list ...MarkOption) Mark {
	return chart.Quantiles(steps, values, list...)
}

// RidgeLines shows the same as a row of outlines, the first step at the top and
// behind. What a training has recorded is a figure without further ado: [Ridges].
func RidgeLines(steps []float64, values [][]float64, list ...MarkOption) Mark {
	return chart.RidgeLines(steps, values, list...)
}

// Texts writes a text at each point. One that would cover another is left out.
func Texts(x, y []float64, texts []string, list ...MarkOption) Mark {
	return chart.Texts(x, y, texts, list...)
}

// HLine draws a level line through the whole plot, with its label at the right
// end.
func HLine(y float64, list ...MarkOption) Mark { return chart.HLine(y, list...) }

// VLine draws an upright line through the whole plot, with its label at the top.
func VLine(x float64, list ...MarkOption) Mark { return chart.VLine(x, list...) }

// HZone fills what lies between two heights of the whole plot, with its label in
// it. An end may be infinite. It does not make the axis longer.
func HZone(low, high float64, list ...MarkOption) Mark { return chart.HZone(low, high, list...) }

// VZone fills what lies between two x values of the whole plot.
func VZone(low, high float64, list ...MarkOption) Mark { return chart.VZone(low, high, list...) }

// Label names a mark in the legend.
func Label(text string) MarkOption { return chart.Label(text) }

// Color sets the colour of a mark, as #rrggbb. Without it each label has a colour
// of the theme.
func Color(rgb string) MarkOption { return chart.Color(rgb) }

// Thick sets the width of lines and the diameter of points, in CSS pixels.
func Thick(pixels float64) MarkOption { return chart.Thick(pixels) }

// Opacity sets how much a mark covers what is behind it, from 0 to 1.
func Opacity(share float64) MarkOption { return chart.Opacity(share) }

// Dashed draws a line with gaps.
func Dashed() MarkOption { return chart.Dashed() }

// ColorBy shows a value of each point by its colour, with a colour bar.
func ColorBy(values []float64) MarkOption { return chart.ColorBy(values) }

// Classes shows the kind of each point by its colour, with a legend.
func Classes(names []string) MarkOption { return chart.Classes(names) }

// Names gives each point a name, for the table and for readers who point there.
func Names(names []string) MarkOption { return chart.Names(names) }

// LogX makes the lower axis one of orders of magnitude. What is not above zero
// has no place on it.
func LogX() Option { return chart.LogX() }

// LogY makes the left axis one of orders of magnitude.
func LogY() Option { return chart.LogY() }

// LogColors makes colours stand for orders of magnitude.
func LogColors() Option { return chart.LogColors() }
