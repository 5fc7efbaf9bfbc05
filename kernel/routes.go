package kernel

import (
	"context"
	"encoding/json"
	"fmt"

	"loupe/kernel/internal/wire"
)

// A route leads from one message type to its handler.
type route struct {
	reply   string // "" if the message gets no reply
	control bool   // also served on control, while a cell runs
	aside   bool   // on shell, need not wait for the cells before it
	call    func(ctx context.Context, r *request) (content any, err error)
}

func (rt route) serves(ch wire.Channel) bool {
	return ch == wire.Shell || ch == wire.Control && rt.control
}

// routes is the one table of all requests. It is filled in init, because
// handlers refer to it.
var routes map[string]route

func init() {
	routes = map[string]route{
		"execute_request":     {"execute_reply", false, false, typed((*kernel).execute)},
		"complete_request":    {"complete_reply", false, true, typed((*kernel).complete)},
		"inspect_request":     {"inspect_reply", false, true, typed((*kernel).inspect)},
		"is_complete_request": {"is_complete_reply", false, true, typed((*kernel).isComplete)},
		"comm_open":           {"", false, false, typed((*kernel).commOpen)},
		"comm_msg":            {"", false, false, typed((*kernel).commMessage)},
		"comm_close":          {"", false, false, typed((*kernel).commClose)},

		"kernel_info_request": {"kernel_info_reply", true, true, typed((*kernel).info)},
		"connect_request":     {"connect_reply", true, true, typed((*kernel).connect)},
		"history_request":     {"history_reply", true, true, typed((*kernel).searchHistory)},
		"comm_info_request":   {"comm_info_reply", true, true, typed((*kernel).commInfo)},
		"usage_request":       {"usage_reply", true, true, typed((*kernel).measure)},
		"interrupt_request":   {"interrupt_reply", true, false, typed((*kernel).interrupt)},
		"shutdown_request":    {"shutdown_reply", true, false, typed((*kernel).shutDown)},
	}
}

// typed makes a handler of messages out of a handler of their contents.
func typed[C any](handle func(*kernel, context.Context, *request, C) (any, error)) func(context.Context, *request) (any, error) {
	return func(ctx context.Context, r *request) (any, error) {
		var content C
		if err := json.Unmarshal(r.message.Content, &content); err != nil {
			return nil, fmt.Errorf("the content of %s is not as the protocol says: %w", r.message.Header.Type, err)
		}
		return handle(r.kernel, ctx, r, content)
	}
}
