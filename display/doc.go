// Package display shows values to the person who runs a cell.
//
// For most uses: write a value as the last expression of a cell, or call
// [Show] anywhere. [HTML], [Markdown], [Math], [SVG], [PNG] and [JSON] say what
// a text or bytes are; [Progress] puts a bar around a loop; [Ask] reads a line.
//
// A type shows itself if it has the method
//
//	MIMEBundle() (data, metadata map[string]any)
//
// whose data maps MIME types to strings, JSON values or bytes. Whoever may fail
// to draw has TryMIMEBundle() (data, metadata map[string]any, err error), and
// the cell then fails with that error.
//
// The same lines work in a plain Go program: texts go to standard output, and a
// picture is described by its sentence.
//
// The package imports the standard library only, so that every program can
// afford it. It knows matrices by their methods Dims and At; other packages
// teach it types of theirs through [Register], as loupe/viz/plots does for
// gonum's plots, which need gonum/plot itself to be drawn at two pixels a point.
package display
