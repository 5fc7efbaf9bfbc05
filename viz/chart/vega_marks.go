package chart

// vegaField is a field of numbers on an axis.
func vegaField(name string) map[string]any {
	return map[string]any{"field": name, "type": "quantitative"}
}

// vegaXY is a mark with a place for each row.
func vegaXY(kind string) map[string]any {
	return map[string]any{
		"mark":     map[string]any{"type": kind},
		"encoding": map[string]any{"x": vegaField("x"), "y": vegaField("y")},
	}
}
