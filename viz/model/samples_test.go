package model_test

import (
	"slices"
	"strings"
	"testing"

	"loupe/viz/model"
)

func TestSamplesOf(t *testing.T) {
	x := [][]float64{{1, 2}, {3, 4}, {5, 6}}
	s, err := model.SamplesOf(model.Labelled{X: x, Y: []string{"dog", "cat", "dog"}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Class, []string{"cat", "dog"}) || s.Y(0) != 1 || s.Y(1) != 0 || s.Label(2) != "dog" {
		t.Errorf("classes %v, %v %v, %q", s.Class, s.Y(0), s.Y(1), s.Label(2))
	}
	if b := s.Batch(1, 3); !slices.Equal(b.Shape, []int{2, 2}) || !slices.Equal(b.Values, []float64{3, 4, 5, 6}) {
		t.Errorf("a batch %v", b)
	}
	if s, err = model.SamplesOf(model.Labelled{X: x, Y: []int{2, 0, 0}}); err != nil || !slices.Equal(s.Class, []string{"0", "1", "2"}) || s.Label(0) != "2" {
		t.Errorf("numbered classes %v, %v", s.Class, err)
	}
	if s, err = model.SamplesOf(model.Labelled{X: x, Y: []float64{0.5, 1, 2}}); err != nil || s.Class != nil || s.Y(0) != 0.5 {
		t.Errorf("numbers have classes %v, %v", s.Class, err)
	}
	if s, err = model.SamplesOf(x); err != nil || s.N != 3 || s.Y != nil || !slices.Equal(s.Shape, []int{2}) {
		t.Errorf("rows are %+v, %v", s, err)
	}
	if n := (&model.Samples{Shape: []int{1000, 1000}}).BatchSize(); n != 1 {
		t.Errorf("large samples run %d at a time", n)
	}
	for want, v := range map[string]any{
		"a string is no input":      "x",
		"data of the shape [3]":     []float64{1, 2, 3},
		"[2 2] with 3 numbers":      model.Array{Shape: []int{2, 2}, Values: []float64{1, 2, 3}},
		"3 samples and 2 labels":    model.Labelled{X: x, Y: []int{1, 2}},
		"sample 1 has the class -4": model.Labelled{X: x, Y: []int{1, -4, 0}},
		"a int is no list":          model.Labelled{X: x, Y: 3},
	} {
		if _, err := model.SamplesOf(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

// TestSamples fits inputs to what a model takes.
func TestSamples(t *testing.T) {
	m := &model.Model{Nodes: []model.Node{{Name: "input", Shape: []int{2, 3}}}}
	for _, c := range []struct{ shape, want []int }{
		{[]int{4, 2, 3}, []int{4, 2, 3}},
		{[]int{2, 3}, []int{1, 2, 3}},
		{[]int{6}, []int{1, 2, 3}},
		{[]int{4, 6}, []int{4, 2, 3}},
		{[]int{4, 3, 2}, nil}, // axes in another order
		{[]int{5}, nil},
		{[]int{6, 4}, nil},
	} {
		a, err := m.Samples(model.Array{Shape: c.shape, Values: make([]float64, model.Size(c.shape))})
		if err == nil != (c.want != nil) || c.want != nil && !slices.Equal(a.Shape, c.want) {
			t.Errorf("%v becomes %v, %v; want %v", c.shape, a.Shape, err, c.want)
		}
	}
}
