package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/explain"
)

// learners adds the tasks of learning.
func (w *workplace) learners(folder string, tasks map[string]task) error {
	sets := map[string]*data.Set{}
	for name, columns := range w.Columns {
		set, err := readSet(filepath.Join(folder, name+".f64"), name, columns)
		if err != nil {
			return err
		}
		sets[name] = set
	}
	for name, learn := range map[string]func(){
		"forest cancer":  func() { trees.Forest(sets["cancer"], trees.Options{Trees: 100}) },
		"forest digits":  func() { trees.Forest(sets["digits"], trees.Options{Trees: 100}) },
		"boosted cancer": func() { trees.Boost(sets["cancer"], trees.Options{Trees: 100, Depth: 3}) },
		"boosted made":   func() { trees.Boost(sets["made"], trees.Options{Trees: 100, Leaves: 31, MinLeaf: 20}) },
	} {
		tasks["learn "+name] = func() func() (*explain.Attribution, error) {
			return func() (*explain.Attribution, error) { learn(); return nil, nil }
		}
	}
	return nil
}

// readSet reads rows of float64 whose last number is the class.
func readSet(path, name string, columns int) (*data.Set, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows := len(content) / 8 / (columns + 1)
	if rows*8*(columns+1) != len(content) || rows == 0 {
		return nil, fmt.Errorf("%s has %d bytes, which are no rows of %d numbers", path, len(content), columns+1)
	}
	x, y := mat.NewDense(rows, columns, nil), make([]int, rows)
	next := func() float64 {
		v := math.Float64frombits(binary.LittleEndian.Uint64(content))
		content = content[8:]
		return v
	}
	for i := range rows {
		for j := range columns {
			x.Set(i, j, next())
		}
		y[i] = int(next())
	}
	return data.New(name, x, y, nil, nil)
}
