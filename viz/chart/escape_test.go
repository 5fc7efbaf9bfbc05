package chart

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// TestHostileTexts puts text that would run into every name and label, and
// reads the SVG as a browser does.
func TestHostileTexts(t *testing.T) {
	const hostile = `<script>alert("1")</script>'&"`
	labels := []Option{Title(hostile), XLabel(hostile), YLabel(hostile), ScaleLabel(hostile), Rows(hostile, "b"), Columns(hostile, "d")}
	for name, f := range map[string]*Figure{
		"histogram": Histogram(Named(hostile, normal(50, 1)), Named("other", normal(50, 2))),
		"heat map":  HeatMap(grid(2, 2, wave)),
	} {
		svg, err := f.With(labels...).SVG()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		texts := 0
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				if !strings.Contains("svg title desc rect line polyline polygon text image g", token.Name.Local) {
					t.Errorf("%s: an element <%s>", name, token.Name.Local)
				}
				for _, a := range token.Attr {
					if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "script") {
						t.Errorf("%s: an attribute %s=%q", name, a.Name.Local, a.Value)
					}
				}
			case xml.CharData:
				if strings.Contains(string(token), "<script>") {
					texts++
				}
			}
		}
		if texts < 3 {
			t.Errorf("%s: %d texts with the name, want at least 3", name, texts)
		}
	}
}
