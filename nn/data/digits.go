package data

import (
	_ "embed"
	"fmt"
	"sync"

	"loupe/nn/tensor"
)

// digitsCSV is the data set as scikit-learn has it: a line for each sample, 64
// pixels from 0 to 16 and the class, compressed by gzip to 56 KB.
//
//go:embed digits.csv.gz
var digitsCSV []byte

// digitNames are the classes of sets of digits.
var digitNames = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// Digits returns 1,797 handwritten digits of 43 people: 8 × 8 pixels with values
// from 0 to 1 (0 to 16 in the original), row by row, and the classes "0" to "9".
// For models they are [8 8 1].
//
// They are the test part of "Optical Recognition of Handwritten Digits" by
// E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
// https://doi.org/10.24432/C50P49, licensed under CC BY 4.0.
func Digits() *Set { return ready("Digits", digits()) }

var digits = sync.OnceValue(func() *samples {
	rows := embedded("digits.csv.gz", digitsCSV, ',')
	t := &samples{classes: digitNames}
	t.x, t.y = withClasses(rows)
	t.x = t.x.Scale(1.0/16).Reshape(len(rows), 8, 8, 1)
	for i := range 64 {
		t.features = append(t.features, fmt.Sprintf("pixel %d,%d", i/8, i%8))
	}
	return t
})

// withClasses takes the last number of each row as its class.
func withClasses(rows [][]float64) (x *tensor.Tensor, y []int) {
	features := make([][]float64, len(rows))
	for i, row := range rows {
		last := len(row) - 1
		features[i], y = row[:last], append(y, int(row[last]))
	}
	return tensor.FromRows(features), y
}
