package explain

import (
	"fmt"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// figure is what the attribution shows as the result of a cell: images as they are, a text
// as its words, one other row as a waterfall, and many as a beeswarm.
func (a *Attribution) figure() *chart.Figure {
	if a.Err() != nil {
		return chart.Failed(a.Err())
	}
	switch rows, features, _ := a.Dims(); {
	case len(a.Shape) > 1 && rows <= maxOverlays && model.Size(a.Shape) == features:
		return a.Overlay()
	case a.words && rows == 1:
		return a.Text()
	case rows > 1:
		return a.Beeswarm()
	case a.Base == nil:
		return a.Bar()
	}
	return a.Waterfall()
}

// TryMIMEBundle is that of the attribution's figure.
func (a *Attribution) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return a.figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (a *Attribution) MIMEBundle() (data, metadata map[string]any) { return a.figure().MIMEBundle() }

// Describe says in sentences what the attribution shows, with numbers.
func (a *Attribution) Describe() string { return a.figure().Describe() }

// String is a line for programs that print attributions.
func (a *Attribution) String() string {
	if a.Err() != nil {
		return a.Err().Error()
	}
	rows, features, outputs := a.Dims()
	return fmt.Sprintf("%s of %d rows, %d features, %d outputs (%s %.3g)", a.Method, rows, features, outputs, a.Check.Name, a.Check.Value)
}
