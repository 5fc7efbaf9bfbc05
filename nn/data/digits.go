package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"strconv"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// digitsCSV is the data set as scikit-learn has it: a line for each sample, 64
// pixels from 0 to 16 and the class, compressed by gzip to 56 KB.
//
//go:embed digits.csv.gz
var digitsCSV []byte

// Digits returns 1,797 handwritten digits of 43 people: 8 × 8 pixels with values
// from 0 to 1 (0 to 16 in the original), row by row, and the classes "0" to "9".
//
// They are the test part of "Optical Recognition of Handwritten Digits" by
// E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
// https://doi.org/10.24432/C50P49, licensed under CC BY 4.0.
func Digits() *Set { return digits() }

var digits = sync.OnceValue(func() *Set {
	x, y, err := readDigits(digitsCSV)
	if err != nil {
		panic(fmt.Sprintf("data: the digits that come with the package cannot be read: %v", err))
	}
	s, err := New("Digits", x, y, nil, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
	if err != nil {
		panic(err)
	}
	s.shape = []int{8, 8}
	for i := range 64 {
		s.features = append(s.features, fmt.Sprintf("pixel %d,%d", i/8, i%8))
	}
	return s
})

func readDigits(file []byte) (x *mat.Dense, y []int, err error) {
	const samples, pixels = 1797, 64
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, nil, err
	}
	values := make([]float64, 0, samples*pixels)
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		fields := bytes.Split(lines.Bytes(), []byte{','})
		if len(fields) != pixels+1 {
			return nil, nil, fmt.Errorf("line %d has %d fields, not %d", len(y)+1, len(fields), pixels+1)
		}
		for k, f := range fields {
			n, err := strconv.Atoi(string(f))
			if err != nil {
				return nil, nil, fmt.Errorf("line %d: %w", len(y)+1, err)
			}
			if k == pixels {
				y = append(y, n)
			} else {
				values = append(values, float64(n)/16)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	return mat.NewDense(len(y), pixels, values), y, nil
}
