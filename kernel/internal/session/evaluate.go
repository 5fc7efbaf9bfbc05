package session

import (
	"context"
	"errors"
	"fmt"

	"loupe/kernel/internal/protocol"
)

// Evaluate computes an expression and returns what would be shown of it.
func (s *Session) Evaluate(ctx context.Context, expression string) (protocol.Bundle, *protocol.Failure) {
	out := &results{}
	o := s.Execute(ctx, protocol.Cell{Code: expression, Silent: true}, out)
	if o.Err != nil {
		return protocol.Bundle{}, o.Err
	}
	if out.last.Data == nil {
		return protocol.Bundle{}, plainFailure("ExpressionError", fmt.Errorf("%q has no value", expression))
	}
	return out.last, nil
}

// results keeps the result of a cell and nothing else.
type results struct{ last protocol.Bundle }

func (r *results) Stream(string, string)                 {}
func (r *results) Display(protocol.Bundle, string, bool) {}
func (r *results) Result(b protocol.Bundle)              { r.last = b }
func (r *results) Clear(bool)                            {}
func (r *results) Ask(context.Context, string, bool) (string, error) {
	return "", errors.New("an expression cannot ask for input")
}
