package graph_test

import (
	"fmt"
	"math/rand/v2"

	net "loupe/nn"
	"loupe/viz/chart"
	"loupe/viz/graph"
	"loupe/viz/model"
	_ "loupe/viz/source/nn"
)

// cnn is the survey's.
func cnn() *net.Model {
	return net.Sequential(
		net.Conv2D(32, 3, net.ReLU), net.MaxPool2D(2), net.Conv2D(64, 3, net.ReLU), net.MaxPool2D(2),
		net.Flatten(), net.Dense(10, net.Softmax),
	).Build(28, 28, 1)
}

func transformer() *net.Model {
	parts := []net.Part{net.Embedding(1000, 64)}
	for range 12 {
		parts = append(parts, net.TransformerBlock(64, 4, 256))
	}
	return net.Sequential(append(parts, net.GlobalAvgPool(), net.Dense(2, net.Softmax))...).Build(32)
}

// resnet has the 50 layers of He et al. (2016), with fewer filters.
func resnet() *net.Model {
	parts := []net.Part{net.Conv2D(64, 7, net.Stride(2), net.Same), net.BatchNorm(), net.ReLU, net.MaxPool2D(2)}
	for stage, blocks := range []int{3, 4, 6, 3} {
		f := 16 << stage
		parts = append(parts, net.Conv2D(f*4, 1, net.Same))
		for range blocks {
			parts = append(parts, net.Residual(
				net.Conv2D(f, 1), net.BatchNorm(), net.ReLU,
				net.Conv2D(f, 3, net.Same), net.BatchNorm(), net.ReLU,
				net.Conv2D(f*4, 1), net.BatchNorm(),
			))
		}
	}
	return net.Sequential(append(parts, net.GlobalAvgPool(), net.Dense(1000, net.Softmax))...).Build(64, 64, 3)
}

// branches is a model whose branches meet.
func branches() *net.Model {
	in := net.Input(16, 16, 3)
	a := net.Conv2D(8, 1, net.Same, net.ReLU, net.Name("narrow")).On(in)
	b := net.Conv2D(8, 5, net.Same, net.ReLU, net.Name("wide")).On(in)
	c := net.MaxPool2D(1).On(in)
	all := net.Concat().On(a, b, c)
	return net.NewModel(in, net.Dense(4, net.Softmax).On(net.Flatten().On(net.Dropout(0.25).On(all)))).Build(16, 16, 3)
}

// chain is n operations without scopes, with a line past some.
func chain(n int) *model.Model {
	m := &model.Model{}
	for i := range n {
		k := i * 7 % 11
		node := model.Node{Name: fmt.Sprintf("op_%d", i), Op: []string{"Conv", "Norm", "Relu", "Add"}[k%4], Class: model.Classes[k]}
		if i > 0 {
			node.Inputs = []int{i - 1}
		}
		if i > 5 && i%5 == 0 {
			node.Inputs = append(node.Inputs, i-5)
		}
		m.Nodes = append(m.Nodes, node)
	}
	return m
}

// random is a graph without any order, with scopes that are not closed under
// computation.
func random(seed uint64, n int) *model.Model {
	r := rand.New(rand.NewPCG(seed, 0))
	names := []string{"a", "b/c", "b", "块", "👩‍🔬", "<script>alert(1)</script>", "a very long name of an operation that nobody would choose", ""}
	m := &model.Model{}
	for i := range n {
		node := model.Node{Name: fmt.Sprintf("%s/%s%d", names[r.IntN(len(names))], names[r.IntN(len(names))], i), Op: "Op", Class: model.Classes[r.IntN(len(model.Classes))], Shape: []int{r.IntN(5) - 1, 1 << r.IntN(30)}}
		for range r.IntN(4) {
			if i > 0 {
				node.Inputs = append(node.Inputs, r.IntN(i))
			}
		}
		m.Nodes = append(m.Nodes, node)
	}
	return m
}

func macs(v any) map[string]float64 {
	m, err := model.Of(v)
	if err != nil {
		panic(err)
	}
	list := map[string]float64{}
	for _, n := range m.Nodes {
		list[n.Name] = float64(n.MACs)
	}
	return list
}

func samples() map[string]*chart.Figure {
	res := resnet()
	return map[string]*chart.Figure{
		"cnn":           graph.New(cnn()),
		"dark":          graph.New(cnn(), chart.Theme(chart.Dark), chart.Find("relu")),
		"print":         graph.New(branches(), chart.Theme(chart.Print)),
		"branches":      graph.New(branches()),
		"transformer":   graph.New(transformer()),
		"resnet":        graph.New(res),
		"opened":        graph.New(res, chart.Open("residual_4"), chart.Title("One block opened")),
		"overlay":       graph.New(res, chart.Overlay("multiply-adds", macs(res))),
		"chain":         graph.New(chain(3000)),
		"blocks":        graph.Blocks(cnn()),
		"blocks-resnet": graph.Blocks(res, chart.Theme(chart.Dark), chart.Title("50 layers")),
		"blocks-print":  graph.Blocks(branches(), chart.Theme(chart.Print)),
		"blocks-open":   graph.Blocks(transformer(), chart.Open("transformer_block_2")),
		"narrow":        graph.New(branches(), chart.Size(250, 0)),
	}
}
