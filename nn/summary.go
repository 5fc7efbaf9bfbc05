package nn

func (m *Model) Summary() string { return "" }
