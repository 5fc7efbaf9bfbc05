package kernel

import (
	"encoding/json"

	"loupe/kernel/internal/wire"
)

// A request is one message from a front-end while it is handled.
type request struct {
	kernel  *kernel
	channel wire.Channel
	message *wire.Message
	// after is run when all has been said.
	after func()
}

// reply answers on the channel that the request came from.
func (r *request) reply(msgType string, content any) {
	r.kernel.send(r.channel, &wire.Message{
		Identities: r.message.Identities,
		Header:     r.kernel.codec.NewHeader(msgType),
		Parent:     r.message.RawHeader,
	}, content)
}

// cellID returns the notebook's name of the cell, which front-ends send in the
// metadata.
func (r *request) cellID() string {
	var meta struct {
		CellID string `json:"cellId"`
	}
	json.Unmarshal(r.message.Metadata, &meta) // other metadata is none of ours
	return meta.CellID
}
