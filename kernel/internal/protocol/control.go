package protocol

// A LanguageInfo describes the language in a kernel_info_reply.
type LanguageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	Mimetype          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"`
	PygmentsLexer     string `json:"pygments_lexer,omitempty"`
	CodeMirrorMode    string `json:"codemirror_mode,omitempty"`
	NbconvertExporter string `json:"nbconvert_exporter,omitempty"`
}

// A HelpLink is an entry of the front-end's Help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// A KernelInfoReply says what the kernel is and can do.
type KernelInfoReply struct {
	Status                string       `json:"status"`
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          LanguageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	Debugger              bool         `json:"debugger"`
	HelpLinks             []HelpLink   `json:"help_links"`
	SupportedFeatures     []string     `json:"supported_features"` // JEP 92
}

// A ConnectReply lists the ports.
type ConnectReply struct {
	Status        string `json:"status"`
	ShellPort     int    `json:"shell_port"`
	IOPubPort     int    `json:"iopub_port"`
	StdinPort     int    `json:"stdin_port"`
	HeartbeatPort int    `json:"hb_port"`
	ControlPort   int    `json:"control_port"`
}

// A Shutdown is the content of shutdown_request and, with a status, of its
// reply.
type Shutdown struct {
	Status  string `json:"status,omitempty"`
	Restart bool   `json:"restart"`
}

// A Usage is the content of a usage_reply, which JupyterLab's resource panel
// shows; the names are ipykernel's.
type Usage struct {
	Hostname     string  `json:"hostname"`
	PID          int     `json:"pid"`
	KernelCPU    float64 `json:"kernel_cpu"`    // percent of one core
	KernelMemory uint64  `json:"kernel_memory"` // bytes
	CPUCount     int     `json:"cpu_count"`
	HostCPU      float64 `json:"host_cpu_percent"`
	HostMemory   *Memory `json:"host_virtual_memory,omitempty"`
}

// A Memory is the state of a machine's memory in bytes.
type Memory struct {
	Total     uint64  `json:"total"`
	Available uint64  `json:"available"`
	Used      uint64  `json:"used"`
	Free      uint64  `json:"free"`
	Percent   float64 `json:"percent"`
}

// A CommOpen opens a comm.
type CommOpen struct {
	ID           string `json:"comm_id"`
	Target       string `json:"target_name"`
	TargetModule string `json:"target_module,omitempty"`
	Data         any    `json:"data"`
}

// A CommMessage is the content of comm_msg and comm_close.
type CommMessage struct {
	ID   string `json:"comm_id"`
	Data any    `json:"data"`
}

// A CommInfoRequest asks for the open comms, of one target or (nil) of all.
type CommInfoRequest struct {
	Target *string `json:"target_name"`
}

// A CommInfoReply lists open comms by id.
type CommInfoReply struct {
	Status string              `json:"status"`
	Comms  map[string]CommInfo `json:"comms"`
}

// A CommInfo is one open comm.
type CommInfo struct {
	Target string `json:"target_name"`
}
