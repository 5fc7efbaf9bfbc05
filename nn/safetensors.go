package nn

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"loupe/nn/tensor"
)

// Save writes the weights to a file in the safetensors format
// (https://github.com/huggingface/safetensors): "conv2d/kernel" and the like. The
// file appears when it is complete.
func (m *Model) Save(path string) error {
	if !m.built {
		return errors.New("nn: the model has no weights to save before it is built")
	}
	tensors := map[string]*tensor.Tensor{}
	for _, l := range m.layers {
		for _, p := range l.params {
			tensors[l.name+"/"+p.Name] = p.Data
		}
	}
	return WriteSafetensors(path, tensors)
}

// Load reads weights that Save wrote for a model of the same layers. If anything
// does not fit, it returns an error that names it, and the model is as before.
func (m *Model) Load(path string) error {
	if !m.built {
		return errors.New("nn: build the model before its weights are loaded, with Build(shape…)")
	}
	tensors, err := ReadSafetensors(path)
	if err != nil {
		return err
	}
	for _, l := range m.layers {
		for _, p := range l.params {
			name := l.name + "/" + p.Name
			t := tensors[name]
			switch {
			case t == nil:
				return fmt.Errorf("nn: %s has no %s; it has %q", path, name, slices.Sorted(maps.Keys(tensors)))
			case !slices.Equal(t.Shape(), p.shape()):
				return fmt.Errorf("nn: in %s, %s has the shape %v, the model's has %v", path, name, t.Shape(), p.shape())
			}
		}
	}
	for _, l := range m.layers {
		for _, p := range l.params {
			p.Data.Copy(tensors[l.name+"/"+p.Name])
		}
	}
	return nil
}

// entry is what the header of a file says about a tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// WriteSafetensors writes tensors to a file in the safetensors format.
func WriteSafetensors(path string, tensors map[string]*tensor.Tensor) error {
	header, at := map[string]entry{}, 0
	names := slices.Sorted(maps.Keys(tensors))
	for _, name := range names {
		t := tensors[name]
		n := t.Len() * t.DType().Size()
		header[name] = entry{map[tensor.DType]string{tensor.Float32: "F32", tensor.Float64: "F64"}[t.DType()], append([]int{}, t.Shape()...), [2]int{at, at + n}}
		at += n
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(text)+at), uint64(len(text)))
	b = append(b, text...)
	for _, name := range names {
		t := tensors[name]
		if t.DType() == tensor.Float64 {
			for _, v := range tensor.Data[float64](t) {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		} else {
			for _, v := range tensor.Data[float32](t) {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
	}
	return writeWhole(path, b)
}

// writeWhole writes a file beside its place and moves it there.
func writeWhole(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// ReadSafetensors reads the tensors of a file in the safetensors format: of the
// types F64, F32, F16 and BF16, the latter two as float32.
func ReadSafetensors(path string) (map[string]*tensor.Tensor, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	tensors, err := parseSafetensors(b)
	if err != nil {
		return nil, fmt.Errorf("nn: %s is no whole safetensors file: %w", path, err)
	}
	return tensors, nil
}

func parseSafetensors(b []byte) (map[string]*tensor.Tensor, error) {
	if len(b) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(b)-8) {
		return nil, fmt.Errorf("its header has %d bytes, the file %d", n, len(b))
	}
	var header map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(b[8 : 8+n])).Decode(&header); err != nil {
		return nil, fmt.Errorf("its header: %w", err)
	}
	tensors := map[string]*tensor.Tensor{}
	for name, text := range header {
		if name == "__metadata__" {
			continue
		}
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t, err := e.read(b[8+n:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		tensors[name] = t
	}
	return tensors, nil
}

// read makes the tensor of an entry from the bytes behind the header.
func (e *entry) read(b []byte) (*tensor.Tensor, error) {
	width, ok := map[string]int{"F64": 8, "F32": 4, "F16": 2, "BF16": 2}[e.DType]
	if !ok {
		return nil, fmt.Errorf("numbers of the type %q are not read", e.DType)
	}
	from, to := e.Offsets[0], e.Offsets[1]
	if from < 0 || to < from || to > len(b) {
		return nil, fmt.Errorf("bytes %d to %d are not in the file, which has %d", from, to, len(b))
	}
	n := 1
	for _, d := range e.Shape {
		if d < 0 || d > 0 && n > len(b)/d {
			return nil, fmt.Errorf("the shape %v is larger than the file", e.Shape)
		}
		n *= d
	}
	if n*width != to-from {
		return nil, fmt.Errorf("the shape %v has %d bytes, and %d are there", e.Shape, n*width, to-from)
	}
	b = b[from:to]
	if e.DType == "F64" {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		return tensor.FromSlice(x, shapeOf(e.Shape)...).Reshape(e.Shape...), nil
	}
	x := make([]float32, n)
	for i := range x {
		switch e.DType {
		case "F32":
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		case "BF16":
			x[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16)
		default:
			x[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
		}
	}
	return tensor.FromSlice(x, shapeOf(e.Shape)...).Reshape(e.Shape...), nil
}

// shapeOf is a shape with at least one axis, which FromSlice wants.
func shapeOf(shape []int) []int {
	if len(shape) == 0 {
		return []int{1}
	}
	return shape
}

// half converts IEEE 754 binary16.
func half(b uint16) float32 {
	sign, exponent, fraction := uint32(b)&0x8000<<16, int(b>>10&0x1f), uint32(b)&0x3ff
	switch exponent {
	case 0:
		v := float32(math.Ldexp(float64(fraction), -24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | uint32(exponent+112)<<23 | fraction<<13)
}
