package chart

import "loupe/viz/draw"

// An Art is one kind of figure. Packages that draw figures of their own
// implement it and call [New].
//
// An Art may also be [Captioned], [Tabular], [Interactable] and [Scripted].
type Art interface {
	// Width is the natural width of the figure, in CSS pixels.
	Width(o *Options) float64
	// Layout checks the data and the options, and decides on the height of the
	// art alone. Width is what it has, without the margins of the figure.
	Layout(width float64, o *Options) (Body, error)
	// Describe says in sentences what is to be seen, with numbers.
	Describe(o *Options) string
}

// A Captioned art has a short text below the title.
type Captioned interface {
	Caption(o *Options) string
}

// A Scripted art can be explored in a saved page. Script returns the program,
// which finds the drawing in the element before its own; without it the page is
// still complete. It must not load anything.
type Scripted interface {
	Script(o *Options) (string, error)
}

// A Body is an art that is laid out.
type Body struct {
	Height float64
	Draw   func(s *Sheet, area draw.Rect)
}

// New returns the figure of an art.
func New(art Art, list ...Option) *Figure { return (&Figure{art: art}).With(list...) }
