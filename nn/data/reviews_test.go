package data

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestReviews(t *testing.T) {
	d := Reviews(Length(60))
	if d.Train.Len() != 8000 || d.Test.Len() != 2000 || !slices.Equal(d.Train.Shape(), []int{60}) || d.Length() != 60 {
		t.Fatalf("%v", d)
	}
	if n := len(d.Vocabulary()); n < 200 || n > 1000 {
		t.Errorf("the vocabulary has %d words", n)
	}
	seen := map[string]bool{}
	for i := range d.Train.Len() {
		seen[fmt.Sprint(d.Train.X(i))] = true
	}
	for i := range d.Test.Len() {
		if seen[fmt.Sprint(d.Test.X(i))] {
			t.Fatalf("review %d that is held out is also one to train with", i)
		}
	}
	if again := Reviews(Length(60)); !slices.Equal(again.Train.X(77), d.Train.X(77)) {
		t.Error("written again, the reviews are others")
	}
	if got := fmt.Sprint(Reviews().Encode("good").Shape()); got != "[1 200]" {
		t.Errorf("without options a text has the shape %s", got)
	}
}

func TestEncode(t *testing.T) {
	d := Reviews(Length(8))
	x := d.Encode("Not a BAD film, zyzzyva!")
	if got := d.Decode(x); got != "not a bad film <unknown>" || x.At(0, 0) != padding || x.At(0, 2) != start {
		t.Errorf("%q, %v", got, x)
	}
	if got := d.Decode(d.Encode("the plot is bad and the acting is good and i agree")); got != "and the acting is good and i agree" {
		t.Errorf("of a long text remains %q", got)
	}
	if got := d.Words("good film"); len(got) != 8 || got[7] != "film" || got[0] != "" || got[5] != "<start>" {
		t.Errorf("places are named %q", got)
	}
	mentions(t, Reviews(Words(3)).Train.Load(), "3 words and texts of 200 words")
}

// TestBagOfWords: whoever counts words without reading them in order cannot tell
// the reviews apart (naive Bayes).
func TestBagOfWords(t *testing.T) {
	d := Reviews()
	n := len(d.Vocabulary())
	counts := [2][]float64{make([]float64, n), make([]float64, n)}
	for c := range counts {
		for w := range n {
			counts[c][w] = 1
		}
	}
	for i := range d.Train.Len() {
		for _, w := range d.Train.X(i) {
			counts[d.Train.Y(i)][int(w)]++
		}
	}
	right := 0
	for i := range d.Test.Len() {
		score := 0.0
		for _, w := range d.Test.X(i) {
			if w > specials {
				score += math.Log(counts[1][int(w)] / counts[0][int(w)])
			}
		}
		if (score > 0) == (d.Test.Y(i) == 1) {
			right++
		}
	}
	share := float64(right) / float64(d.Test.Len())
	t.Logf("naive Bayes is right about %.3f of the reviews", share)
	if share < 0.5 || share > 0.8 {
		t.Errorf("a bag of words is right about %.3f of the reviews; it should be better than chance, and know little", share)
	}
}

func TestDigits28(t *testing.T) {
	s := Digits28()
	train, test := s.Split()
	if train.Len() != 10000 || test.Len() != 2000 || fmt.Sprint(s.Shape()) != "[28 28 1]" {
		t.Errorf("%v, %v", train, test)
	}
	for _, i := range []int{0, 5000, 11999} {
		ink, x := 0.0, s.X(i)
		for _, v := range x {
			if v < 0 || v > 1 {
				t.Fatalf("image %d has the value %g", i, v)
			}
			ink += v
		}
		if share := ink / 784; share < 0.03 || share > 0.4 {
			t.Errorf("image %d is to %.2f ink", i, share)
		}
	}
	// The same original, drawn twice.
	if _, held := Digits().Split(); slices.Equal(s.X(10000), s.X(10000+held.Len())) || s.Y(10000) != s.Y(10000+held.Len()) {
		t.Error("two drawings of an original are one, or of two classes")
	}
}
