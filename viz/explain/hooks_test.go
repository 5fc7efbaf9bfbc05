package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
)

// A fuse is a layer that panics when it is run after some times.
type fuse struct{ left *int }

func (fuse) Type() string                                { return "Dropout" } // which LRP has a rule for
func (fuse) Build(_ *nn.Builder, in []nn.Shape) nn.Shape { return in[0] }

func (k fuse) Forward(_ *nn.Tape, in []*nn.Value) *nn.Value {
	if *k.left--; *k.left == 0 {
		panic("the fuse has blown")
	}
	return in[0]
}

// A fused model has a fuse, and rows to explain.
type fused struct {
	m    *nn.Model
	left *int
	rows any
}

// fusedImages is a model of images, fusedWords one of texts.
func fusedImages() *fused {
	f := &fused{left: new(int), rows: data.Digits().First(2)}
	f.m = nn.Sequential(nn.Conv2D(2, 3, nn.ReLU), nn.Custom(fuse{f.left}), nn.Flatten(), nn.Dense(10, nn.Softmax)).Seed(3).Build(8, 8, 1)
	f.m.Freeze("dense")
	return f
}

func fusedWords() *fused {
	reviews := data.Reviews(data.Length(8))
	f := &fused{left: new(int), rows: reviews.Encode("not a bad film at all")}
	f.m = nn.Sequential(nn.Embedding(1000, 4), nn.Custom(fuse{f.left}), nn.Flatten(), nn.Dense(2, nn.Softmax)).Seed(3).Build(8)
	f.m.Freeze("dense")
	return f
}

// A guardedMethod explains a model anew, and says what went wrong.
type guardedMethod func() error

func explaining(e Explainer, rows any) error { return e.Explain(rows).Err() }

// imageMethods are all methods that a model of images can be given to, by the name of their
// function, with what is special behind a space.
func imageMethods(f *fused) map[string]guardedMethod {
	m, set, background := f.m, data.Digits().First(2), data.Digits().First(4)
	many, row := data.Digits().First(30), set.X(0)
	pixel, other := set.Features()[20], set.Features()[30]
	of := func(e func() Explainer) guardedMethod { return func() error { return explaining(e(), f.rows) } }
	return map[string]guardedMethod{
		"ExactSHAP":           of(func() Explainer { return ExactSHAP(m, nil, Superpixels(4), Segments("grid")) }),
		"KernelSHAP":          of(func() Explainer { return KernelSHAP(m, background, Samples(200)) }),
		"PermutationSHAP":     of(func() Explainer { return PermutationSHAP(m, background, Samples(2)) }),
		"SamplingSHAP":        of(func() Explainer { return SamplingSHAP(m, background, Samples(2)) }),
		"PartitionSHAP":       of(func() Explainer { return PartitionSHAP(m, nil, Superpixels(4), Segments("grid")) }),
		"LIME":                of(func() Explainer { return LIME(m, background, Samples(500)) }),
		"LIMEImage":           of(func() Explainer { return LIMEImage(m, Superpixels(4), Segments("grid"), Samples(500)) }),
		"LayerConductance":    of(func() Explainer { return LayerConductance(m, Layer("conv2d"), Steps(5)) }),
		"NeuronConductance":   of(func() Explainer { return NeuronConductance(m, Layer("conv2d"), Unit(1), Steps(5)) }),
		"Saliency":            of(func() Explainer { return Saliency(m) }),
		"GradientInput":       of(func() Explainer { return GradientInput(m) }),
		"IntegratedGradients": of(func() Explainer { return IntegratedGradients(m, Steps(10)) }),
		"SmoothGrad":          of(func() Explainer { return SmoothGrad(m, Samples(5)) }),
		"GradientSHAP":        of(func() Explainer { return GradientSHAP(m, background, Samples(5)) }),
		"GradCAM":             of(func() Explainer { return GradCAM(m) }),
		"GradCAMPlusPlus":     of(func() Explainer { return GradCAMPlusPlus(m) }),
		"Occlusion":           of(func() Explainer { return Occlusion(m) }),
		"DeepLIFT":            of(func() Explainer { return DeepLIFT(m) }),
		"DeepSHAP":            of(func() Explainer { return DeepSHAP(m, background) }),
		"LRP":                 of(func() Explainer { return LRP(m) }),
		"GuidedBackprop":      of(func() Explainer { return GuidedBackprop(m) }),

		"Anchor":                func() error { return Anchor(m, many, Precision(0.5)).Explain(row).Err() },
		"Counterfactual":        func() error { return Counterfactual(m, many, Count(1)).Explain(row).Err() },
		"PermutationImportance": func() error { return PermutationImportance(m, set, Samples(2)).Err() },
		"PartialDependence":     func() error { return PartialDependence(m, set, pixel, Output(1)).Err() },
		"ALE":                   func() error { return ALE(m, many, pixel, Output(1)).Err() },
		"ALE2":                  func() error { return ALE2(m, many, pixel, other, Output(1)).Err() },
		"FriedmanH":             func() error { return FriedmanH(m, set, []string{pixel, other}, Output(1)).Err() },
		"Robust":                func() error { return Robust(m, set, Samples(2)).Err() },
		"Surrogate":             func() error { return Surrogate(m, many, Depth(1)).Err() },
		"Prototypes as":         func() error { return Prototypes(many, 2, As(m)).Err() },
		"Prototypes layer":      func() error { return Prototypes(many, 2, As(m), Layer("conv2d")).Err() },
		"Card":                  func() error { return Card{Model: m, Test: set}.Err() },
	}
}

// wordMethods are those for models of texts, where gradients end at the vectors of words.
func wordMethods(f *fused) map[string]guardedMethod {
	m := f.m
	reviews := data.Reviews(data.Length(8)).Test.First(40)
	names := make([]string, reviews.Len())
	for i := range names {
		names[i] = []string{"a", "b"}[i%2]
	}
	list := map[string]guardedMethod{"NewReview": func() error { return NewReview(m, reviews, ByName("half", names)).Err() }}
	for name, e := range map[string]func() Explainer{
		"LIMEText":                  func() Explainer { return LIMEText(m, Samples(500)) },
		"Saliency words":            func() Explainer { return Saliency(m) },
		"GradientInput words":       func() Explainer { return GradientInput(m) },
		"IntegratedGradients words": func() Explainer { return IntegratedGradients(m, Steps(10)) },
		"SmoothGrad words":          func() Explainer { return SmoothGrad(m, Samples(5)) },
		"DeepLIFT words":            func() Explainer { return DeepLIFT(m) },
		"LRP words":                 func() Explainer { return LRP(m) },
		"GuidedBackprop words":      func() Explainer { return GuidedBackprop(m) },
		"Occlusion words":           func() Explainer { return Occlusion(m) },
	} {
		list[name] = func() error { return explaining(e(), f.rows) }
	}
	return list
}

// sumMethods are those for models that add up what features say.
func sumMethods(f *fused) map[string]guardedMethod {
	return map[string]guardedMethod{"AdditiveSHAP": func() error { return explaining(AdditiveSHAP(f.m, mat.NewDense(4, 3, nil)), f.rows) }}
}

func fusedSum() *fused {
	f := &fused{left: new(int), rows: []float64{1, 2, 3}}
	f.m = nn.Sequential(nn.Dense(2), nn.Custom(fuse{f.left}), nn.Dense(1)).Seed(3).Build(3)
	f.m.Freeze("dense")
	return f
}

// TestEveryMethodIsGuarded reads which methods there are, and compares with those that are
// tested to leave nothing behind.
func TestEveryMethodIsGuarded(t *testing.T) {
	tested := map[string]bool{}
	for _, list := range []map[string]guardedMethod{imageMethods(fusedImages()), wordMethods(fusedWords()), sumMethods(fusedSum())} {
		for name := range list {
			name, _, _ = strings.Cut(name, " ")
			tested[name] = true
		}
	}
	runsNoModel := map[string]string{"LinearSHAP": "it is given coefficients"}
	found := takingModels(t)
	if len(found) < 30 {
		t.Errorf("only %v are found in the sources", found)
	}
	for _, name := range found {
		if !tested[name] && runsNoModel[name] == "" {
			t.Errorf("%s takes a model, and no test proves that it leaves no hook in it: add it to imageMethods or wordMethods", name)
		}
		delete(tested, name)
	}
	delete(tested, "Prototypes") // by the option As
	for name := range tested {
		t.Errorf("%s is tested, and is no function that takes a model", name)
	}
}

// takingModels finds exported functions that take anything as their first argument, but
// options, or return a method that reads gradients, and structs with a field for a model.
func takingModels(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, takingModelsIn(file)...)
	}
	slices.Sort(names)
	return names
}

func takingModelsIn(file *ast.File) (names []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.IsExported() && takesModel(n.Type) {
				names = append(names, n.Name.Name)
			}
			return false
		case *ast.TypeSpec:
			if s, ok := n.Type.(*ast.StructType); ok && n.Name.IsExported() {
				for _, field := range s.Fields.List {
					if isAny(field.Type) && slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return id.Name == "Model" }) {
						names = append(names, n.Name.Name)
					}
				}
			}
		}
		return true
	})
	return names
}

func takesModel(f *ast.FuncType) bool {
	if f.Results == nil || len(f.Results.List) != 1 {
		return false
	}
	if star, ok := f.Results.List[0].Type.(*ast.StarExpr); ok {
		if id, ok := star.X.(*ast.Ident); ok && id.Name == "GradientMethod" {
			return true
		}
	}
	if id, ok := f.Results.List[0].Type.(*ast.Ident); ok && id.Name == "Option" {
		return false
	}
	return len(f.Params.List) > 0 && isAny(f.Params.List[0].Type)
}

func isAny(e ast.Expr) bool {
	if i, ok := e.(*ast.InterfaceType); ok {
		return i.Methods.NumFields() == 0
	}
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "any"
}

// A leftover is what may remain in a model.
type leftover struct {
	hooks  int
	frozen []bool
	grads  int
	y      []float64
}

func (f *fused) state() (s leftover) {
	s.hooks = reflect.ValueOf(f.m).Elem().FieldByName("hooks").Len()
	for _, l := range f.m.Layers() {
		s.frozen = append(s.frozen, l.Frozen())
		for _, p := range l.Params() {
			if p.Grad() != nil {
				s.grads++
			}
		}
	}
	*f.left = 0
	s.y = f.m.Predict(f.input()).Float64s()
	return s
}

// input is the rows as the model takes them.
func (f *fused) input() *tensor.Tensor {
	switch rows := f.rows.(type) {
	case *data.Set:
		return rows.Tensor()
	case []float64:
		return tensor.FromSlice(rows, 1, len(rows))
	}
	return f.rows.(*tensor.Tensor)
}

// TestNothingIsLeft lets models panic at every place of every method: none leaves a
// hook, a frozen layer, a gradient or another weight behind.
func TestNothingIsLeft(t *testing.T) {
	for _, c := range []struct {
		f       *fused
		methods func(*fused) map[string]guardedMethod
	}{{fusedImages(), imageMethods}, {fusedWords(), wordMethods}, {fusedSum(), sumMethods}} {
		list := c.methods(c.f)
		for _, name := range slices.Sorted(maps.Keys(list)) {
			c.f.leavesNothing(t, name, list[name])
		}
	}
}

func (f *fused) leavesNothing(t *testing.T, name string, explain guardedMethod) {
	t.Helper()
	before := f.state()
	*f.left = 0
	if err := explain(); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	runs := -*f.left
	if runs == 0 {
		t.Errorf("%s never runs the model", name)
	}
	if after := f.state(); !reflect.DeepEqual(after, before) {
		t.Errorf("%s: left %+v, before %+v", name, after, before)
	}
	for _, at := range slices.Compact([]int{1, min(2, runs), min(3, runs), runs/2 + 1, runs}) {
		*f.left = at
		if err := explain(); err == nil || !strings.Contains(err.Error(), "the fuse has blown") {
			t.Errorf("%s, panic at run %d of %d: the error is %v", name, at, runs, err)
		}
		if after := f.state(); !reflect.DeepEqual(after, before) {
			t.Errorf("%s, panic at run %d of %d: left %+v, before %+v", name, at, runs, after, before)
		}
	}
}

// TestNothingIsLeftOnTheWayBack lets gradients go wrong: in a hook of the program, which
// stays.
func TestNothingIsLeftOnTheWayBack(t *testing.T) {
	f := fusedImages()
	defer f.m.With(nn.Hook{Layers: []string{"flatten"}, Backward: func(*nn.Event) { panic("no way back") }})()
	before := f.state()
	wrong := 0
	for name, explain := range imageMethods(f) {
		*f.left = 0
		if err := explain(); err != nil {
			if wrong++; !strings.Contains(err.Error(), "no way back") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after := f.state(); !reflect.DeepEqual(after, before) {
			t.Errorf("%s, panic on the way back: left %+v, before %+v", name, after, before)
		}
	}
	if wrong < 11 {
		t.Errorf("only %d methods went back", wrong)
	}
}
