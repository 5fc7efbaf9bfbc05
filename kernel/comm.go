package kernel

import (
	"context"
	"encoding/json"
	"sync"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

// comms knows the open comms. It implements [protocol.CommFront] for the
// language's side of them.
type comms struct {
	kernel *kernel
	mu     sync.Mutex
	open   map[string]string // id → target
}

func newComms(k *kernel) *comms { return &comms{kernel: k, open: map[string]string{}} }

func (c *comms) set(id, target string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[id] = target
}

func (c *comms) target(id string) (target string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	target, ok = c.open[id]
	return target, ok
}

func (c *comms) remove(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, id)
}

// OpenComm implements [protocol.CommFront].
func (c *comms) OpenComm(m protocol.Comm) {
	if m.ID == "" {
		m.ID = wire.NewID()
	}
	c.set(m.ID, m.Target)
	c.send("comm_open", m, protocol.CommOpen{ID: m.ID, Target: m.Target, Data: data(m)})
}

// SendComm implements [protocol.CommFront].
func (c *comms) SendComm(m protocol.Comm) {
	c.send("comm_msg", m, protocol.CommMessage{ID: m.ID, Data: data(m)})
}

// CloseComm implements [protocol.CommFront].
func (c *comms) CloseComm(m protocol.Comm) {
	c.remove(m.ID)
	c.send("comm_close", m, protocol.CommMessage{ID: m.ID, Data: data(m)})
}

func (c *comms) send(msgType string, m protocol.Comm, content any) {
	c.kernel.publishWith(c.kernel.currentRequest(), msgType, content, m.Metadata, m.Buffers)
}

func data(m protocol.Comm) json.RawMessage {
	if len(m.Data) == 0 {
		return json.RawMessage("{}")
	}
	return m.Data
}

// A commContent is what comm_open, comm_msg and comm_close carry.
type commContent struct {
	ID     string          `json:"comm_id"`
	Target string          `json:"target_name"`
	Data   json.RawMessage `json:"data"`
}

func (c commContent) comm(r *request) protocol.Comm {
	return protocol.Comm{
		ID: c.ID, Target: c.Target, Data: c.Data,
		Metadata: r.message.Metadata, Buffers: r.message.Buffers,
	}
}

func (k *kernel) commOpen(ctx context.Context, r *request, c commContent) (any, error) {
	target, err := k.commTarget(ctx)
	if err != nil {
		return nil, err
	}
	k.comms.set(c.ID, c.Target)
	if target == nil || !target.OpenComm(c.comm(r)) {
		k.log.Info("a comm is closed: nobody serves its target", "target", c.Target)
		k.comms.CloseComm(protocol.Comm{ID: c.ID})
	}
	return nil, nil
}

func (k *kernel) commMessage(ctx context.Context, r *request, c commContent) (any, error) {
	target, err := k.commTarget(ctx)
	if err != nil {
		return nil, err
	}
	name, ok := k.comms.target(c.ID)
	if !ok || target == nil {
		k.log.Warn("a message for a comm that is not open is dropped", "comm", c.ID)
		return nil, nil
	}
	c.Target = name
	target.CommMessage(c.comm(r))
	return nil, nil
}

func (k *kernel) commClose(ctx context.Context, r *request, c commContent) (any, error) {
	target, err := k.commTarget(ctx)
	if err != nil {
		return nil, err
	}
	name, ok := k.comms.target(c.ID)
	if !ok || target == nil {
		return nil, nil
	}
	k.comms.remove(c.ID)
	c.Target = name
	target.CommClosed(c.comm(r))
	return nil, nil
}

func (k *kernel) commInfo(_ context.Context, _ *request, c protocol.CommInfoRequest) (any, error) {
	reply := protocol.CommInfoReply{Status: protocol.OK, Comms: map[string]protocol.CommInfo{}}
	k.comms.mu.Lock()
	defer k.comms.mu.Unlock()
	for id, target := range k.comms.open {
		if c.Target == nil || *c.Target == "" || *c.Target == target {
			reply.Comms[id] = protocol.CommInfo{Target: target}
		}
	}
	return reply, nil
}

// commTarget returns the language's side of comms, nil if it has none.
func (k *kernel) commTarget(ctx context.Context) (protocol.CommTarget, error) {
	lang, err := k.language.wait(ctx)
	if err != nil {
		return nil, err
	}
	target, _ := lang.(protocol.CommTarget)
	return target, nil
}
