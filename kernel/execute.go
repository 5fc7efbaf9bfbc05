package kernel

import (
	"context"
	"sync"

	"loupe/kernel/internal/protocol"
)

// cellState knows how to interrupt the cell that runs.
type cellState struct {
	mu     sync.Mutex
	cancel context.CancelFunc
}

func (c *cellState) begin(ctx context.Context) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, c.cancel = context.WithCancel(ctx)
	return ctx
}

func (c *cellState) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel()
	c.cancel = nil
}

// interrupt cancels the running cell, if there is one.
func (c *cellState) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	}
}

// execute runs a cell.
func (k *kernel) execute(ctx context.Context, r *request, c protocol.ExecuteRequest) (any, error) {
	store := !c.Silent && (c.StoreHistory == nil || *c.StoreHistory)
	number := k.count + 1
	if store {
		k.count = number
	}
	cell := protocol.Cell{Code: c.Code, Count: number, ID: r.cellID(), Silent: c.Silent, AllowStdin: c.AllowStdin}
	if c.Silent {
		cell.Count = 0
	} else {
		k.publish(r, "execute_input", protocol.ExecuteInput{Code: c.Code, ExecutionCount: number})
	}
	ctx = k.cell.begin(ctx)
	defer k.cell.end()
	out := newOutput(ctx, r, cell)
	outcome := k.language.execute(ctx, cell, out)
	out.end()
	if store {
		k.history.add(number, c.Code, out.resultText())
	}
	reply := executeReply(protocol.OK, number)
	reply.Payload = append(reply.Payload, outcome.Payload...)
	if outcome.Err != nil {
		k.fail(r, c, &reply, outcome.Err)
		return reply, nil
	}
	reply.UserExpressions = k.evaluate(ctx, c.UserExpressions)
	return reply, nil
}

// executeReply makes a reply without null in it, which front-ends do not expect.
func executeReply(status string, number int) protocol.ExecuteReply {
	return protocol.ExecuteReply{
		Status:          status,
		ExecutionCount:  number,
		UserExpressions: map[string]any{},
		Payload:         []map[string]any{},
	}
}

// fail shows the error of a cell and aborts the cells that wait behind it.
func (k *kernel) fail(r *request, c protocol.ExecuteRequest, reply *protocol.ExecuteReply, f *protocol.Failure) {
	content := errorContent(f)
	reply.Status = protocol.Error
	reply.ErrorContent = &content
	if !c.Silent {
		k.publish(r, "error", content)
	}
	if c.StopOnError == nil || *c.StopOnError {
		k.queue.abort()
	}
}

func errorContent(f *protocol.Failure) protocol.ErrorContent {
	trace := f.Traceback
	if len(trace) == 0 {
		trace = []string{f.Error()}
	}
	return protocol.ErrorContent{Name: f.Name, Value: f.Value, Traceback: trace}
}

// evaluate computes user expressions, each on its own: one that fails spoils
// neither the cell nor the others.
func (k *kernel) evaluate(ctx context.Context, expressions map[string]string) map[string]any {
	values := make(map[string]any, len(expressions))
	for name, code := range expressions {
		bundle, failure := k.language.evaluate(ctx, code)
		if failure != nil {
			values[name] = protocol.ErrorReply{Status: protocol.Error, ErrorContent: errorContent(failure)}
			continue
		}
		values[name] = protocol.ExpressionValue{Status: protocol.OK, Bundle: filled(bundle)}
	}
	return values
}

// filled replaces the nil maps of a bundle: front-ends expect objects.
func filled(b protocol.Bundle) protocol.Bundle {
	if b.Data == nil {
		b.Data = map[string]any{}
	}
	if b.Metadata == nil {
		b.Metadata = map[string]any{}
	}
	return b
}
