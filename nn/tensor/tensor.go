// Package tensor has numbers in any number of dimensions: the values that models
// are fed with, consist of and return.
//
// For most uses:
//
//	x := tensor.FromSlice([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
//	y := x.Mul(tensor.Scalar(2)).Sum(1)
//
// A tensor has float32 or float64 numbers. Views (Reshape, Transpose, Slice, Row)
// share them and cost nothing; Clone copies. Operations make new tensors; shapes
// are broadcast as in NumPy: aligned at the last axis, axes of length 1 repeat.
// float32 and float64 together give float64.
//
// Calls chain, so they return no errors: an operation on shapes that do not fit
// panics with a [*ShapeError], which names the operation and both shapes.
// Functions that read what comes from outside (files) return errors.
//
// Results do not depend on the number of cores: sums are taken in one order.
package tensor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"unsafe"
)

// A DType is the type of a tensor's numbers.
type DType uint8

// The types of numbers. Float32 is the default.
const (
	Float32 DType = iota
	Float64
)

func (d DType) String() string {
	if d == Float64 {
		return "float64"
	}
	return "float32"
}

// Size returns the bytes of a number.
func (d DType) Size() int { return 4 + 4*int(d) }

// Float is the Go types of numbers.
type Float interface{ float32 | float64 }

// A Tensor is numbers with a shape.
type Tensor struct {
	dtype   DType
	shape   []int
	strides []int // numbers from one element to the next, for each axis
	offset  int
	f32     []float32 // the numbers, of this tensor and of others that share them
	f64     []float64
	names   []string // of the places along the last axis
}

// New returns a tensor of zeros: float32, unless As changes that.
func New(shape ...int) *Tensor { return Zeros(Float32, shape...) }

// Zeros returns a tensor of zeros.
func Zeros(d DType, shape ...int) *Tensor {
	n := checkShape("Zeros", shape)
	t := &Tensor{dtype: d, shape: slices.Clone(shape), strides: rowMajor(shape)}
	if d == Float64 {
		t.f64 = make([]float64, n)
	} else {
		t.f32 = make([]float32, n)
	}
	return t
}

// Full returns a tensor with the same number everywhere.
func Full(v float64, shape ...int) *Tensor {
	t := New(shape...)
	t.Fill(v)
	return t
}

// Ones returns a tensor of ones.
func Ones(shape ...int) *Tensor { return Full(1, shape...) }

// Scalar returns a tensor without axes that has one number.
func Scalar(v float64) *Tensor { return Full(v) }

// FromSlice returns a tensor with the numbers of a slice, row by row. It is of
// the slice's type and shares its memory. Without a shape it has one axis.
func FromSlice[T Float](x []T, shape ...int) *Tensor {
	if len(shape) == 0 {
		shape = []int{len(x)}
	}
	if n := checkShape("FromSlice", shape); n != len(x) {
		panic(&ShapeError{Op: "FromSlice", Shapes: [][]int{{len(x)}, slices.Clone(shape)}, Why: fmt.Sprintf("the shape holds %d numbers, the slice has %d", n, len(x))})
	}
	t := &Tensor{shape: slices.Clone(shape), strides: rowMajor(shape)}
	switch x := any(x).(type) {
	case []float32:
		t.f32 = x
	case []float64:
		t.dtype, t.f64 = Float64, x
	}
	return t
}

// FromRows returns a tensor of rows, which must be of one length.
func FromRows[T Float](rows [][]T) *Tensor {
	if len(rows) == 0 {
		return FromSlice([]T{}, 0, 0)
	}
	all := make([]T, 0, len(rows)*len(rows[0]))
	for i, r := range rows {
		if len(r) != len(rows[0]) {
			panic(&ShapeError{Op: "FromRows", Shapes: [][]int{{len(rows[0])}, {len(r)}}, Why: fmt.Sprintf("row %d is not as long as row 0", i)})
		}
		all = append(all, r...)
	}
	return FromSlice(all, len(rows), len(rows[0]))
}

// FromInts returns a float32 tensor of whole numbers: classes, or words.
func FromInts(x []int, shape ...int) *Tensor {
	f := make([]float32, len(x))
	for i, v := range x {
		f[i] = float32(v)
	}
	return FromSlice(f, shape...)
}

// Arange returns the numbers 0 to n-1.
func Arange(n int) *Tensor {
	t := New(n)
	for i := range t.f32 {
		t.f32[i] = float32(i)
	}
	return t
}

// Uniform returns random numbers from lo up to hi. The same seed gives the same
// numbers on every machine.
func Uniform(seed uint64, lo, hi float64, shape ...int) *Tensor {
	r := rand.New(rand.NewPCG(seed, 0))
	t := New(shape...)
	for i := range t.f32 {
		t.f32[i] = float32(lo + (hi-lo)*r.Float64())
	}
	return t
}

// Normal returns random numbers of the normal distribution.
func Normal(seed uint64, mean, std float64, shape ...int) *Tensor {
	r := rand.New(rand.NewPCG(seed, 0))
	t := New(shape...)
	for i := range t.f32 {
		t.f32[i] = float32(mean + std*r.NormFloat64())
	}
	return t
}

// DType returns the type of the numbers.
func (t *Tensor) DType() DType { return t.dtype }

// Shape returns the lengths of the axes. The slice is the tensor's own.
func (t *Tensor) Shape() []int { return t.shape }

// WithNames returns the same tensor with names for the places along its last axis,
// such as the words of a text, for pictures. Operations do not keep them.
func (t *Tensor) WithNames(names []string) *Tensor {
	if len(t.shape) == 0 || len(names) != t.shape[len(t.shape)-1] {
		panic(&ShapeError{Op: "WithNames", Shapes: [][]int{t.shape}, Why: fmt.Sprintf("%d names for the places along the last axis", len(names))})
	}
	u := t.view()
	u.names = names
	return &u
}

// view is a copy that shares the numbers, to become another shape.
func (t *Tensor) view() Tensor {
	v := *t
	v.names = nil
	return v
}

// Names returns the names for the places along the last axis, nil if it has none.
func (t *Tensor) Names() []string { return t.names }

// Rank returns the number of axes.
func (t *Tensor) Rank() int { return len(t.shape) }

// Dim returns the length of an axis; -1 is the last.
func (t *Tensor) Dim(axis int) int { return t.shape[t.axis("Dim", axis)] }

// Len returns the number of numbers.
func (t *Tensor) Len() int { return product(t.shape) }

// At returns the number at an index for each axis.
func (t *Tensor) At(index ...int) float64 {
	at := t.at("At", index)
	if t.dtype == Float64 {
		return t.f64[at]
	}
	return float64(t.f32[at])
}

// Set changes the number at an index for each axis.
func (t *Tensor) Set(v float64, index ...int) {
	at := t.at("Set", index)
	if t.dtype == Float64 {
		t.f64[at] = v
	} else {
		t.f32[at] = float32(v)
	}
}

// Item returns the number of a tensor that has only one.
func (t *Tensor) Item() float64 {
	if t.Len() != 1 {
		panic(&ShapeError{Op: "Item", Shapes: [][]int{t.shape}, Why: "it wants a tensor of one number"})
	}
	return t.At(make([]int, len(t.shape))...)
}

func (t *Tensor) at(op string, index []int) int {
	if len(index) != len(t.shape) {
		panic(&ShapeError{Op: op, Shapes: [][]int{t.shape}, Why: fmt.Sprintf("the index %v has %d numbers for %d axes", index, len(index), len(t.shape))})
	}
	at := t.offset
	for k, i := range index {
		if i < 0 || i >= t.shape[k] {
			panic(&ShapeError{Op: op, Shapes: [][]int{t.shape}, Why: fmt.Sprintf("the index %v is outside on axis %d", index, k)})
		}
		at += i * t.strides[k]
	}
	return at
}

// Fill sets all numbers.
func (t *Tensor) Fill(v float64) {
	if t.dtype == Float64 {
		eachRow(t.shape, func(at []int, n int) {
			for i := range n {
				t.f64[at[0]+i*lastStride(t)] = v
			}
		}, t)
		return
	}
	eachRow(t.shape, func(at []int, n int) {
		for i := range n {
			t.f32[at[0]+i*lastStride(t)] = float32(v)
		}
	}, t)
}

// As returns the tensor with numbers of another type, or itself.
func (t *Tensor) As(d DType) *Tensor {
	if t.dtype == d {
		return t
	}
	out := Zeros(d, t.shape...)
	out.Copy(t)
	return out
}

// Clone returns a copy that shares nothing.
func (t *Tensor) Clone() *Tensor {
	out := Zeros(t.dtype, t.shape...)
	out.Copy(t)
	return out
}

// Copy sets the numbers to those of another tensor, which is broadcast.
func (t *Tensor) Copy(from *Tensor) {
	from = from.broadcastTo("Copy", t.shape)
	if t.dtype == Float64 {
		copyTo(t, t.f64, from)
	} else {
		copyTo(t, t.f32, from)
	}
}

func copyTo[T Float](t *Tensor, to []T, from *Tensor) {
	if from.dtype == Float64 {
		copyRows(t, to, from, from.f64)
	} else {
		copyRows(t, to, from, from.f32)
	}
}

func copyRows[T, S Float](t *Tensor, to []T, from *Tensor, x []S) {
	s, fs := lastStride(t), lastStride(from)
	eachRow(t.shape, func(at []int, n int) {
		for i := range n {
			to[at[0]+i*s] = T(x[at[1]+i*fs])
		}
	}, t, from)
}

// Contiguous returns the tensor itself if its numbers lie row by row without
// gaps, and otherwise a copy.
func (t *Tensor) Contiguous() *Tensor {
	if t.contiguous() {
		return t
	}
	return t.Clone()
}

func (t *Tensor) contiguous() bool {
	step := 1
	for k := len(t.shape) - 1; k >= 0; k-- {
		if t.shape[k] != 1 && t.strides[k] != step {
			return false
		}
		step *= t.shape[k]
	}
	return true
}

// Data returns the numbers row by row: the tensor's own, if they are of type T
// and lie without gaps, and otherwise a copy.
func Data[T Float](t *Tensor) []T {
	var d DType
	if unsafe.Sizeof(T(0)) == 8 {
		d = Float64
	}
	t = t.As(d).Contiguous()
	return raw[T](t)[t.offset : t.offset+t.Len()]
}

// raw returns the memory of a tensor that is of type T.
func raw[T Float](t *Tensor) []T {
	if unsafe.Sizeof(T(0)) == 8 {
		return *(*[]T)(unsafe.Pointer(&t.f64))
	}
	return *(*[]T)(unsafe.Pointer(&t.f32))
}
