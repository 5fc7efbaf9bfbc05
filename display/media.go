package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image/png"
	"regexp"
	"strings"
)

// HTML is a fragment of HTML: Show(HTML("<b>bold</b>")). It is shown as it is;
// text from elsewhere needs html.EscapeString before it becomes a part of it.
type HTML string

// Markdown is text in Markdown, with formulas between dollar signs.
type Markdown string

// Math is a formula in LaTeX, without dollar signs: Math(`\frac{1}{n}`).
type Math string

// SVG is a drawing: a whole <svg> element.
type SVG string

// PNG is the content of a PNG file.
type PNG []byte

// MIMEBundle shows the fragment, and its text without the tags.
func (h HTML) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{"text/html": string(h), "text/plain": plainHTML(string(h))}, nil
}

// MIMEBundle shows the text, rendered where that is possible.
func (m Markdown) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{"text/markdown": string(m), "text/plain": string(m)}, nil
}

// MIMEBundle shows the formula on a line of its own.
func (m Math) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{"text/latex": "$$" + string(m) + "$$", "text/plain": string(m)}, nil
}

// MIMEBundle shows the drawing.
func (s SVG) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{"image/svg+xml": string(s), "text/plain": fmt.Sprintf("SVG drawing, %v", Bytes(len(s)))}, nil
}

// MIMEBundle shows the picture at its own size.
func (p PNG) MIMEBundle() (data, metadata map[string]any) {
	c, err := png.DecodeConfig(bytes.NewReader(p))
	if err != nil {
		return map[string]any{"text/plain": fmt.Sprintf("%v that are no PNG: %v", Bytes(len(p)), err)}, nil
	}
	return map[string]any{
		"image/png":  base64.StdEncoding.EncodeToString(p),
		"text/plain": fmt.Sprintf("PNG picture, %d × %d pixels", c.Width, c.Height),
	}, nil
}

// JSON shows a value as JSON; front-ends draw it as a tree that folds.
func JSON(v any) Bundle {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		err = fmt.Errorf("display.JSON: %w", err)
		return Bundle{Data: map[string]any{"text/plain": err.Error()}, Err: err}
	}
	var root any = json.RawMessage(text)
	if t := bytes.TrimSpace(text); len(t) > 0 && t[0] != '{' && t[0] != '[' {
		// JupyterLab's tree wants an object or a list.
		return Bundle{Data: map[string]any{"text/plain": string(text)}}
	}
	return Bundle{Data: map[string]any{"application/json": root, "text/plain": string(text)}}
}

var (
	hidden = regexp.MustCompile(`(?is)<(script|style|svg)\b.*?</(script|style|svg)\s*>|<!--.*?-->`)
	breaks = regexp.MustCompile(`(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`[ \t]*\n\s*`)
)

// plainHTML is the text of a fragment, for front-ends without HTML.
func plainHTML(s string) string {
	s = hidden.ReplaceAllString(s, "")
	s = breaks.ReplaceAllString(s, "\n")
	s = tags.ReplaceAllString(s, "")
	s = strings.TrimSpace(blanks.ReplaceAllString(html.UnescapeString(s), "\n"))
	if s == "" {
		return "HTML"
	}
	return s
}
