package display

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// hostile is text that would be a program, or break out of an attribute, if it
// were not escaped.
const hostile = `<script>alert("1")</script><img src=x onerror='a&b'>`

// A label prints itself.
type label string

func (l label) String() string { return string(l) }

// TestHostileTexts shows texts in all places that become HTML, and reads what
// comes out as a parser does: there must be our own elements only.
func TestHostileTexts(t *testing.T) {
	type row struct {
		Name  string
		Map   map[string]int
		Label label
		Err   error
	}
	rows := []row{{hostile, map[string]int{hostile: 1}, hostile, fmt.Errorf("%s", hostile)}, {Name: `"`}}
	type generic[T any] struct{ Name, Other T }
	bar := newBar(3, hostile, time.Now)
	for name, v := range map[string]any{
		"rows":    rows,
		"generic": []generic[string]{{hostile, "&amp;"}},
		"matrix":  mat.NewDense(2, 2, []float64{1, 2, 3, 4}),
		"bar":     HTML(bar.html()),
	} {
		html, _ := Render(v).Data["text/html"].(string)
		if html == "" {
			t.Errorf("%s: no HTML", name)
		}
		found := ""
		d := xml.NewDecoder(strings.NewReader("<top>" + html + "</top>"))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Errorf("%s: %v in %s", name, err, html)
				break
			}
			switch token := token.(type) {
			case xml.StartElement:
				if !strings.Contains("top table thead tbody tr th td p div progress", token.Name.Local) {
					t.Errorf("%s: an element <%s>", name, token.Name.Local)
				}
				for _, a := range token.Attr {
					if !strings.Contains("style max value", a.Name.Local) {
						t.Errorf("%s: an attribute %s", name, a.Name.Local)
					}
				}
			case xml.CharData:
				found += string(token)
			}
		}
		if name != "matrix" && !strings.Contains(found, `<script>alert("1")</script>`) {
			t.Errorf("%s: the text is lost: %s", name, found)
		}
	}
}
