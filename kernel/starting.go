package kernel

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"loupe/kernel/internal/protocol"
)

// A constructor starts the interpreter of a language.
type constructor func(protocol.Config) (protocol.Interpreter, error)

// A language is an interpreter that may still be starting. Whoever needs it
// waits; what the front-end asks first does not.
type language struct {
	cfg    protocol.Config
	ready  chan struct{} // closed once lang or err is set
	lang   protocol.Interpreter
	err    error
	closed sync.Once
}

// startLanguage calls start in the background, and then began if it succeeds.
func startLanguage(start constructor, cfg protocol.Config, began func(protocol.Interpreter)) *language {
	l := &language{cfg: cfg, ready: make(chan struct{})}
	go func() {
		defer close(l.ready)
		defer func() {
			if p := recover(); p != nil {
				l.err = fmt.Errorf("the language panicked as it started: %v\n%s", p, debug.Stack())
			}
		}()
		if l.lang, l.err = start(cfg); l.err != nil {
			cfg.Log.Error("the language cannot start", "err", l.err)
			return
		}
		began(l.lang)
	}()
	return l
}

// wait returns the interpreter once it has started.
func (l *language) wait(ctx context.Context) (protocol.Interpreter, error) {
	select {
	case <-l.ready:
		return l.lang, l.err
	default:
	}
	select {
	case <-l.ready:
		return l.lang, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// started returns the interpreter, nil while it is starting.
func (l *language) started() protocol.Interpreter {
	select {
	case <-l.ready:
		return l.lang
	default:
		return nil
	}
}

// execute runs a cell. An interpreter that cannot start, or that panics, fails
// the cell and not the kernel.
func (l *language) execute(ctx context.Context, c protocol.Cell, out protocol.Output) (outcome protocol.Outcome) {
	lang, err := l.wait(ctx)
	if ctx.Err() != nil {
		return failed("Interrupted", "the cell was interrupted before it began")
	}
	if err != nil {
		return failed("StartError", err.Error())
	}
	defer func() {
		if p := recover(); p != nil {
			l.cfg.Log.Error("the interpreter panicked", "panic", p, "stack", string(debug.Stack()))
			outcome = failed("InternalError", fmt.Sprintf("the kernel itself panicked: %v; please report it, its log has the stack", p))
		}
	}()
	return lang.Execute(ctx, c, out)
}

func (l *language) evaluate(ctx context.Context, code string) (protocol.Bundle, *protocol.Failure) {
	lang, err := l.wait(ctx)
	if err != nil {
		return protocol.Bundle{}, failed("StartError", err.Error()).Err
	}
	if e, ok := lang.(protocol.Evaluator); ok {
		return e.Evaluate(ctx, code)
	}
	return protocol.Bundle{}, failed("NotSupported", "this language evaluates no user expressions").Err
}

func failed(name, value string) protocol.Outcome {
	return protocol.Outcome{Err: &protocol.Failure{
		Name: name, Value: value, Traceback: []string{"\x1b[31m" + name + "\x1b[0m: " + value},
	}}
}

// describe says what the language is. It does not wait.
func (l *language) describe() protocol.Language {
	if d, ok := l.started().(protocol.Describer); ok {
		return d.Describe()
	}
	return describeGo()
}

func (l *language) processes() []int {
	if p, ok := l.started().(protocol.Processes); ok {
		return p.Processes()
	}
	return nil
}

// close ends the interpreter; one that is still starting ends when it has
// started.
func (l *language) close() (err error) {
	l.closed.Do(func() {
		if lang := l.started(); lang != nil {
			err = lang.Close()
			return
		}
		go func() {
			<-l.ready
			if l.lang != nil {
				l.lang.Close()
			}
		}()
	})
	return err
}
