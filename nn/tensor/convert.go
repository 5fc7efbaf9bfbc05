package tensor

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/gonum/mat"
)

// Float32s returns a copy of the numbers, row by row.
func (t *Tensor) Float32s() []float32 {
	out := make([]float32, t.Len())
	FromSlice(out, t.shape...).Copy(t)
	return out
}

// Float64s returns a copy of the numbers, row by row.
func (t *Tensor) Float64s() []float64 { return t.AppendFloat64s(make([]float64, 0, t.Len())) }

// AppendFloat64s appends the numbers, row by row, to a slice.
func (t *Tensor) AppendFloat64s(to []float64) []float64 {
	if t.dtype == Float64 {
		return append(to, Data[float64](t)...)
	}
	for _, v := range Data[float32](t) {
		to = append(to, float64(v))
	}
	return to
}

// FromMat returns a float64 tensor with the numbers of a gonum matrix. It shares
// the memory of a *mat.Dense.
func FromMat(m mat.Matrix) *Tensor {
	if d, ok := m.(*mat.Dense); ok {
		r := d.RawMatrix()
		return &Tensor{dtype: Float64, shape: []int{r.Rows, r.Cols}, strides: []int{r.Stride, 1}, f64: r.Data}
	}
	rows, cols := m.Dims()
	t := Zeros(Float64, rows, cols)
	for i := range rows {
		for j := range cols {
			t.f64[i*cols+j] = m.At(i, j)
		}
	}
	return t
}

// Mat returns a tensor of two axes as a gonum matrix, copied.
func (t *Tensor) Mat() *mat.Dense {
	if len(t.shape) != 2 {
		panic(&ShapeError{Op: "Mat", Shapes: [][]int{t.shape}, Why: "a matrix has two axes"})
	}
	if t.Len() == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(t.shape[0], t.shape[1], t.Float64s())
}

// FromImage returns an image as height × width × 3 numbers from 0 to 1, or × 1 if
// it is gray.
func FromImage(img image.Image) *Tensor {
	b := img.Bounds()
	channels := 3
	switch img.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		channels = 1
	}
	t := New(b.Dy(), b.Dx(), channels)
	for y := range b.Dy() {
		for x := range b.Dx() {
			at := (y*b.Dx() + x) * channels
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
			for k, v := range []uint16{c.R, c.G, c.B}[:channels] {
				t.f32[at+k] = float32(v) / 0xffff
			}
		}
	}
	return t
}

// Image returns height × width numbers, or × 1, 3 or 4, as an image. 0 is black
// and 1 white; what lies outside is cut off, and NaN is black.
func (t *Tensor) Image() image.Image {
	s := t.shape
	if len(s) != 2 && (len(s) != 3 || s[2] != 1 && s[2] != 3 && s[2] != 4) {
		panic(&ShapeError{Op: "Image", Shapes: [][]int{s}, Why: "an image is height × width, or with 1, 3 or 4 channels"})
	}
	return t.picture(0, 1)
}

// picture draws an image with lo as black and hi as white.
func (t *Tensor) picture(lo, hi float64) image.Image {
	h, w, channels := t.shape[0], t.shape[1], 1
	if len(t.shape) == 3 {
		channels = t.shape[2]
	}
	x := t.Reshape(h, w, channels)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range h {
		for j := range w {
			p := img.Pix[img.PixOffset(j, i):][:4]
			p[3] = 255
			for k := range 4 {
				if k < 3 || channels == 4 {
					p[k] = shade(x.At(i, j, min(k, channels-1)), lo, hi)
				}
			}
		}
	}
	return img
}

func shade(v, lo, hi float64) uint8 {
	if v = (v - lo) / (hi - lo); !(v > 0) {
		return 0
	}
	return uint8(min(v, 1)*255 + 0.5)
}

// A MatrixView is a tensor of two axes for those who know only Dims and At.
type MatrixView struct{ t *Tensor }

// Matrix returns a tensor of two axes as a matrix that shares its numbers: for
// viz.HeatMap, and whoever wants the methods Dims and At.
func (t *Tensor) Matrix() MatrixView {
	if len(t.shape) != 2 {
		panic(&ShapeError{Op: "Matrix", Shapes: [][]int{t.shape}, Why: "a matrix has two axes"})
	}
	return MatrixView{t}
}

// Dims returns the numbers of rows and columns.
func (m MatrixView) Dims() (rows, cols int) { return m.t.shape[0], m.t.shape[1] }

// At returns an element.
func (m MatrixView) At(i, j int) float64 { return m.t.At(i, j) }

func (m MatrixView) String() string { return fmt.Sprint(m.t) }
