package explain

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/display"
	"loupe/nn"
	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/words"
)

func loansCard() Card {
	set := loans(1000)
	return Card{Name: "Loans <b>*x*</b>", Purpose: "Advises clerks.", Model: planted(1.5), Train: set, Test: loans(400), Groups: []GroupBy{By("town")}}
}

// TestCard looks for what was planted, and for what must be read as text.
func TestCard(t *testing.T) {
	c := loansCard()
	data, _, err := c.TryMIMEBundle()
	if err != nil {
		t.Fatal(err)
	}
	page, text := data["text/html"].(string), data["text/plain"].(string)
	for _, want := range []string{"Model card: Loans &lt;b&gt;", "Advises clerks.", "not stated", "By town, accepted: ", " of town = 0 and ", " percentage points more", "right for ", `src="data:image/png;base64,`, "recall", "income"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, want := range []string{`# Model card: Loans &lt;b>\*x\*&lt;/b>`, "| Purpose | Advises clerks. |", "- By town, accepted", "| --- |"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %q:\n%s", want, text)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "http") || text != c.String() {
		t.Error("the page runs or loads something, or texts differ")
	}
	again, _, _ := c.TryMIMEBundle()
	if again["text/html"] != data["text/html"] {
		t.Error("two cards of one model differ")
	}
	folder := t.TempDir()
	for _, name := range []string{"loans.md", "loans.html"} {
		if err := c.Save(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := os.ReadFile(filepath.Join(folder, "loans.md")); err != nil || !strings.Contains(string(file), "](loans-1.png)") {
		t.Errorf("%v: %s", err, file)
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*.png")); len(files) != 3 {
		t.Errorf("figures %q", files)
	}
}

// TestCardLanguage: nothing but what the user and the data say remains in English.
func TestCardLanguage(t *testing.T) {
	c := loansCard()
	c.Options = []chart.Option{chart.Language(words.Chinese), chart.Theme(chart.Dark)}
	path := filepath.Join(t.TempDir(), "loans.html")
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(file), `<html lang="zh-Hans">`) {
		t.Errorf("%v: the page is in another language", err)
	}
	theirs := []string{"Loans", "lt", "b", "x", "Advises", "clerks", "town", "income", "loans", "samples", "features", "default", "paid", "back", "TPR", "FPR", "R", "Wilson", "Newcombe", "t"}
	for _, word := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(c.String(), -1) {
		if !slices.Contains(theirs, word) {
			t.Errorf("%q is not Chinese", word)
		}
	}
}

// shown is a front-end that keeps what it is shown.
type shown struct{ outputs []display.Bundle }

func (s *shown) Show(b display.Bundle, id string, update bool) error {
	if id == "" { // bars of progress have one
		s.outputs = append(s.outputs, b)
	}
	return nil
}
func (s *shown) Clear(bool) error                 { return nil }
func (s *shown) Ask(string, bool) (string, error) { return "", nil }

// TestCardApart: shown in parts, a card has the same tables, and its figures are outputs.
func TestCardApart(t *testing.T) {
	front := &shown{}
	defer display.Connect(display.Connect(front))
	c := loansCard()
	if err := c.Show(); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	var text strings.Builder
	for _, b := range front.outputs {
		if page, ok := b.Data["text/html"].(string); ok {
			if strings.Contains(page, "<img") {
				t.Error("an image is in a table's output")
			}
			text.WriteString(b.Data["text/plain"].(string))
			kinds = append(kinds, "tables")
		} else if _, ok := b.Data["image/png"]; ok {
			kinds = append(kinds, "figure")
		}
	}
	if got := strings.Join(kinds, " "); got != "tables figure tables figure tables figure tables" {
		t.Errorf("outputs are %s", got)
	}
	if text.String() != c.String() {
		t.Errorf("the texts are\n%s\nnot\n%s", text.String(), c)
	}
	if err := (Card{}).Show(); err == nil {
		t.Error("an empty card was shown")
	}
}

// TestFindings are what a card says of models that are not good.
func TestFindings(t *testing.T) {
	guess := nn.Sequential(nn.Dense(3, nn.Softmax)).Seed(1).Build(4)
	constant := func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 3, nil) }
	sum := nn.Sequential(nn.Dense(1)).Seed(1).Build(10)
	rote, others := data.Wine().Split()
	learnt := func(set *data.Set) any {
		m := nn.Sequential(nn.Dense(32, nn.Tanh), nn.Dense(3, nn.Softmax)).Seed(1)
		nn.Fit(m, set, nn.Config{Optimizer: nn.Adam(1e-2), Loss: nn.CrossEntropy, Epochs: 60, Batch: 4})
		return m
	}
	few := rote.First(5)
	for want, c := range map[string]Card{
		"measured on 20 rows only":                   {Model: guess, Test: data.Iris().First(20)},
		"not better, beyond chance, than always":     {Model: constant, Test: data.Iris()},
		"Nobody has looked at groups":                {Model: guess, Test: data.Iris()},
		"not better than always to say the mean: R²": {Model: sum, Test: data.Diabetes()},
		"by heart: accuracy is":                      {Model: learnt(few), Train: few, Test: others},
		"all features are the same in all rows":      {Model: guess, Test: data.Iris().Take("one", []int{0, 0})},
		"there is nothing to measure on":             {Model: guess},
		"there is no model: it is nil":               {Test: data.Iris()},
		"does not have two classes":                  {Model: guess, Test: data.Iris(), Groups: []GroupBy{By("petal width (cm)")}},
	} {
		if text := c.String(); !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if err := loansCard().Save(filepath.Join(t.TempDir(), "card.txt")); err == nil || !strings.Contains(err.Error(), ".html or .md") {
		t.Errorf("the error is %v", err)
	}
}
