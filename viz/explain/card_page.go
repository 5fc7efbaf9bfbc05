package explain

import (
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"loupe/display"
)

// Save writes the card to a file, in the format that its name ends with: .html is one
// page with its figures, .md is Markdown with the figures as files beside it, named
// like it: loans.md, loans-1.png.
func (c Card) Save(path string) error {
	list, err := c.chapters()
	if err != nil {
		return err
	}
	var file string
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm":
		if file, err = page(list, 1); err == nil {
			file = "<!DOCTYPE html>\n<html lang=\"" + c.lang() + "\"><head><meta charset=\"utf-8\"><title>" + html.EscapeString(list[0].heading) +
				"</title><style>body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}img{max-width:100%}</style></head><body>\n" + file + "</body></html>\n"
		}
	case ".md":
		file, err = markdownFiles(list, path)
	default:
		return fmt.Errorf("explain: a card is saved as .html or .md, not as %s", filepath.Base(path))
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(file), 0o644)
}

// lang is what HTML calls the language of the card.
func (c Card) lang() string {
	o := c.options()
	return o.Lang()
}

// markdownFiles writes the figures beside a file and returns its text.
func markdownFiles(list []chapter, path string) (string, error) {
	var b strings.Builder
	stem, n := strings.TrimSuffix(path, filepath.Ext(path)), 0
	for _, s := range list {
		var names []string
		for _, f := range s.figures {
			n++
			name := fmt.Sprintf("%s-%d.png", stem, n)
			if err := f.Save(name); err != nil {
				return "", err
			}
			names = append(names, filepath.Base(name))
		}
		s.markdown(&b, names)
	}
	return b.String(), nil
}

// markdown writes a chapter; pictures are the names of its figures' files.
func (s *chapter) markdown(b *strings.Builder, pictures []string) {
	level := "##"
	if s.title {
		level = "#"
	}
	fmt.Fprintf(b, "%s %s\n\n", level, plain(s.heading))
	for _, t := range s.texts {
		fmt.Fprintf(b, "%s\n\n", plain(t))
	}
	for _, t := range s.list {
		fmt.Fprintf(b, "- %s\n", plain(t))
	}
	if len(s.list) > 0 {
		b.WriteString("\n")
	}
	table := s.table
	if s.sided { // Markdown has no tables without a heading
		table = append([][]string{{"", ""}}, table...)
	}
	for i, row := range table {
		for _, cell := range row {
			fmt.Fprintf(b, "| %s ", plain(cell))
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	if len(s.table) > 0 {
		b.WriteString("\n")
	}
	for i, name := range pictures {
		fmt.Fprintf(b, "![%s](%s)\n\n", plain(s.figures[i].Describe()), name)
	}
}

// plain keeps what Markdown would read from being read.
func plain(s string) string {
	return strings.NewReplacer("\n", " ", "\\", `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "]", `\]`, "#", `\#`).Replace(s)
}

// cardLevel is that of a card's heading in a notebook, below those of the notebook's own
// chapters.
const cardLevel = 3

// page is the card as HTML that needs nothing else and runs nothing. Its heading is of
// level top.
func page(list []chapter, top int) (string, error) {
	var b strings.Builder
	for i, s := range list {
		s.html(&b, top+min(i, 1))
		for _, f := range s.figures {
			png, err := f.PNG()
			if err != nil {
				return "", err
			}
			img, err := f.Image(1)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "<p><img width=\"%d\" alt=\"%s\" src=\"data:image/png;base64,%s\"></p>\n", img.Bounds().Dx(), html.EscapeString(f.Describe()), base64.StdEncoding.EncodeToString(png))
		}
	}
	return b.String(), nil
}

// html writes all but the figures of a chapter.
func (s *chapter) html(b *strings.Builder, level int) {
	fmt.Fprintf(b, "<h%d>%s</h%d>\n", level, html.EscapeString(s.heading), level)
	for _, t := range s.texts {
		fmt.Fprintf(b, "<p>%s</p>\n", html.EscapeString(t))
	}
	if len(s.list) > 0 {
		b.WriteString("<ul>")
		for _, t := range s.list {
			fmt.Fprintf(b, "<li>%s</li>", html.EscapeString(t))
		}
		b.WriteString("</ul>\n")
	}
	s.rows(b)
}

// rows writes the table.
func (s *chapter) rows(b *strings.Builder) {
	if len(s.table) == 0 {
		return
	}
	b.WriteString("<table>\n")
	for i, row := range s.table {
		b.WriteString("<tr>")
		for j, cell := range row {
			tag := "td"
			if i == 0 && !s.sided || j == 0 && s.sided {
				tag = "th"
			}
			fmt.Fprintf(b, "<%s style=\"text-align:left\">%s</%s>", tag, html.EscapeString(cell), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}

// Show shows the card in several outputs, its tables and each of its figures apart, so that
// the figures stay where a shared notebook's HTML loses its images, as on GitHub.
func (c Card) Show() error {
	list, err := c.chapters()
	if err != nil {
		return err
	}
	for i := 0; i < len(list); {
		var page, text strings.Builder
		var figures []any
		for ; i < len(list) && len(figures) == 0; i++ {
			list[i].html(&page, cardLevel+min(i, 1))
			list[i].markdown(&text, nil)
			for _, f := range list[i].figures {
				figures = append(figures, f)
			}
		}
		tables := display.Bundle{Data: map[string]any{"text/html": page.String(), "text/plain": text.String()}}
		if err := display.Show(append([]any{tables}, figures...)...); err != nil {
			return err
		}
	}
	return nil
}

// TryMIMEBundle shows the card with its figures, as one output: see also [Card.Show].
func (c Card) TryMIMEBundle() (data, metadata map[string]any, err error) {
	list, err := c.chapters()
	if err != nil {
		return nil, nil, err
	}
	file, err := page(list, cardLevel)
	if err != nil {
		return nil, nil, err
	}
	var b strings.Builder
	for _, s := range list {
		s.markdown(&b, nil)
	}
	return map[string]any{"text/html": file, "text/plain": b.String()}, nil, nil
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (c Card) MIMEBundle() (data, metadata map[string]any) {
	data, metadata, err := c.TryMIMEBundle()
	if err != nil {
		return map[string]any{"text/plain": err.Error()}, nil
	}
	return data, metadata
}
