package tensor

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/png"
	"math"
	"strconv"
	"strings"
)

// Stats is what is worth knowing of many numbers. NaN and infinite ones are
// counted and left out of the rest.
type Stats struct {
	Min, Mean, Max, Std float64
	NaN, Inf            int
	Finite              int
}

// Stats returns the statistics of all numbers.
func (t *Tensor) Stats() Stats {
	s := Stats{Min: math.Inf(1), Max: math.Inf(-1)}
	m2 := 0.0
	step := lastStride(t)
	eachRow(t.shape, func(at []int, n int) {
		for i := range n {
			v := t.number(at[0] + i*step)
			switch {
			case v != v:
				s.NaN++
			case math.IsInf(v, 0):
				s.Inf++
			default: // Welford's recurrence
				s.Finite++
				d := v - s.Mean
				s.Mean += d / float64(s.Finite)
				m2 += d * (v - s.Mean)
				s.Min, s.Max = min(s.Min, v), max(s.Max, v)
			}
		}
	}, t)
	if s.Finite == 0 {
		s.Min, s.Mean, s.Max, s.Std = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		return s
	}
	s.Std = math.Sqrt(m2 / float64(s.Finite))
	return s
}

func (s Stats) String() string {
	if s.Finite == 0 {
		return fmt.Sprintf("%d NaN, %d infinite", s.NaN, s.Inf)
	}
	text := fmt.Sprintf("min %s, mean %s, max %s, std %s", short(s.Min), short(s.Mean), short(s.Max), short(s.Std))
	if s.NaN > 0 {
		text += fmt.Sprintf(", %d NaN", s.NaN)
	}
	if s.Inf > 0 {
		text += fmt.Sprintf(", %d infinite", s.Inf)
	}
	return text
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// Limits of what is printed, and of a picture in pixels.
const (
	shownRows, shownCols = 8, 10
	pictureSide          = 256
)

// summary is the line above the numbers.
func (t *Tensor) summary() string {
	dims := make([]string, len(t.shape))
	for k, n := range t.shape {
		dims[k] = strconv.Itoa(n)
	}
	shape := strings.Join(dims, " × ")
	if len(dims) == 0 {
		shape = "a number"
	}
	text := fmt.Sprintf("tensor %s, %s", t.dtype, shape)
	if t.Len() > 1 {
		text += ": " + t.Stats().String()
	}
	return text
}

// String says shape, type and statistics, and prints the first numbers of a
// vector or matrix.
func (t *Tensor) String() string {
	if len(t.shape) > 2 || t.Len() == 0 {
		return t.summary()
	}
	var b strings.Builder
	b.WriteString(t.summary())
	for _, row := range t.cells() {
		b.WriteString("\n")
		for _, c := range row {
			fmt.Fprintf(&b, "%11s", c)
		}
	}
	return b.String()
}

// cells are the first numbers of at most two axes as texts, with … for the rest.
func (t *Tensor) cells() [][]string {
	shape := append([]int{1, 1}, t.shape...)
	m := t.Reshape(shape[len(shape)-2:]...)
	var rows [][]string
	for i := range m.shape[0] {
		if i == shownRows {
			return append(rows, []string{"…"})
		}
		var row []string
		for j := range m.shape[1] {
			if j == shownCols {
				row = append(row, "…")
				break
			}
			row = append(row, short(m.At(i, j)))
		}
		rows = append(rows, row)
	}
	return rows
}

// MIMEBundle shows the tensor in a notebook: statistics with a table of numbers,
// or a picture if there are many.
func (t *Tensor) MIMEBundle() (data, metadata map[string]any) {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(t.summary()))
	switch img := t.thumbnail(); {
	case t.Len() == 0:
	case img != nil:
		fmt.Fprintf(&b, `<img alt="%s" style="image-rendering: pixelated; min-width: 128px" src="data:image/png;base64,%s">`, html.EscapeString(t.summary()), encode(img))
	case len(t.shape) <= 2:
		b.WriteString("<table>")
		for _, row := range t.cells() {
			b.WriteString("<tr>")
			for _, c := range row {
				b.WriteString("<td>" + c + "</td>")
			}
			b.WriteString("</tr>")
		}
		b.WriteString("</table>")
	}
	return map[string]any{"text/html": b.String(), "text/plain": t.String()}, nil
}

func encode(img image.Image) string {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// thumbnail draws what is best seen as a picture: an image, the first of a batch
// of images, or a large matrix. Otherwise it is nil.
func (t *Tensor) thumbnail() image.Image {
	v := t
	if len(v.shape) == 4 && v.shape[0] > 0 {
		v = v.Row(0)
	}
	switch {
	case len(v.shape) == 3 && (v.shape[2] == 1 || v.shape[2] == 3 || v.shape[2] == 4):
	case len(v.shape) == 3 && v.shape[2] > 0:
		v = v.Index(2, 0)
	case len(v.shape) == 2 && v.shape[0] > shownRows && v.shape[1] > shownCols:
	default:
		return nil
	}
	if v.Len() == 0 {
		return nil
	}
	for axis := range 2 {
		if n := v.shape[axis]; n > pictureSide { // every n-th row is enough to see
			step := (n + pictureSide - 1) / pictureSide
			w := *v
			w.shape, w.strides = append([]int(nil), v.shape...), append([]int(nil), v.strides...)
			w.shape[axis], w.strides[axis] = (n+step-1)/step, v.strides[axis]*step
			v = &w
		}
	}
	s := v.Stats()
	return v.picture(s.Min, max(s.Max, s.Min+1e-30))
}
