package gomlx

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/dtypes/gotype"
	"github.com/gomlx/gomlx/core/tensors"

	"loupe/viz/model"
)

// arrayOf copies the numbers of a tensor.
func arrayOf(t *tensors.Tensor) (model.Array, error) {
	values, err := float64s(t)
	return model.Array{Shape: append([]int{}, t.Shape().Dimensions...), Values: values}, err
}

// float64s copies the numbers of a tensor, row by row.
func float64s(t *tensors.Tensor) (list []float64, err error) {
	read := t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float64:
			list = append(make([]float64, 0, len(flat)), flat...)
		case []float32:
			list = widened(flat)
		case []float16.Float16:
			for _, v := range flat {
				list = append(list, float64(v.Float32()))
			}
		case []bfloat16.BFloat16:
			for _, v := range flat {
				list = append(list, float64(v.Float32()))
			}
		case []int64:
			list = widened(flat)
		case []int32:
			list = widened(flat)
		case []int16:
			list = widened(flat)
		case []int8:
			list = widened(flat)
		case []uint64:
			list = widened(flat)
		case []uint32:
			list = widened(flat)
		case []uint16:
			list = widened(flat)
		case []uint8:
			list = widened(flat)
		case []bool:
			list = make([]float64, len(flat))
			for i, v := range flat {
				if v {
					list[i] = 1
				}
			}
		default:
			err = fmt.Errorf("numbers of type %s cannot be shown", t.DType())
		}
	})
	if read != nil {
		return nil, read
	}
	return list, err
}

type number interface {
	~float32 | ~float64 | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func widened[T number](flat []T) []float64 {
	list := make([]float64, len(flat))
	for i, v := range flat {
		list[i] = float64(v)
	}
	return list
}

// tensorFrom makes a tensor of a type that a model takes. Numbers that the type does
// not have are a mistake: an index of 1.5 would be another word.
func tensorFrom(a model.Array, t dtypes.DType) (*tensors.Tensor, error) {
	switch t {
	case dtypes.Float64:
		return tensors.FromFlatDataAndDimensions(a.Values, a.Shape...), nil
	case dtypes.Float32:
		return narrowed[float32](a, false)
	case dtypes.Float16:
		return converted(a, float16.FromFloat64)
	case dtypes.BFloat16:
		return converted(a, bfloat16.FromFloat64)
	case dtypes.Int64:
		return narrowed[int64](a, true)
	case dtypes.Int32:
		return narrowed[int32](a, true)
	case dtypes.Int16:
		return narrowed[int16](a, true)
	case dtypes.Int8:
		return narrowed[int8](a, true)
	case dtypes.Uint64:
		return narrowed[uint64](a, true)
	case dtypes.Uint32:
		return narrowed[uint32](a, true)
	case dtypes.Uint16:
		return narrowed[uint16](a, true)
	case dtypes.Uint8:
		return narrowed[uint8](a, true)
	case dtypes.Bool:
		return converted(a, func(v float64) bool { return v != 0 })
	}
	return nil, fmt.Errorf("numbers cannot be made of type %s", t)
}

func narrowed[T interface {
	number
	gotype.Supported
}](a model.Array, whole bool) (*tensors.Tensor, error) {
	flat := make([]T, len(a.Values))
	for i, v := range a.Values {
		flat[i] = T(v)
		if whole && float64(flat[i]) != v {
			return nil, fmt.Errorf("number %d is %v, and the model takes %T", i, v, flat[i])
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, a.Shape...), nil
}

func converted[T gotype.Supported](a model.Array, of func(v float64) T) (*tensors.Tensor, error) {
	flat := make([]T, len(a.Values))
	for i, v := range a.Values {
		flat[i] = of(v)
	}
	return tensors.FromFlatDataAndDimensions(flat, a.Shape...), nil
}
