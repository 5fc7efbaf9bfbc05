// Command plots draws the figures of bench/plots.py for a clock: it reads the
// name of a figure from each line of its input, draws it as a PNG at two pixels
// a CSS pixel, and writes how many milliseconds and bytes that took. The data are
// made before; making the figure, with all that it computes, is part of the time.
package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"loupe/viz"
)

func main() {
	figures := prepare()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		draw, ok := figures[lines.Text()]
		if !ok {
			fmt.Fprintf(os.Stderr, "plots: no figure is named %q\n", lines.Text())
			os.Exit(1)
		}
		start := time.Now()
		png, err := draw().PNG()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%.3f %d\n", float64(time.Since(start).Microseconds())/1000, len(png))
		if len(os.Args) > 1 { // a folder to keep the pictures in
			os.WriteFile(os.Args[1]+"/loupe-"+lines.Text()+".png", png, 0o644)
		}
	}
}

// prepare makes the data of all figures.
func prepare() map[string]func() *viz.Figure {
	r := rand.New(rand.NewPCG(1, 2))
	normal := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
		}
		return v
	}
	million, walk := normal(1_000_000), make([]float64, 1_000_000)
	for i, v := range million[1:] {
		walk[i+1] = walk[i] + v
	}
	x, y := normal(100_000), normal(100_000)
	heat := grid(1000, 1000, func(i, j int) float64 { return math.Sin(float64(i)/90)*math.Cos(float64(j)/70) + 0.1*r.NormFloat64() })
	states := grid(64, 200, func(i, j int) float64 { return math.Tanh(r.NormFloat64() + math.Sin(float64(i+j)/20)) })
	var maps []viz.Matrix
	var names []string
	for k := range 64 {
		maps = append(maps, grid(28, 28, func(i, j int) float64 { return max(0, math.Sin(float64(i*k)/60)+r.NormFloat64()/4) }))
		names = append(names, fmt.Sprintf("filter %d", k))
	}
	return map[string]func() *viz.Figure{
		"histogram": func() *viz.Figure { return viz.Histogram(viz.Named("weights", million)) },
		"heatmap":   func() *viz.Figure { return viz.HeatMap(heat) },
		"scatter":   func() *viz.Figure { return viz.Plot(viz.Points(x, y)) },
		"line":      func() *viz.Figure { return viz.Plot(viz.Line(nil, walk)) },
		"maps":      func() *viz.Figure { return viz.Maps(maps, names...) },
		"lstm":      func() *viz.Figure { return viz.HeatMap(states, viz.XLabel("step"), viz.YLabel("unit")) },
	}
}

func grid(rows, columns int, f func(i, j int) float64) viz.Matrix {
	m := make([][]float64, rows)
	for i := range m {
		for j := range columns {
			m[i] = append(m[i], f(i, j))
		}
	}
	return viz.FromRows(m)
}
