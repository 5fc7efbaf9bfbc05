package nn

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loupe/nn/tensor"
)

func TestSafetensors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	want := map[string]*tensor.Tensor{
		"a/kernel": tensor.Normal(1, 0, 1, 3, 4), "a/bias": tensor.Normal(2, 0, 1, 4).As(tensor.Float64),
		"number": tensor.Scalar(2), "empty": tensor.New(0, 3),
	}
	if err := WriteSafetensors(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSafetensors(path)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d tensors, %v", len(got), err)
	}
	for name, w := range want {
		if g := got[name]; g.DType() != w.DType() || !slices.Equal(g.Shape(), w.Shape()) || !slices.Equal(g.Float64s(), w.Float64s()) {
			t.Errorf("%s: got %v, want %v", name, g, w)
		}
	}
}

// TestHalf compares all binary16 with their definition.
func TestHalf(t *testing.T) {
	for b := range 1 << 16 {
		sign, e, f := 1-2*float64(b>>15), b>>10&31, float64(b&1023)
		want := sign * math.Ldexp(1+f/1024, e-15)
		switch {
		case e == 0:
			want = sign * math.Ldexp(f, -24)
		case e == 31 && f == 0:
			want = math.Inf(int(sign))
		case e == 31:
			want = math.NaN()
		}
		if got := float64(half(uint16(b))); got != want && (got == got || want == want) {
			t.Fatalf("%#04x is %v, want %v", b, got, want)
		}
	}
}

// TestLoadErrors: a model whose weights do not fit is as before.
func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.safetensors")
	m := Sequential(Dense(3), Dense(2)).Build(4)
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	for want, other := range map[string]*Model{
		"dense/kernel has the shape [4 3], the model's has [5 3]": Sequential(Dense(3), Dense(2)).Build(5),
		"has no dense_2/kernel":                                   Sequential(Dense(3), Dense(2), Dense(2)).Build(4),
		"build the model before":                                  Sequential(Dense(3)),
	} {
		norms := func() (list []float64) {
			for _, p := range other.Params() {
				list = append(list, p.Data.Norm())
			}
			return list
		}
		before := norms()
		if err := other.Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if !slices.Equal(norms(), before) {
			t.Errorf("%s: weights have changed", want)
		}
	}
	for n := 0; n < len(whole); n += 7 {
		os.WriteFile(path, whole[:n], 0o644)
		if err := m.Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a")
	if err := WriteSafetensors(path, map[string]*tensor.Tensor{"a": tensor.Arange(6).Reshape(2, 3)}); err != nil {
		f.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	f.Add(b)
	for _, header := range []string{`{}`, `{"a":{"dtype":"BF16","shape":[-1],"data_offsets":[0,2]}}`, `{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, `{"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}`} {
		f.Add(append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), 0, 0))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tensors, err := parseSafetensors(b)
		if err != nil {
			return
		}
		for _, x := range tensors {
			if x.Len()*2 > len(b) {
				t.Errorf("%d bytes hold a tensor of %v", len(b), x.Shape())
			}
		}
	})
}
