// Package model describes models of any framework in the one way that all
// pictures read: a graph of operations in scopes, named parameters, values at
// nodes for an input, and traces over training steps.
//
// Users rarely need it: loupe/viz takes their models as they are. A framework
// becomes a source by one small package that makes a [Model] of its own kind of
// model and calls [Register]; loupe/viz/source/nn is the example.
package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Model is what pictures know of a model.
type Model struct {
	Name   string
	Nodes  []Node // each after those that it reads
	Params []Param
	Runner Runner // nil if the model cannot be run
}

// A Node is an operation of the graph.
type Node struct {
	// Name is unique. Slashes separate the scopes that the node is in, the
	// outermost first: "encoder/block_1/attention".
	Name   string
	Op     string // as the framework calls it: "Conv2D"
	Class  Class
	Inputs []int // the nodes that it reads, as indices in Nodes
	// Shape is that of one sample's output, nil if it is not known; an axis of
	// any length is -1.
	Shape  []int
	DType  string // "float32"
	Attrs  []Attr
	Params []int // indices in Params
	MACs   int   // multiplications with an addition for one sample
}

// An Attr is a setting of an operation: kernel size, stride, activation.
type Attr struct{ Name, Value string }

// Attr returns the value of a setting, "" if there is none.
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// A Param is a named array of numbers that training changes, or a statistic
// that it keeps.
type Param struct {
	Name    string // "conv2d/kernel"
	Shape   []int
	DType   string
	Trained bool // false for statistics, and for what is frozen
	// Values returns the numbers now, row by row.
	Values func() []float64
}

// Size is how many numbers an array of a shape has; 0 if that is not known.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/d {
			return 0
		}
		n *= d
	}
	return n
}

// ShapeText words a shape: 26 × 26 × 32, with ? for an axis of any length.
func ShapeText(shape []int) string {
	list := make([]string, len(shape))
	for i, n := range shape {
		if list[i] = strconv.Itoa(n); n < 0 {
			list[i] = "?"
		}
	}
	return strings.Join(list, " × ")
}

// Bytes is how much memory the parameter takes.
func (p *Param) Bytes() int { return Size(p.Shape) * DTypeSize(p.DType) }

// DTypeSize is how many bytes a number of a type has, from the type's name.
func DTypeSize(name string) int {
	name = strings.ToLower(name)
	for _, t := range []struct {
		suffix string
		size   int
	}{{"bfloat16", 2}, {"128", 16}, {"64", 8}, {"32", 4}, {"16", 2}, {"8", 1}, {"bool", 1}} {
		if strings.HasSuffix(name, t.suffix) {
			return t.size
		}
	}
	return 4
}

// A Class groups operations by what they do, for colours and forms.
type Class int

// The classes of operations.
const (
	Other     Class = iota
	Data            // inputs and constants
	Weighted        // dense layers, convolutions, embeddings: products with weights
	Recurrent       // layers with a state from step to step
	Attending       // attention
	Activating
	Pooling
	Normalizing
	Reshaping
	Merging    // sums and concatenations of branches
	Regulating // dropout and noise
)

// Classes lists all classes in the order of legends.
var Classes = []Class{Data, Weighted, Recurrent, Attending, Activating, Pooling, Normalizing, Reshaping, Merging, Regulating, Other}

var classNames = map[Class]string{
	Data: "data", Weighted: "weights", Recurrent: "recurrent", Attending: "attention", Activating: "activation", Pooling: "pooling",
	Normalizing: "normalization", Reshaping: "shape", Merging: "merge", Regulating: "regularization", Other: "other",
}

func (c Class) String() string { return classNames[c] }

// Node returns the index of a node by its name.
func (m *Model) Node(name string) (int, error) {
	i := slices.IndexFunc(m.Nodes, func(n Node) bool { return n.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("the model has no node %q; it has %s", name, someNames(m.Nodes, name))
	}
	return i, nil
}

// someNames lists the nodes, or of many those that share letters with a name.
func someNames(nodes []Node, name string) string {
	const most = 12
	var all, like []string
	for _, n := range nodes {
		all = append(all, n.Name)
		if strings.Contains(n.Name, name) || strings.Contains(name, n.Name) {
			like = append(like, n.Name)
		}
	}
	if len(all) > most && len(like) > 0 {
		all = like
	}
	if len(all) > most {
		return fmt.Sprintf("%s and %d others", strings.Join(all[:most], ", "), len(all)-most)
	}
	return strings.Join(all, ", ")
}

// Scope is the part of a node's name before its last element, "" at the top.
func Scope(name string) string {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return ""
	}
	return name[:i]
}

// Base is the last element of a node's name.
func Base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// Check says what is wrong with a description: a source's mistake.
func (m *Model) Check() error {
	seen := make(map[string]int, len(m.Nodes))
	for i, n := range m.Nodes {
		if n.Name == "" {
			return fmt.Errorf("node %d of the model has no name", i)
		}
		if j, ok := seen[n.Name]; ok {
			return fmt.Errorf("nodes %d and %d of the model have the same name %q", j, i, n.Name)
		}
		seen[n.Name] = i
		for _, in := range n.Inputs {
			if in < 0 || in >= i {
				return fmt.Errorf("node %q reads node %d, which does not come before it (it is node %d)", n.Name, in, i)
			}
		}
		for _, p := range n.Params {
			if p < 0 || p >= len(m.Params) {
				return fmt.Errorf("node %q has parameter %d, but the model has %d", n.Name, p, len(m.Params))
			}
		}
	}
	return nil
}
