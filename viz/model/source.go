package model

import (
	"fmt"
	"sync"
)

// A Describer is a model that describes itself.
type Describer interface {
	VizModel() (*Model, error)
}

// sources are what was registered, newest last.
var sources struct {
	sync.RWMutex
	models []func(v any) (*Model, error)
	traces []func(v any) (*Trace, error)
}

// Register adds a framework: describe returns the description of a model of
// its own, and nil for values that it does not know. Sources call it when
// their package is imported.
func Register(describe func(v any) (*Model, error)) {
	sources.Lock()
	defer sources.Unlock()
	sources.models = append(sources.models, describe)
}

// RegisterTrace adds a framework's way to keep what happened while a model was
// trained.
func RegisterTrace(read func(v any) (*Trace, error)) {
	sources.Lock()
	defer sources.Unlock()
	sources.traces = append(sources.traces, read)
}

// Of describes a model of any framework that has a source.
func Of(v any) (*Model, error) {
	switch v := v.(type) {
	case *Model:
		if v == nil {
			return nil, fmt.Errorf("the model is nil")
		}
		return v, v.Check()
	case Describer:
		m, err := v.VizModel()
		if err != nil {
			return nil, err
		}
		return m, m.Check()
	}
	sources.RLock()
	defer sources.RUnlock()
	for _, describe := range sources.models {
		if m, err := describe(v); m != nil || err != nil {
			if err == nil {
				err = m.Check()
			}
			return m, err
		}
	}
	return nil, fmt.Errorf("a %T is no model that viz knows: it knows *nn.Model, and models of frameworks whose source is imported (such as loupe/viz/source/gomlx)", v)
}

// TraceOf reads what any framework with a source has kept of a training.
func TraceOf(v any) (*Trace, error) {
	if t, ok := v.(*Trace); ok && t != nil {
		return t, t.Err
	}
	sources.RLock()
	defer sources.RUnlock()
	for _, read := range sources.traces {
		if t, err := read(v); t != nil || err != nil {
			return t, err
		}
	}
	return nil, fmt.Errorf("a %T is no record of a training that viz knows: it knows what nn.Record returns, and the history of an nn.Fit that had one among its callbacks", v)
}
