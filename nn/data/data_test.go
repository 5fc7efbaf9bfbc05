package data

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestEmbedded compares means of the sets that come with the package with those
// that scikit-learn's description of them gives.
func TestEmbedded(t *testing.T) {
	for _, c := range []struct {
		set             *Set
		n, width        int
		feature         string
		mean, deviation float64
		text            string
	}{
		{Iris(), 150, 4, "petal length (cm)", 3.76, 1.76, "Iris: 150 samples, 4 features: 50 setosa, 50 versicolor, 50 virginica"},
		{Wine(), 178, 13, "proline", 746, 315, "Wine: 178 samples, 13 features: 59 class_0, 71 class_1, 48 class_2"},
		{BreastCancer(), 569, 30, "worst radius", 16.269, 4.833, "Breast cancer: 569 samples, 30 features: 212 malignant, 357 benign"},
		{Diabetes(), 442, 10, "bmi", 26.376, 4.418, "Diabetes: 442 samples, 10 features, targets from 25 to 346"},
	} {
		k := slices.Index(c.set.Features(), c.feature)
		scaler := NewScaler(c.set)
		if c.set.Len() != c.n || c.set.Width() != c.width || k < 0 || c.set.String() != c.text {
			t.Errorf("%v, not %s", c.set, c.text)
			continue
		}
		if math.Abs(scaler.Mean[k]/c.mean-1) > 0.01 || math.Abs(scaler.Std[k]/c.deviation-1) > 0.01 {
			t.Errorf("%s: %s is %.3f ± %.3f, not %.3f ± %.3f", c.set.Name(), c.feature, scaler.Mean[k], scaler.Std[k], c.mean, c.deviation)
		}
	}
	if d := Diabetes(); d.Target(0) != 151 || d.Labels() != nil || d.Label(1) != "75" {
		t.Errorf("diabetes: the first numbers to predict are %v, %s", d.Target(0), d.Label(1))
	}
}

func TestStandardise(t *testing.T) {
	a, b := Wine().Split()
	train, test := Standardise(a, b)
	s := NewScaler(train)
	for k := range s.Mean {
		if math.Abs(s.Mean[k]) > 1e-12 || math.Abs(s.Std[k]-1) > 1e-12 {
			t.Errorf("feature %d is %g ± %g", k, s.Mean[k], s.Std[k])
		}
	}
	of := NewScaler(a)
	if got, want := test.X(3)[5], (b.X(3)[5]-of.Mean[5])/of.Std[5]; got != want {
		t.Errorf("the held-out sample is %g, with the scale of the training samples %g", got, want)
	}
	if b.X(3)[5] == test.X(3)[5] {
		t.Error("the set that was scaled has changed itself")
	}
}

func TestSynthetic(t *testing.T) {
	for name, make := range map[string]func(seed uint64) *Set{
		"Two moons": func(s uint64) *Set { return Moons(100, 0.1, s) },
		"Circles":   func(s uint64) *Set { return Circles(100, 0.05, s) },
		"Spirals":   func(s uint64) *Set { return Spirals(100, 0.02, s) },
		"Blobs":     func(s uint64) *Set { return Blobs(100, 4, 1, s) },
	} {
		a, b, c := make(1), make(1), make(2)
		if a.Name() != name || a.Len() != 100 || a.Width() != 2 {
			t.Errorf("%s: %v", name, a)
		}
		if !mat.Equal(a.Matrix(), b.Matrix()) || mat.Equal(a.Matrix(), c.Matrix()) {
			t.Errorf("%s: the points are not those of the seed", name)
		}
	}
	for i, s := 0, Circles(50, 0, 1); i < s.Len(); i++ {
		if r := math.Hypot(s.X(i)[0], s.X(i)[1]); math.Abs(r-1+0.5*float64(s.Y(i))) > 1e-12 {
			t.Fatalf("point %d of circle %s has the radius %g", i, s.Label(i), r)
		}
	}
}

func TestBatches(t *testing.T) {
	s, seen := Digits(), make([]int, 1797)
	for b := range s.Batches(100, 3) {
		if n := len(b.Numbers); !slices.Equal(b.X.Shape(), []int{n, 8, 8, 1}) || !slices.Equal(b.Y.Shape(), []int{n}) {
			t.Fatalf("%d samples have the shapes %v and %v", n, b.X.Shape(), b.Y.Shape())
		}
		for k, i := range b.Numbers {
			seen[i]++
			if !slices.Equal(b.X.Row(k).Float64s(), s.X(i)) || b.Y.At(k) != s.Target(i) {
				t.Fatalf("place %d is not sample %d", k, i)
			}
		}
	}
	if slices.Min(seen) != 1 || slices.Max(seen) != 1 {
		t.Errorf("samples come %d to %d times", slices.Min(seen), slices.Max(seen))
	}
	before := runtime.NumGoroutine()
	for range s.Batches(10, 1) {
		break
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the goroutine that makes batches goes on when the loop is left")
		}
	}
	x, y := s.Batch([]int{5, 2})
	if !slices.Equal(x.Row(1).Float64s(), s.X(2)) || y.At(0) != s.Target(5) {
		t.Error("Batch returns other samples")
	}
	if again, _ := s.Batch([]int{1, 3}); again != x {
		t.Error("Batch takes new memory for as many samples")
	}
}

func TestMistakes(t *testing.T) {
	for text, call := range map[string]func(){
		"Iris: there is no sample 150: they are numbered from 0 to 149":        func() { Iris().X(150) },
		"Iris: there is no sample -1: they are numbered from 0 to 149":         func() { Iris().Batch([]int{3, -1}) },
		"Diabetes: samples have numbers to predict and no classes: use Target": func() { Diabetes().Y(0) },
		"Iris: samples have 4 features, those of the scaler 13":                func() { NewScaler(Wine()).Apply(Iris()) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || err.Error() != "data: "+text {
					t.Errorf("got %v, not %s", err, text)
				}
			}()
			call()
		}()
	}
}

func TestShowTable(t *testing.T) {
	b, _, err := BreastCancer().TryMIMEBundle()
	text := fmt.Sprint(b["text/plain"])
	if err != nil || !strings.Contains(text, "mean radius") || !strings.Contains(text, "17.99") || !strings.Contains(text, "… 22 more") {
		t.Errorf("%v\n%s", err, text)
	}
	if b, _, _ = Digits().TryMIMEBundle(); !strings.Contains(fmt.Sprint(b["text/html"]), "<td>3</td><td>183</td>") {
		t.Errorf("the classes of digits are not counted:\n%s", b["text/html"])
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
