package data

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestDigits compares with the file in LOUPE_GOLDEN, where that is set, and
// otherwise with the file in the package, field by field.
func TestDigits(t *testing.T) {
	path := "digits.csv.gz"
	if dir := os.Getenv("LOUPE_GOLDEN"); dir != "" {
		path = filepath.Join(dir, "data", path)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	d, i := Digits(), 0
	for lines := bufio.NewScanner(z); lines.Scan(); i++ {
		fields := make([]string, 0, 65)
		for _, v := range d.X(i) {
			fields = append(fields, fmt.Sprint(v*16))
		}
		if got := strings.Join(append(fields, fmt.Sprint(d.Y(i))), ","); got != lines.Text() {
			t.Fatalf("sample %d is\n%s\nand in the file\n%s", i, got, lines.Text())
		}
	}
	if i != 1797 || d.Len() != i || d.Width() != 64 {
		t.Errorf("%d lines, %d samples of %d features", i, d.Len(), d.Width())
	}
}

func TestSplit(t *testing.T) {
	train, test := Digits().Split()
	if train.Len()+test.Len() != 1797 || test.Len() < 355 || test.Len() > 365 {
		t.Errorf("%d + %d samples", train.Len(), test.Len())
	}
	counts := func(s *Set) []int {
		n := make([]int, 10)
		for _, c := range s.Labels() {
			n[c]++
		}
		return n
	}
	a, b := counts(train), counts(test)
	for c := range a {
		if share := float64(b[c]) / float64(a[c]+b[c]); share < 0.19 || share > 0.21 {
			t.Errorf("of class %d, %.3f are held out", c, share)
		}
	}
	again, _ := Digits().Split()
	if !mat.Equal(again.Matrix(), train.Matrix()) || !slices.Equal(again.Labels(), train.Labels()) {
		t.Error("split again, the parts differ")
	}
	if other, _ := Digits().Split(Seed(2)); slices.Equal(other.Labels(), train.Labels()) {
		t.Error("another seed splits in the same way")
	}
	if all, none := Digits().Split(Holdout(0)); all.Len() != 1797 || none.Len() != 0 {
		t.Errorf("with Holdout(0): %d + %d samples", all.Len(), none.Len())
	}
}

func TestShow(t *testing.T) {
	f := Digits().Show(16)
	if _, err := f.PNG(); err != nil {
		t.Fatal(err)
	}
	if got := f.Describe(); !strings.Contains(got, "16 images, 8 × 8 pixels") || !strings.Contains(got, "0, 1, 2, 3") {
		t.Errorf("description: %s", got)
	}
	for _, n := range []int{-1, 0, 5000} {
		if n < 1000 {
			if _, err := Digits().Show(n).PNG(); err != nil {
				t.Errorf("Show(%d): %v", n, err)
			}
		} else if _, err := Digits().Show(n).PNG(); err == nil {
			t.Errorf("Show(%d) draws 1,797 images", n)
		}
	}
}

func TestOneHot(t *testing.T) {
	m := Digits().OneHot()
	if r, c := m.Dims(); r != 1797 || c != 10 || m.At(3, 3) != 1 || mat.Sum(m) != 1797 {
		t.Errorf("one-hot classes are %d × %d with a sum of %v", r, c, mat.Sum(m))
	}
}

func TestNew(t *testing.T) {
	x := mat.NewDense(2, 1, nil)
	for name, err := range map[string]error{
		"lengths":  second(New("a", x, []int{0}, nil, nil)),
		"class":    second(New("a", x, []int{0, 2}, nil, []string{"no", "yes"})),
		"features": second(New("a", x, []int{0, 1}, []string{"b", "c"}, nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s, err := New("a", x, []int{0, 1}, nil, nil)
	if err != nil || s.Image(0) != nil || s.Label(1) != "1" {
		t.Errorf("a table: %v, %v", s, err)
	}
	if _, err := s.Show(2).PNG(); err != nil {
		t.Errorf("Show of a table: %v", err)
	}
}

func second(_ *Set, err error) error { return err }

func ExampleDigits() {
	train, test := Digits().Split()
	fmt.Println(train.Len(), test.Len())
	fmt.Println(test)
	// Output:
	// 1438 359
	// Digits, held out: 359 samples, images of 8 × 8 pixels, 10 classes of 35 to 37 samples
}
