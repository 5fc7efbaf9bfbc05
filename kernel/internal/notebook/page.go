package notebook

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"strings"
)

//go:embed page.css
var style string

// WriteHTML writes the notebook as one HTML page that needs no other file.
func (n *Notebook) WriteHTML(path, title string) error {
	page, err := n.HTML(title)
	if err != nil {
		return err
	}
	return replace(path, page)
}

// HTML returns the notebook as one HTML page. Everything is escaped except
// what cells show as text/html or SVG and HTML inside of markdown: a page is as
// trustworthy as its notebook.
func (n *Notebook) HTML(title string) ([]byte, error) {
	var body bytes.Buffer
	for i, c := range n.Cells {
		if err := writeCell(&body, c, n.Language()); err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	if heading := n.heading(); heading != "" {
		title = heading
	}
	var page bytes.Buffer
	fmt.Fprintf(&page, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
%s</main>
</body>
</html>
`, html.EscapeString(title), style, body.Bytes())
	return page.Bytes(), nil
}

// heading is the first heading of the notebook.
func (n *Notebook) heading() string {
	for _, c := range n.Cells {
		if c.Type != "markdown" {
			continue
		}
		for line := range strings.Lines(c.Source) {
			if text, ok := strings.CutPrefix(line, "# "); ok {
				return strings.TrimSpace(strings.NewReplacer("*", "", "`", "").Replace(text))
			}
		}
	}
	return ""
}

func writeCell(b *bytes.Buffer, c *Cell, language string) error {
	switch c.Type {
	case "markdown":
		b.WriteString("<section class=\"text\">\n")
		if err := markdown(b, inlineAttachments(c)); err != nil {
			return err
		}
		b.WriteString("</section>\n")
	case "code":
		b.WriteString("<section class=\"cell\">\n")
		writeCode(b, c, language)
		if len(c.Outputs) > 0 {
			b.WriteString("<div class=\"outputs\">\n")
			for _, o := range c.Outputs {
				if err := writeOutput(b, o); err != nil {
					return err
				}
			}
			b.WriteString("</div>\n")
		}
		b.WriteString("</section>\n")
	default:
		fmt.Fprintf(b, "<section class=\"text\"><pre>%s</pre></section>\n", html.EscapeString(c.Source))
	}
	return nil
}

func writeCode(b *bytes.Buffer, c *Cell, language string) {
	if strings.TrimSpace(c.Source) == "" {
		return
	}
	count := " "
	if c.Count > 0 {
		count = fmt.Sprint(c.Count)
	}
	code := html.EscapeString(c.Source)
	if language == "" || language == "go" {
		code = highlight(c.Source)
	}
	fmt.Fprintf(b, "<div class=\"input\"><div class=\"count\">%s</div><pre class=\"code\"><code>%s</code></pre></div>\n", count, code)
}

// inlineAttachments puts the pictures that a cell carries in the place of their
// attachment: links.
func inlineAttachments(c *Cell) string {
	source := c.Source
	attachments, _ := c.rest["attachments"].(map[string]any)
	for name, raw := range attachments {
		bundle, _ := raw.(map[string]any)
		for mime, data := range bundle {
			if strings.HasPrefix(mime, "image/") {
				source = strings.ReplaceAll(source, "(attachment:"+name+")", "(data:"+mime+";base64,"+compact(join(data))+")")
			}
		}
	}
	return source
}

func compact(base64 string) string { return strings.Join(strings.Fields(base64), "") }
