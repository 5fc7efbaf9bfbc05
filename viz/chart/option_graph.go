package chart

// What options of graphs set, for the package that draws them.
type graphOptions struct {
	open    []string
	find    string
	overlay *Overlaid
}

// Overlaid is numbers for the parts of a graph, by name, with what they are.
type Overlaid struct {
	Label  string
	Values map[string]float64
}

// Open opens scopes of a graph by their names, and closes what it would open by
// itself where that is too much; "*" opens all.
func Open(scopes ...string) Option {
	return func(o *Options) { o.graph.open = append(o.graph.open[:len(o.graph.open):len(o.graph.open)], scopes...) }
}

// Find marks the operations of a graph whose name, kind or setting has a text in
// it.
func Find(text string) Option { return func(o *Options) { o.graph.find = text } }

// Overlay colours the operations of a graph by numbers, such as seconds, by their
// names. Label says what they are.
func Overlay(label string, values map[string]float64) Option {
	return func(o *Options) { o.graph.overlay = &Overlaid{label, values} }
}

// Opened are the scopes of a graph to open.
func (o *Options) Opened() []string { return o.graph.open }

// Sought is what to mark in a graph, "" for nothing.
func (o *Options) Sought() string { return o.graph.find }

// Overlaid is what to colour a graph by, nil for the kinds of operations.
func (o *Options) Overlaid() *Overlaid { return o.graph.overlay }
