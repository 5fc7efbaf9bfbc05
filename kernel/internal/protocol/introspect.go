package protocol

// A CompleteRequest asks what could stand at the cursor; CursorPos counts
// Unicode code points.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"`
}

// A CompleteReply lists completions.
type CompleteReply struct {
	Status      string             `json:"status"`
	Matches     []string           `json:"matches"`
	CursorStart int                `json:"cursor_start"`
	CursorEnd   int                `json:"cursor_end"`
	Metadata    CompletionMetadata `json:"metadata"`
}

// A CompletionMetadata tells JupyterLab the kinds of the matches.
type CompletionMetadata struct {
	Types []CompletionType `json:"_jupyter_types_experimental"`
}

// A CompletionType describes one match.
type CompletionType struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Signature string `json:"signature,omitempty"`
}

// An InspectRequest asks for the documentation of what stands at the cursor.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   int    `json:"cursor_pos"`
	DetailLevel int    `json:"detail_level"`
}

// An InspectReply is that documentation.
type InspectReply struct {
	Status string `json:"status"`
	Found  bool   `json:"found"`
	Bundle
}

// An IsCompleteRequest asks whether a console should run the code.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// An IsCompleteReply says so.
type IsCompleteReply struct {
	Status string  `json:"status"`
	Indent *string `json:"indent,omitempty"` // only with status "incomplete"
}

// A HistoryRequest asks for former cells.
type HistoryRequest struct {
	Output  bool   `json:"output"`
	Raw     bool   `json:"raw"`
	Access  string `json:"hist_access_type"` // "range", "tail" or "search"
	Session int    `json:"session"`
	Start   int    `json:"start"`
	Stop    *int   `json:"stop"`
	N       *int   `json:"n"`
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

// A HistoryReply holds (session, line, input) or, with output, (session, line,
// (input, output)).
type HistoryReply struct {
	Status  string   `json:"status"`
	History [][3]any `json:"history"`
}
