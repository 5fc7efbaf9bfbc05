package explain

import (
	"slices"
	"strings"
	"testing"

	"loupe/nn"
	"loupe/nn/data"
)

// TestWords explains a text by two methods: features are its words, and padding
// contributes nothing.
func TestWords(t *testing.T) {
	reviews := data.Reviews()
	width := reviews.Train.Width()
	m := nn.Sequential(nn.Embedding(1000, 4), nn.GlobalAvgPool(), nn.Dense(1, nn.Sigmoid)).Seed(1).Build(width)
	const text = "not a bad film at all"
	for name, a := range map[string]*Attribution{
		"occlusion": Occlusion(m).Explain(reviews.Encode(text)),
		"SHAP":      ExactSHAP(m, make([]float64, width)).Explain(reviews.Encode(text)),
		"sample":    Occlusion(m).Explain(reviews.Test.Sample(3)),
	} {
		if a.Err() != nil {
			t.Errorf("%s: %v", name, a.Err())
			continue
		}
		want := text
		if name == "sample" {
			want = strings.Join(slices.DeleteFunc(reviews.Test.Words(3), func(s string) bool { return s == "" }), " ")
		}
		if got := strings.Join(strings.Fields(strings.Join(a.Features, " ")), " "); strings.TrimPrefix(got, "<start> ") != strings.TrimPrefix(want, "<start> ") {
			t.Errorf("%s: the words are %q", name, got)
		}
		for j, word := range a.Features {
			if word == "" && a.At(0, j, 0) != 0 {
				t.Errorf("%s: padding at %d contributes %v", name, j, a.At(0, j, 0))
			}
		}
		if said := a.Text().Describe(); !strings.Contains(said, "“<start> ") || strings.Contains(said, " = ") {
			t.Errorf("%s: %s", name, said)
		}
	}
}
