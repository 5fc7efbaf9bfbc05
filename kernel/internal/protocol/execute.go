package protocol

// Typed contents of the messages of the Jupyter messaging protocol 5.4, see
// https://jupyter-client.readthedocs.io/en/stable/messaging.html.

// Status values of replies.
const (
	OK      = "ok"
	Error   = "error"
	Aborted = "aborted"
)

// An ExecuteRequest asks to run a cell.
type ExecuteRequest struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`
	StoreHistory    *bool             `json:"store_history"` // default: not Silent
	UserExpressions map[string]string `json:"user_expressions"`
	AllowStdin      bool              `json:"allow_stdin"`
	StopOnError     *bool             `json:"stop_on_error"` // default true
}

// An ExecuteReply ends a cell.
type ExecuteReply struct {
	Status          string           `json:"status"`
	ExecutionCount  int              `json:"execution_count"`
	UserExpressions map[string]any   `json:"user_expressions"`
	Payload         []map[string]any `json:"payload"`
	*ErrorContent
}

// An ErrorContent is the content of an error message, and part of every reply
// with status "error".
type ErrorContent struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// An ErrorReply is the reply to a request that failed as a whole.
type ErrorReply struct {
	Status string `json:"status"`
	ErrorContent
}

// A StatusReply is a reply with nothing to tell.
type StatusReply struct {
	Status string `json:"status"`
}

// An ExpressionValue is a user expression that could be computed.
type ExpressionValue struct {
	Status string `json:"status"`
	Bundle
}

// An ExecuteInput tells all front-ends what is running.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// An ExecuteResult is the value of a cell.
type ExecuteResult struct {
	ExecutionCount int `json:"execution_count"`
	Bundle
	Transient Transient `json:"transient"`
}

// A DisplayData is the content of display_data and update_display_data.
type DisplayData struct {
	Bundle
	Transient Transient `json:"transient"`
}

// A Transient is what is not stored in a notebook.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// A Stream is text on stdout or stderr.
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// A ClearOutput removes a cell's output.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// A Status says what the kernel does: "starting", "busy" or "idle".
type Status struct {
	State string `json:"execution_state"`
}

// An IOPubWelcome greets a new subscriber (JEP 65).
type IOPubWelcome struct {
	Subscription string `json:"subscription"`
}

// An InputRequest asks the user for a line.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// An InputReply is what the user wrote.
type InputReply struct {
	Value string `json:"value"`
}
