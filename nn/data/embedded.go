package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"loupe/nn/tensor"
)

// The files are scikit-learn's copies; README.md names their sources.
var (
	//go:embed iris.csv
	irisCSV []byte
	//go:embed wine_data.csv
	wineCSV []byte
	//go:embed breast_cancer.csv
	cancerCSV []byte
	//go:embed diabetes_data_raw.csv.gz
	diabetesCSV []byte
	//go:embed diabetes_target.csv.gz
	diabetesTargetCSV []byte
)

// Iris returns 150 flowers of three species of iris, with the length and width of
// their sepals and petals in cm.
//
// R. A. Fisher (1936), UCI Machine Learning Repository,
// https://doi.org/10.24432/C56C76, licensed under CC BY 4.0.
func Iris() *Set { return ready("Iris", iris()) }

// Wine returns 178 wines of three growers of one region, with 13 results of their
// chemical analysis.
//
// S. Aeberhard and M. Forina (1991), UCI Machine Learning Repository,
// https://doi.org/10.24432/C5PC7J, licensed under CC BY 4.0.
func Wine() *Set { return ready("Wine", wine()) }

// BreastCancer returns 569 tumours, malignant or benign, with 30 measures of the
// cell nuclei in an image of a fine needle aspirate.
//
// W. Wolberg, O. Mangasarian, N. Street and W. Street (1993), "Breast Cancer
// Wisconsin (Diagnostic)", UCI Machine Learning Repository,
// https://doi.org/10.24432/C5DW2B, licensed under CC BY 4.0.
func BreastCancer() *Set { return ready("Breast cancer", cancer()) }

// Diabetes returns 442 patients with ten measures each, as they were taken: age,
// sex, body mass index, blood pressure and six of blood serum. To predict is how
// far the disease has gone a year later. (scikit-learn scales the measures.)
//
// B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), "Least Angle
// Regression", Annals of Statistics 32(2), 407–499.
func Diabetes() *Set { return ready("Diabetes", diabetes()) }

var (
	iris = sync.OnceValue(func() *samples {
		return table("iris.csv", irisCSV, "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
	})
	wine = sync.OnceValue(func() *samples {
		return table("wine_data.csv", wineCSV, "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
			"flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline")
	})
	cancer = sync.OnceValue(func() *samples {
		measures := []string{"radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry", "fractal dimension"}
		var names []string
		for _, form := range []string{"mean %s", "%s error", "worst %s"} {
			for _, m := range measures {
				names = append(names, fmt.Sprintf(form, m))
			}
		}
		return table("breast_cancer.csv", cancerCSV, names...)
	})
	diabetes = sync.OnceValue(func() *samples {
		t := &samples{features: []string{"age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"}}
		t.x = tensor.FromRows(embedded("diabetes_data_raw.csv.gz", diabetesCSV, ' '))
		for _, row := range embedded("diabetes_target.csv.gz", diabetesTargetCSV, ' ') {
			t.targets = append(t.targets, row[0])
		}
		return t
	})
)

// table reads a file whose first line has the number of samples and of features
// and the names of the classes.
func table(name string, file []byte, features ...string) *samples {
	head, rest, _ := bytes.Cut(file, []byte("\n"))
	t := &samples{features: features, classes: strings.Split(strings.TrimSpace(string(head)), ",")[2:]}
	t.x, t.y = withClasses(embedded(name, rest, ','))
	return t
}

// embedded reads the numbers of a file that comes with the package. That it cannot
// be read is a mistake in the package.
func embedded(name string, file []byte, separator byte) [][]float64 {
	rows, err := numbers(file, separator)
	if err != nil {
		panic(fmt.Sprintf("data: %s, which comes with the package, cannot be read: %v", name, err))
	}
	return rows
}

// numbers reads lines of equally many numbers, compressed by gzip or not.
func numbers(file []byte, separator byte) (rows [][]float64, err error) {
	var r io.Reader = bytes.NewReader(file)
	if bytes.HasPrefix(file, gzipMagic) {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, err
		}
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := bytes.Split(bytes.TrimSpace(lines.Bytes()), []byte{separator})
		if len(rows) > 0 && len(fields) != len(rows[0]) {
			return nil, fmt.Errorf("line %d has %d fields, not %d", len(rows)+1, len(fields), len(rows[0]))
		}
		row := make([]float64, len(fields))
		for k, f := range fields {
			if row[k], err = strconv.ParseFloat(string(f), 64); err != nil {
				return nil, fmt.Errorf("line %d: %w", len(rows)+1, err)
			}
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

// gzipMagic is how files that are compressed by gzip begin.
var gzipMagic = []byte{0x1f, 0x8b}
