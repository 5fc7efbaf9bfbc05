package gomlx

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gomlx/gomlx/core/graph"

	"loupe/viz/model"
)

// dispatch are functions that only choose which other to call.
var dispatch = regexp.MustCompile(`(From|By)(Scope|Context|Name|Config)$|^Must|^Apply|^doneInternal$`)

// kindOfCall is what a reader calls what a function computes: "Dense", "Conv2D",
// "MaxPool".
func kindOfCall(c *call) string {
	name, receiver := c.fn[strings.LastIndexByte(c.fn, '/')+1:], ""
	pkg, name, _ := strings.Cut(name, ".")
	if r, method, ok := strings.Cut(name, "."); ok {
		receiver, name = strings.Trim(r, "(*)"), method
	}
	inside := slices.IndexFunc(c.items, func(it item) bool { return it.call != nil && !inner(it.call.fn) })
	switch {
	case receiver != "" && name == "Done", strings.HasSuffix(receiver, "Builder") && unicode.IsUpper(rune(name[0])):
		name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(receiver, "Builder"), "Config"), "Layer")
		if name == "" {
			name = strings.ToUpper(pkg)
		}
	case (!unicode.IsUpper(rune(name[0])) || dispatch.MatchString(name)) && inside >= 0:
		return kindOfCall(c.items[inside].call)
	case name == "Core":
		name = "Attention"
	}
	for _, variant := range []string{"WithBias", "Static", "Normalize"} {
		if short := strings.TrimSuffix(name, variant); short != "" {
			name = short
		}
	}
	return detailed(name, c.nodes())
}

// detailed adds to a kind what the operations inside say: how many axes a
// convolution goes along, what a window takes of its numbers.
func detailed(kind string, nodes []*graph.Node) string {
	find := func(t graph.NodeType) *graph.Node {
		if i := slices.IndexFunc(nodes, func(n *graph.Node) bool { return n.Type() == t }); i >= 0 {
			return nodes[i]
		}
		return nil
	}
	switch kind {
	case "Conv", "Convolution":
		if n := find(graph.NodeTypeConvGeneral); n != nil {
			return fmt.Sprintf("Conv%dD", n.Rank()-2)
		}
	case "Pool":
		n := find(graph.NodeTypeReduceWindow)
		switch {
		case n == nil:
		case find(graph.NodeTypeDiv) != nil, find(graph.NodeTypeMul) != nil: // by the size of the window
			return "MeanPool"
		default:
			return settings(n)["reductionType"] + "Pool"
		}
	}
	return kind
}

// kindOfNode names a single operation.
func kindOfNode(n *graph.Node) string {
	return strings.TrimPrefix(strings.TrimSuffix(n.Type().String(), "General"), "Fused")
}

// settings reads what GoMLX says of an operation, such as
//
//	Node #3 ReduceWindow(input=[#2], reductionType=Max, windowDimensions=[1 2 2 1], …) -> …
//
// without the operations that it reads.
func settings(n *graph.Node) map[string]string {
	text := n.String()
	open := strings.IndexByte(text, '(')
	end := strings.Index(text, ") -> ")
	if open < 0 || end < open {
		return nil
	}
	list := map[string]string{}
	for _, part := range split(text[open+1 : end]) {
		name, value, ok := strings.Cut(part, "=")
		if ok && !strings.Contains(value, "#") {
			list[strings.TrimSpace(name)] = value
		}
	}
	return list
}

// split divides a text at the commas that are in no brackets.
func split(text string) []string {
	var parts []string
	depth, begin := 0, 0
	for i, c := range text {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, text[begin:i])
				begin = i + 1
			}
		}
	}
	return append(parts, text[begin:])
}

// shown are the settings that readers want to know, with the names for them.
var shown = []struct{ name, as string }{
	{"strides", "strides"}, {"paddings", "padding"}, {"windowDimensions", "window"}, {"kernelDilations", "dilation"}, {"channelGroupCount", "groups"},
	{"axis", "axis"}, {"axes", "axes"}, {"permutation", "permutation"}, {"epsilon", "epsilon"}, {"activation", "activation"}, {"dtype", "dtype"},
}

// attrs are the settings of an op: those of its operations, and the size of a kernel.
func (o *op) attrs(shapeOf func(path string) []int) []model.Attr {
	var list []model.Attr
	for _, n := range o.nodes {
		kind := n.Type().String()
		if len(o.nodes) > 1 && !multiplies(n) && !strings.HasPrefix(kind, "Reduce") && (n != o.main || !strings.HasPrefix(kind, "Fused")) {
			continue // how a function computes something says little
		}
		if n.Type() == graph.NodeTypeConvGeneral {
			for _, path := range o.vars {
				if s := shapeOf(path); len(s) == n.Rank() && len(s) > 2 {
					list = append(list, model.Attr{Name: "kernel", Value: model.ShapeText(s[:len(s)-2])})
					break
				}
			}
		}
		have := settings(n)
		for _, s := range shown {
			v := tidy(s.as, have[s.name], rankOf(n))
			if v != "" && !slices.ContainsFunc(list, func(a model.Attr) bool { return a.Name == s.as }) {
				list = append(list, model.Attr{Name: s.as, Value: v})
			}
		}
	}
	return slices.DeleteFunc(list, func(a model.Attr) bool { // windows usually do not overlap
		return a.Name == "strides" && slices.Contains(list, model.Attr{Name: "window", Value: a.Value})
	})
}

// rankOf is how many axes a node works on.
func rankOf(n *graph.Node) int {
	if in := n.Inputs(); len(in) > 0 {
		return in[0].Rank()
	}
	return n.Rank()
}

// tidy words a setting; one that is as usual is "". Axes are counted from the last one,
// which is -1 and usual: then it does not matter that there are samples.
func tidy(name, value string, rank int) string {
	list := numbers(strings.NewReplacer("[", " ", "]", " ").Replace(value))
	same := func(usual int) bool {
		return !slices.ContainsFunc(list, func(v int) bool { return v != usual })
	}
	switch name {
	case "strides", "window", "dilation", "groups":
		if same(1) {
			return ""
		}
		if len(list) > 2 && list[0] == 1 && list[len(list)-1] == 1 { // samples and channels
			list = list[1 : len(list)-1]
		}
		return model.ShapeText(list)
	case "padding":
		switch {
		case same(0):
			return ""
		case same(list[0]):
			return strconv.Itoa(list[0])
		}
	case "axis", "axes":
		if strings.HasPrefix(value, "{") || len(list) == 1 && list[0] == rank-1 { // those of a convolution say which is which
			return ""
		}
		var words []string
		for _, axis := range list {
			words = append(words, strconv.Itoa(axis-rank))
		}
		return strings.Join(words, " ")
	case "activation":
		if value == "none" {
			return ""
		}
	}
	return strings.Trim(value, "[]")
}

// macs counts the multiplications with an addition of all products in an op. Those
// that GoMLX computes at once are counted in the operations that it also has for
// them.
func (o *op) macs() int {
	sum := 0
	for _, n := range o.all {
		have := settings(n)
		switch in := n.Inputs(); n.Type() {
		case graph.NodeTypeDotGeneral:
			size := model.Size(n.Shape().Dimensions)
			for _, axis := range numbers(have["lhsContractingAxes"]) {
				size *= in[0].Shape().Dim(axis)
			}
			sum += size
		case graph.NodeTypeConvGeneral:
			kernel := in[1].Shape()
			axis := numbers(field(have["axes"], "KernelOutputChannels"))
			if len(axis) == 1 && kernel.Dim(axis[0]) > 0 {
				sum += model.Size(n.Shape().Dimensions) * kernel.Size() / kernel.Dim(axis[0])
			}
		}
	}
	return sum
}

// field takes the value of a field from a struct as text: {A:0 B:[1 2]}.
func field(text, name string) string {
	_, rest, _ := strings.Cut(text, name+":")
	end := strings.IndexAny(rest, " }")
	if end < 0 {
		return ""
	}
	return rest[:end]
}

// numbers reads a list of numbers as text: [0 2].
func numbers(text string) []int {
	var list []int
	for _, word := range strings.Fields(strings.Trim(text, "[]")) {
		n := 0
		if _, err := fmt.Sscan(word, &n); err == nil {
			list = append(list, n)
		}
	}
	return list
}
