package tensor

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// values compares a tensor's shape and numbers.
func values(t *testing.T, what string, got *Tensor, shape []int, want ...float64) {
	t.Helper()
	if !slices.Equal(got.Shape(), shape) && len(got.Shape())+len(shape) > 0 {
		t.Errorf("%s has the shape %v, want %v", what, got.Shape(), shape)
		return
	}
	for i, v := range got.Float64s() {
		if math.Abs(v-want[i]) > 1e-6 || (v != v) != (want[i] != want[i]) {
			t.Errorf("%s: %v, want %v", what, got.Float64s(), want)
			return
		}
	}
}

func TestViewsShare(t *testing.T) {
	x := Arange(12).Reshape(3, 4)
	values(t, "transposed", x.T(), []int{4, 3}, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11)
	values(t, "part", x.Slice(1, 1, 3), []int{3, 2}, 1, 2, 5, 6, 9, 10)
	values(t, "column", x.Index(1, 2), []int{3}, 2, 6, 10)
	values(t, "row of transposed", x.T().Row(1), []int{3}, 1, 5, 9)
	x.Slice(1, 1, 3).T().Set(100, 0, 2)
	if x.At(2, 1) != 100 {
		t.Error("writing to a view does not reach the tensor")
	}
	values(t, "reshaped with gaps", x.Slice(1, 0, 2).Reshape(-1), []int{6}, 0, 1, 4, 5, 8, 100)
	x.T().Slice(0, 0, 1).Fill(-1)
	values(t, "filled", x, []int{3, 4}, -1, 1, 2, 3, -1, 5, 6, 7, -1, 100, 10, 11)
	values(t, "taken", x.Take(2, 0), []int{2, 4}, -1, 100, 10, 11, -1, 1, 2, 3)
	values(t, "three axes", Arange(8).Reshape(2, 2, 2).Transpose(2, 0, 1), []int{2, 2, 2}, 0, 2, 4, 6, 1, 3, 5, 7)
	values(t, "squeezed", Arange(3).Reshape(1, 3, 1).Squeeze(), []int{3}, 0, 1, 2)
}

func TestBroadcast(t *testing.T) {
	x := FromRows([][]float64{{1, 2, 3}, {4, 5, 6}})
	values(t, "row", x.Add(FromSlice([]float64{10, 20, 30})), []int{2, 3}, 11, 22, 33, 14, 25, 36)
	values(t, "column", x.Mul(FromSlice([]float64{2, 3}, 2, 1)), []int{2, 3}, 2, 4, 6, 12, 15, 18)
	values(t, "outer", FromSlice([]float64{1, 2}, 2, 1).Sub(FromSlice([]float64{1, 2, 3})), []int{2, 3}, 0, -1, -2, 1, 0, -1)
	values(t, "number", Scalar(1).Div(x), []int{2, 3}, 1, 0.5, 1.0/3, 0.25, 0.2, 1.0/6)
	if d := x.Add(Scalar(1)).DType(); d != Float64 {
		t.Errorf("float64 and a number are %v", d)
	}
	if d := New(2).Add(Scalar(1).As(Float64)).DType(); d != Float32 {
		t.Errorf("float32 and a number are %v", d)
	}
	if d := New(3).Add(x).DType(); d != Float64 {
		t.Errorf("float32 and float64 are %v", d)
	}
}

func TestReduce(t *testing.T) {
	x := Arange(6).Reshape(2, 3)
	values(t, "sum", x.Sum(), nil, 15)
	values(t, "rows", x.Sum(1), []int{2}, 3, 12)
	values(t, "columns", x.T().Sum(1), []int{3}, 3, 5, 7)
	values(t, "mean", x.Mean(0), []int{3}, 1.5, 2.5, 3.5)
	values(t, "max", x.MaxOver(-1), []int{2}, 2, 5)
	values(t, "std", x.Std(), nil, math.Sqrt(35.0/12))
	values(t, "softmax", FromRows([][]float64{{0, math.Log(3)}, {1000, 1000}}).Softmax(), []int{2, 2}, 0.25, 0.75, 0.5, 0.5)
	if got := x.T().ArgMax(); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("ArgMax: %v", got)
	}
	if n := x.Norm(); math.Abs(n-math.Sqrt(55)) > 1e-12 {
		t.Errorf("Norm: %v", n)
	}
}

func TestMatMul(t *testing.T) {
	a := FromRows([][]float64{{1, 2, 3}, {4, 5, 6}})
	values(t, "a aT", a.MatMul(a.T()), []int{2, 2}, 14, 32, 32, 77)
	values(t, "aT a", a.T().MatMul(a).Row(0), []int{3}, 17, 22, 27)
	values(t, "vector", a.MatMul(FromSlice([]float64{1, 0, 1})), []int{2}, 4, 10)
	values(t, "from the left", FromSlice([]float64{1, 1}).MatMul(a), []int{3}, 5, 7, 9)
	batch := Stack(a, a.Scale(2))
	values(t, "batch", batch.MatMul(FromSlice([]float64{1, 1, 1}, 3, 1)), []int{2, 2, 1}, 6, 15, 12, 30)
	values(t, "pairs", batch.MatMul(batch.T()).Slice(0, 1, 2), []int{1, 2, 2}, 56, 128, 128, 308)
}

func TestConversions(t *testing.T) {
	m := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	x := FromMat(m)
	x.Set(9, 0, 1)
	if m.At(0, 1) != 9 || !mat.Equal(x.Mat(), m) {
		t.Error("a dense matrix does not share its numbers")
	}
	values(t, "a view of a matrix", FromMat(m.T()), []int{2, 2}, 1, 3, 9, 4)
	img := image.NewNRGBA(image.Rect(5, 5, 7, 6))
	img.Set(6, 5, color.NRGBA{255, 0, 51, 255})
	values(t, "image", FromImage(img), []int{1, 2, 3}, 0, 0, 0, 1, 0, 0.2)
	if c := FromImage(img).Image().At(1, 0); c != (color.NRGBA{255, 0, 51, 255}) {
		t.Errorf("the pixel became %v", c)
	}
}

// TestErrors: what does not fit is said with the operation and both shapes.
func TestErrors(t *testing.T) {
	x := New(2, 3)
	for want, f := range map[string]func(){
		"MatMul of [2 3] and [2 3]: the first has 3 columns, the second 2 rows": func() { x.MatMul(x) },
		"Add of [2 3] and [2]: axis 1 has 3 and 2 elements":                     func() { x.Add(New(2)) },
		"Reshape of [2 3] and [4 2]: 6 numbers":                                 func() { x.Reshape(4, 2) },
		"Slice of [2 3]: axis 1 has no elements 2 to 5":                         func() { x.Slice(1, 2, 5) },
		"FromSlice of [3] and [2 2]":                                            func() { FromSlice(make([]float32, 3), 2, 2) },
		"At of [2 3]: the index [2 0] is outside on axis 0":                     func() { x.At(2, 0) },
		"Concat of [2 3] and [3 2]":                                             func() { Concat(0, x, x.T()) },
		"Transpose of [2 3]: [0 0] is no order":                                 func() { x.Transpose(0, 0) },
		"Copy of [2 2] and [2 3]: the first does":                               func() { x.Copy(New(2, 2)) },
		"Sum of [2 3]: there is no axis 2":                                      func() { x.Sum(2) },
		"Softmax of []: there is no axis -1":                                    func() { Scalar(1).Softmax() },
		"Index of [2 3]: axis 0 has no element 2":                               func() { x.Row(2) },
		"FromRows of [2] and [1]: row 1 is not as":                              func() { FromRows([][]float64{{1, 2}, {3}}) },
		"Item of [2 3]: it wants a tensor of one":                               func() { x.Item() },
		"Zeros of [2 -1]: a length is negative":                                 func() { New(2, -1) },
		"Reshape of [2 3] and [0 -1]: 6 numbers do":                             func() { x.Reshape(0, -1) },
	} {
		func() {
			defer func() {
				var e *ShapeError
				if err, _ := recover().(error); !errors.As(err, &e) || !strings.HasPrefix(e.Error(), "tensor: "+want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}

func TestShow(t *testing.T) {
	x := FromSlice([]float32{1, float32(math.NaN()), 3, float32(math.Inf(-1))}, 2, 2)
	want := "tensor float32, 2 × 2: min 1, mean 2, max 3, std 1, 1 NaN, 1 infinite\n          1        NaN\n          3       -Inf"
	if got := x.String(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	for _, x := range []*Tensor{x, Scalar(2), New(0, 3), New(3, 0, 2), Normal(1, 0, 1, 300, 700), Uniform(1, 0, 1, 4, 28, 28, 1), Full(math.NaN(), 20, 20), New(2, 3, 4, 5, 6)} {
		data, _ := x.MIMEBundle()
		h, _ := data["text/html"].(string)
		if !strings.Contains(h, "tensor float32") || (x.Rank() == 4 || x.Len() > 200 && x.Rank() == 2) != strings.Contains(h, "data:image/png") {
			t.Errorf("%v shows as %.200s", x.Shape(), h)
		}
	}
}

func ExampleTensor_MatMul() {
	x := FromRows([][]float64{{1, 2}, {3, 4}})
	fmt.Println(x.MatMul(x.T()).Float64s())
	// Output: [5 11 11 25]
}
