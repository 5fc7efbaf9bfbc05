package trees

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
)

// TestScore counts what a stump says by hand.
func TestScore(t *testing.T) {
	stump := &Tree{Left: []int32{1, -1, -1}, Right: []int32{2, -1, -1}, Feature: []int32{0, -1, -1}, Threshold: []float64{2.5, 0, 0}, Value: []float64{0, -1, 1}, Cover: []float64{4, 2, 2}}
	x := mat.NewDense(4, 1, []float64{1, 2, 3, 4})
	classes, err := data.New("steps", x, []int{0, 1, 1, 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := data.Regression("slope", x, []float64{-1, -1, 1, 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	second := &Ensemble{Trees: []*Tree{stump}, Inputs: 1, Outputs: []string{""}, Link: Logistic}
	if s := second.Score(classes); s != 0.75 {
		t.Errorf("the share that is right is %v", s)
	}
	both := &Ensemble{Trees: []*Tree{stump, {Left: []int32{-1}, Right: []int32{-1}, Feature: []int32{-1}, Threshold: []float64{0}, Value: []float64{0.5}, Cover: []float64{4}, Output: 1}}, Inputs: 1, Outputs: []string{"", ""}}
	if s := both.Score(classes); s != 0.25 { // the first class from 3 on
		t.Errorf("of two outputs the share is %v", s)
	}
	number := &Ensemble{Trees: []*Tree{stump}, Inputs: 1, Outputs: []string{""}}
	if s, want := number.Score(numbers), 1-4/11.0; math.Abs(s-want) > 1e-15 {
		t.Errorf("R² is %v, by hand %v", s, want)
	}
	wide, err := data.New("wide", mat.NewDense(2, 3, nil), []int{0, 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, do := range map[string]func(){
		"the set has no samples": func() { number.Score(nil) },
		"the samples of wide have 3 features, and the ensemble takes 1":    func() { number.Score(wide) },
		"steps has classes to predict, and the ensemble predicts a number": func() { number.Score(classes) },
		"slope has numbers to predict, and the ensemble has 2 outputs":     func() { both.Score(numbers) },
	} {
		func() {
			defer func() {
				if e, ok := recover().(*Error); !ok || !strings.Contains(e.Error(), want) {
					t.Errorf("panicked with %v, want %q", e, want)
				}
			}()
			do()
		}()
	}
}
