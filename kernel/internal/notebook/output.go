package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
)

func writeOutput(b *bytes.Buffer, o Output) error {
	switch o["output_type"] {
	case "stream":
		name, _ := o["name"].(string)
		text, _ := o["text"].(string)
		fmt.Fprintf(b, "<pre class=\"stream %s\">%s</pre>\n", html.EscapeString(name), ansiHTML(overwrite(text)))
	case "error":
		fmt.Fprintf(b, "<pre class=\"error\">%s</pre>\n", ansiHTML(strings.Join(traceback(o), "\n")))
	case "display_data", "execute_result":
		data, _ := o["data"].(map[string]any)
		metadata, _ := o["metadata"].(map[string]any)
		return writeBundle(b, data, metadata)
	}
	return nil
}

func traceback(o Output) []string {
	var lines []string
	switch list := o["traceback"].(type) {
	case []string:
		lines = list
	case []any:
		for _, line := range list {
			lines = append(lines, fmt.Sprint(line))
		}
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("%v: %v", o["ename"], o["evalue"])}
	}
	return lines
}

// preference is the order in which nbconvert shows the forms of one value. A
// figure in Vega-Lite carries a PNG beside it, which is what a page shows.
var preference = []string{
	"text/html", "text/markdown", "image/svg+xml", "text/latex",
	"image/png", "image/jpeg", "image/gif", "image/webp", "application/json", "text/plain",
}

func writeBundle(b *bytes.Buffer, data, metadata map[string]any) error {
	for _, mime := range preference {
		value, ok := data[mime]
		if !ok {
			continue
		}
		text, _ := value.(string)
		switch {
		case mime == "text/html":
			fmt.Fprintf(b, "<div class=\"html\">%s</div>\n", text)
		case mime == "text/markdown":
			return markdown(b, text)
		case mime == "image/svg+xml":
			fmt.Fprintf(b, "<figure>%s</figure>\n", text)
		case mime == "text/latex":
			fmt.Fprintf(b, "<div class=\"math\">%s</div>\n", html.EscapeString(text))
		case strings.HasPrefix(mime, "image/"):
			writeImage(b, mime, text, data, metadata)
		case mime == "application/json":
			pretty, err := json.MarshalIndent(value, "", "  ")
			if err != nil {
				return fmt.Errorf("cannot show JSON: %w", err)
			}
			fmt.Fprintf(b, "<pre>%s</pre>\n", html.EscapeString(string(pretty)))
		default:
			fmt.Fprintf(b, "<pre>%s</pre>\n", ansiHTML(text))
		}
		return nil
	}
	return nil
}

// writeImage puts a picture into the page. Its alternative text is its alt in
// the metadata, else the value's plain text.
func writeImage(b *bytes.Buffer, mime, base64 string, data, metadata map[string]any) {
	meta, _ := metadata[mime].(map[string]any)
	alt, _ := meta["alt"].(string)
	if alt == "" {
		alt, _ = data["text/plain"].(string)
	}
	fmt.Fprintf(b, "<figure><img src=\"data:%s;base64,%s\" alt=\"%s\"", mime, html.EscapeString(compact(base64)), html.EscapeString(alt))
	for _, name := range []string{"width", "height"} {
		if size := number(meta[name]); size > 0 {
			fmt.Fprintf(b, " %s=\"%g\"", name, size)
		}
	}
	b.WriteString("></figure>\n")
}

func number(v any) float64 {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return f
	case float64:
		return v
	case int:
		return float64(v)
	}
	return 0
}

// overwrite does what a terminal does at a carriage return, so that a progress
// line shows its last state only.
func overwrite(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		body, newline := strings.CutSuffix(line, "\n")
		body = strings.TrimRight(body, "\r")
		b.WriteString(body[strings.LastIndexByte(body, '\r')+1:])
		if newline {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
