package protocol

import (
	"context"
	"encoding/json"
)

// What an Interpreter may implement beside Interpreter. The kernel asks with a
// type assertion and does without where it fails.

// A Describer says which language the kernel speaks.
type Describer interface {
	Describe() Language
}

// A Language is what a front-end is told about the kernel's language.
type Language struct {
	Info   LanguageInfo
	Banner string
	Help   []HelpLink
}

// An Evaluator computes user_expressions, after the cell that carried them.
type Evaluator interface {
	Evaluate(ctx context.Context, expression string) (Bundle, *Failure)
}

// A Starter takes a while to start. Started waits until it has.
type Starter interface {
	Started(ctx context.Context) error
}

// A Processes names the processes that run the language's code, for usage
// reports.
type Processes interface {
	Processes() (pids []int)
}

// A CommTarget takes part in comms, the free-form channels between a front-end
// and the kernel that widgets use.
type CommTarget interface {
	// ConnectComms is called once, before anything else, with where to send.
	ConnectComms(front CommFront)
	// OpenComm says whether it knows the comm's target; otherwise the kernel
	// closes the comm.
	OpenComm(c Comm) bool
	// CommMessage and CommClosed are called for open comms.
	CommMessage(c Comm)
	CommClosed(c Comm)
}

// A CommFront sends comm messages to the front-end. It is safe for concurrent
// use.
type CommFront interface {
	OpenComm(c Comm)
	SendComm(c Comm)
	CloseComm(c Comm)
}

// A Comm is one message of a comm.
type Comm struct {
	ID string
	// Target is the name of what the comm was opened for.
	Target   string
	Data     json.RawMessage
	Metadata json.RawMessage
	Buffers  [][]byte
}
