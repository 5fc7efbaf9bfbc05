package kernel

import (
	"context"
	"unicode/utf8"

	"loupe/kernel/internal/protocol"
)

func (k *kernel) complete(ctx context.Context, _ *request, c protocol.CompleteRequest) (any, error) {
	lang, err := k.language.wait(ctx)
	if err != nil {
		return nil, err
	}
	found := lang.Complete(c.Code, cursor(c.Code, c.CursorPos))
	reply := protocol.CompleteReply{
		Status:      protocol.OK,
		Matches:     make([]string, len(found.Matches)),
		CursorStart: found.Start,
		CursorEnd:   found.End,
	}
	reply.Metadata.Types = make([]protocol.CompletionType, len(found.Matches))
	for i, m := range found.Matches {
		reply.Matches[i] = m.Text
		reply.Metadata.Types[i] = protocol.CompletionType{
			Text: m.Text, Type: m.Type, Signature: m.Signature, Start: found.Start, End: found.End,
		}
	}
	return reply, nil
}

func (k *kernel) inspect(ctx context.Context, _ *request, c protocol.InspectRequest) (any, error) {
	lang, err := k.language.wait(ctx)
	if err != nil {
		return nil, err
	}
	found := lang.Inspect(c.Code, cursor(c.Code, c.CursorPos), c.DetailLevel)
	return protocol.InspectReply{Status: protocol.OK, Found: found.Found, Bundle: filled(found.Bundle)}, nil
}

func (k *kernel) isComplete(ctx context.Context, _ *request, c protocol.IsCompleteRequest) (any, error) {
	lang, err := k.language.wait(ctx)
	if err != nil {
		return nil, err
	}
	found := lang.IsComplete(c.Code)
	reply := protocol.IsCompleteReply{Status: found.Status}
	if found.Status == "incomplete" {
		reply.Indent = &found.Indent
	}
	return reply, nil
}

// cursor keeps a position, in code points, within the code.
func cursor(code string, pos int) int {
	return max(0, min(pos, utf8.RuneCountInString(code)))
}
