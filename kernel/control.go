package kernel

import (
	"context"

	"loupe/kernel/internal/protocol"
	"loupe/kernel/internal/wire"
)

// nothing is the content of requests that say all by their type.
type nothing struct{}

func (k *kernel) info(context.Context, *request, nothing) (any, error) {
	lang := k.language.describe()
	help := lang.Help
	if help == nil {
		help = []protocol.HelpLink{}
	}
	return protocol.KernelInfoReply{
		Status:                protocol.OK,
		ProtocolVersion:       wire.Version,
		Implementation:        "loupe",
		ImplementationVersion: Version,
		LanguageInfo:          lang.Info,
		Banner:                lang.Banner,
		HelpLinks:             help,
		SupportedFeatures:     []string{},
	}, nil
}

func (k *kernel) connect(context.Context, *request, nothing) (any, error) {
	return protocol.ConnectReply{
		Status:        protocol.OK,
		ShellPort:     k.ports.ShellPort,
		IOPubPort:     k.ports.IOPubPort,
		StdinPort:     k.ports.StdinPort,
		HeartbeatPort: k.ports.HeartbeatPort,
		ControlPort:   k.ports.ControlPort,
	}, nil
}

func (k *kernel) interrupt(context.Context, *request, nothing) (any, error) {
	k.cell.interrupt()
	return protocol.StatusReply{Status: protocol.OK}, nil
}

// shutDown ends the kernel after its reply. For a restart the front-end starts
// a new kernel on the same ports.
func (k *kernel) shutDown(_ context.Context, r *request, c protocol.Shutdown) (any, error) {
	c.Status = protocol.OK
	k.publish(r, "shutdown_reply", c)
	k.cell.interrupt()
	r.after = k.shutdown
	return c, nil
}

func (k *kernel) measure(context.Context, *request, nothing) (any, error) {
	return k.usage.read(k.language.processes()), nil
}
