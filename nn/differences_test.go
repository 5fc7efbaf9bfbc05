package nn

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loupe/nn/tensor"
)

// TestDifferences compares the gradients of all layers with finite differences.
func TestDifferences(t *testing.T) {
	for name, c := range layerCases() {
		t.Run(name, func(t *testing.T) {
			c.model.As(tensor.Float64).Build(c.shape[1:]...)
			r := rand.New(rand.NewPCG(1, 2))
			x := inputs(c.model, c.shape...)
			for _, p := range c.model.Params() { // biases too are to matter
				if !p.State {
					each(p.Data, func() float64 { return r.NormFloat64() * 0.5 })
				}
			}
			tape := NewTape()
			tape.Training = true
			var weights *tensor.Tensor
			value := func() float64 {
				tape.Reset()
				tape.random = rand.New(rand.NewPCG(3, 4)) // the same numbers are dropped
				y := c.model.Forward(tape, x)
				if weights == nil {
					weights = tensor.Zeros(tensor.Float64, y.shape()...)
					each(weights, r.NormFloat64)
				}
				return y.Data.Mul(weights).Sum().Item()
			}
			value()
			tape.Reset()
			tape.random = rand.New(rand.NewPCG(3, 4))
			y := c.model.Forward(tape, x)
			tape.BackwardFrom(y, weights)
			if x.wants {
				checkDifferences(t, "x", x, value, r)
			}
			for _, l := range c.model.Layers() {
				for _, p := range l.params {
					if !p.State {
						checkDifferences(t, l.Name()+"/"+p.Name, &p.Value, value, r)
					}
				}
			}
		})
	}
}

// inputs are random inputs of a model: whole numbers, without a gradient, for one
// that begins with words.
func inputs(m *Model, shape ...int) *Value {
	r := rand.New(rand.NewPCG(7, 8))
	x := Variable(tensor.Zeros(m.DType(), shape...))
	if m.Layers()[0].Type() == "Embedding" {
		x.wants = false
		each(x.Data, func() float64 { return float64(r.IntN(2)) })
	} else {
		each(x.Data, r.NormFloat64)
	}
	return x
}

// checkDifferences compares some numbers of a gradient.
func checkDifferences(t *testing.T, what string, v *Value, value func() float64, r *rand.Rand) {
	t.Helper()
	if v.Grad() == nil {
		t.Errorf("%s has no gradient", what)
		return
	}
	grad, x := v.Grad().Float64s(), tensor.Data[float64](v.Data)
	for range min(len(x), 12) {
		const h = 1e-5
		i := r.IntN(len(x))
		was := x[i]
		x[i] = was + h
		hi := value()
		x[i] = was - h
		lo := value()
		x[i] = was
		if d := (hi - lo) / (2 * h); math.Abs(d-grad[i]) > 1e-5*max(1, math.Abs(d)) {
			t.Errorf("gradient of %s, number %d, is %v, by differences %v", what, i, grad[i], d)
		}
	}
}

// TestLossDifferences compares the gradients of all losses with finite differences.
func TestLossDifferences(t *testing.T) {
	classes := tensor.FromSlice([]float64{2, 0, 1, 1})
	shares := tensor.FromRows([][]float64{{0.2, 0.5, 0.3}, {0, 1, 0}, {0.1, 0.1, 0.8}, {1, 0, 0}})
	weights := map[int]float64{1: 3}
	for name, c := range map[string]struct {
		loss   Loss
		before Activation // makes predictions that the loss allows
		target *tensor.Tensor
	}{
		"cross-entropy":                  {CrossEntropy, SiLU, classes},
		"cross-entropy behind softmax":   {CrossEntropy, Softmax, classes},
		"cross-entropy of shares":        {CrossEntropy, Softplus, shares},
		"cross-entropy of logits":        {CrossEntropyLogits, Linear, classes},
		"cross-entropy, logits, shares":  {CrossEntropyLogits, Linear, shares},
		"binary cross-entropy":           {BinaryCrossEntropy, HardSigmoid, shares.Map(math.Round)},
		"binary cross-entropy behind":    {BinaryCrossEntropy, Sigmoid, shares.Map(math.Round)},
		"binary cross-entropy of logits": {BinaryCrossEntropyLogits, Linear, shares},
		"mse":                            {MSE, Linear, shares},
		"mae":                            {MAE, Linear, shares},
		"huber":                          {Huber, Linear, shares},
	} {
		r := rand.New(rand.NewPCG(5, 6))
		x, tape := Variable(tensor.Zeros(tensor.Float64, 4, 3)), NewTape()
		each(x.Data, func() float64 { return 0.5 + 2*r.Float64() })
		value := func() *Value {
			tape.Reset()
			return c.loss.weighted(tape, c.before.Of(tape, x), c.target, weights)
		}
		tape.Backward(value())
		checkDifferences(t, name, x, func() float64 { return value().Data.Item() }, r)
	}
}

// TestEveryLayer: what a model can be made of is in one of the tables above, also
// what somebody adds tomorrow.
func TestEveryLayer(t *testing.T) {
	without := []string{
		"Custom", "Name", // have no numbers
		"KernelInit", "BiasInit", "RecurrentInit", // the tests set weights
	}
	used := map[string]bool{}
	for _, name := range without {
		used[name] = true
	}
	eachDecl(t, true, func(d ast.Decl) {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "layerCases" && f.Name.Name != "TestLossDifferences" {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	})
	found := 0
	eachDecl(t, false, func(d ast.Decl) {
		for _, name := range building(d) {
			if found++; !used[name] {
				t.Errorf("%s is exported, and no table compares it with finite differences", name)
			}
		}
	})
	if found < 60 {
		t.Errorf("only %d layers, options, activations and losses were found", found)
	}
}

// eachDecl calls f for the declarations of this package, or of its tests.
func eachDecl(t *testing.T, tests bool, f func(ast.Decl)) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f(d)
		}
	}
}

// building returns the exported names of a declaration that models are made of.
func building(d ast.Decl) []string {
	types := []string{"Layer", "Block", "Option", "Activation", "Loss", "option"}
	var names []string
	add := func(id *ast.Ident, e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.StarExpr:
				e = x.X
			case *ast.CompositeLit:
				e = x.Type
			case *ast.CallExpr:
				e = x.Fun
			case *ast.Ident:
				if id.IsExported() && slices.Contains(types, x.Name) {
					names = append(names, id.Name)
				}
				return
			default:
				return
			}
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if r := d.Type.Results; d.Recv == nil && r != nil && len(r.List) == 1 {
			add(d.Name, r.List[0].Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, id := range v.Names {
					add(id, v.Values[i])
				}
			}
		}
	}
	return names
}
