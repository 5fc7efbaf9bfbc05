package data

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a file and returns its path.
func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// mentions checks that an error says what it should.
func mentions(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %v, and does not say %q", err, text)
		}
	}
}

func TestCSV(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir+"/a.csv", []byte("size,colour,kind,price\n1.5,red,cat,10\n2,\"blue, dark\",dog,20\n3,red,cat,5\n"))
	s, err := CSV(path, "kind")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Features(), s.Classes(), s.Labels(), s.X(1)); got != "[size colour=blue, dark colour=red price] [cat dog] [0 1 0] [2 1 0 20]" {
		t.Error(got)
	}
	if s, err = CSV(path, "price"); err != nil || fmt.Sprint(s.Targets(), s.Labels()) != "[10 20 5] []" {
		t.Errorf("numbers to predict: %v, %v", s, err)
	}
	if s, err = CSV(path, "price", AsClasses); err != nil || fmt.Sprint(s.Classes(), s.Labels()) != "[5 10 20] [1 2 0]" {
		t.Errorf("numbers as classes: %v, %v", s, err)
	}
	_, err = CSV(path, "race")
	mentions(t, err, path, `no column "race"`, `"colour"`)
	for text, want := range map[string]string{
		"a,b\n1,2\n\n3,x\n5,6\n7,8\n": `line 4: column "b" is "x", expected a number`,
		"a,b\n1,2\n3\n":               "line 3: wrong number of fields",
		"a,b\n1,\n":                   `line 2: column "b" is empty`,
		"a\n1\n":                      "no column besides \"a\"",
		"a,b\n":                       "there are none",
		"":                            "names of the columns",
	} {
		_, err := CSV(write(t, dir+"/b.csv", []byte(text)), "a")
		mentions(t, err, "b.csv", want)
	}
	if s, err := CSV(write(t, dir+"/c.csv", []byte("a,b\n1,\n")), "a", Missing(-1)); err != nil || s.X(0)[0] != -1 {
		t.Errorf("a missing number: %v", err)
	}
}

// idxFile is an IDX file of bytes.
func idxFile(dims []int, values ...byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, n := range dims {
		b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, values...)
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func TestIDX(t *testing.T) {
	dir := t.TempDir()
	images := write(t, dir+"/images", zipped(idxFile([]int{2, 1, 3}, 0, 51, 255, 1, 2, 3)))
	labels := write(t, dir+"/labels", idxFile([]int{2}, 1, 0))
	s, err := IDXImages("Three pixels", images, labels, []string{"a", "b"})
	if err != nil || fmt.Sprint(s.Tensor().Shape(), s.Labels(), s.X(0)[0], s.X(0)[2]) != "[2 1 3 1] [1 0] 0 1" {
		t.Errorf("%v, %v", s, err)
	}
	_, err = IDXImages("a", images, write(t, dir+"/few", idxFile([]int{1}, 1)), nil)
	mentions(t, err, "2 rows of features and 1 classes")
	_, err = IDXImages("a", images, labels, []string{"a"})
	mentions(t, err, "sample 0 has the class 1")
	if x, err := IDX(write(t, dir+"/f", append([]byte{0, 0, 0x0b, 1, 0, 0, 0, 2}, 0xff, 0xfe, 1, 0))); err != nil || fmt.Sprint(x.Float64s()) != "[-2 256]" {
		t.Errorf("numbers of two bytes: %v, %v", x, err)
	}
	for want, data := range map[string][]byte{
		"byte 16: expected 6 bytes of numbers of the shape [2 1 3], and the file ends after 5": idxFile([]int{2, 1, 3}, 1, 2, 3, 4, 5),
		"byte 14: expected the end of the file, and more follows":                              idxFile([]int{2, 1}, 1, 2, 3),
		"it is 50 4b 03 04":         []byte("PK\x03\x04"),
		"is too large":              idxFile([]int{1 << 30, 1 << 30}),
		"and the file ends after 1": {0},
	} {
		path := write(t, dir+"/bad", data)
		_, err := IDX(path)
		mentions(t, err, path, want)
	}
	cut := zipped(idxFile([]int{100}, make([]byte, 100)...))
	_, err = IDX(write(t, dir+"/cut.gz", cut[:len(cut)-3]))
	mentions(t, err, "cut.gz")
}

// npyFile is an array as NumPy writes it.
func npyFile(header string, data []byte) []byte {
	head := fmt.Sprintf("%s%*s\n", header, 117-len(header), "")
	return append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(head)), 0})+head), data...)
}

// What Python's pickle writes for numpy.array([[1, 14], [300, 70000, 2]],
// dtype=object): NumPy 2.4 in files, and protocol 2, as Keras' files are.
const (
	pickledLists  = "800495a0000000000000008c166e756d70792e5f636f72652e6d756c74696172726179948c0c5f7265636f6e7374727563749493948c056e756d7079948c076e6461727261799493944b0085944301629487945294284b014b02859468038c0564747970659493948c024f3894898887945294284b038c017c944e4e4e4affffffff4affffffff4b3f749462895d94285d94284b014b0e655d94284d2c014a701101004b0265657494622e"
	pickledLists2 = "8002636e756d70792e5f636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7100636e756d70790a6e6461727261790a71014b00857102635f636f646563730a656e636f64650a7103580100000062710458060000006c6174696e317105867106527107877108527109284b014b0285710a636e756d70790a64747970650a710b58020000004f38710c898887710d52710e284b0358010000007c710f4e4e4e4affffffff4affffffff4b3f74711062895d7111285d7112284b014b0e655d7113284d2c014a701101004b026565747114622e"
)

func TestNPZ(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range map[string][]byte{
		"x.npy": npyFile("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", []byte("\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40")),
		"y.npy": npyFile("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", []byte("\xff\xff\xff\xff\xff\xff\xff\xff")),
		"l.npy": npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", unhex(t, pickledLists)),
		"m.npy": npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", unhex(t, pickledLists2)),
	} {
		w, _ := z.Create(name)
		w.Write(data)
	}
	z.Close()
	a, err := NPZ(write(t, t.TempDir()+"/a.npz", b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(a.Tensors["x"].Float64s(), a.Tensors["y"].Float64s(), a.Lists["l"], a.Lists["m"]); got != "[1 3 2 4] [-1] [[1 14] [300 70000 2]] [[1 14] [300 70000 2]]" {
		t.Error(got)
	}
}

func unhex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNPY(t *testing.T) {
	dir := t.TempDir()
	for want, data := range map[string][]byte{
		"expected the head of an array of NumPy":        []byte("PK\x03\x04aaaa"),
		`numbers of the type "c16" cannot be read`:      npyFile("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", nil),
		"expected 8 bytes of numbers of the shape [2]":  npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", []byte("abc")),
		"expected 'descr', 'fortran_order' and 'shape'": npyFile("{}", nil),
		"is too large": npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9), }", nil),
		"Python operation 0x69 is not one that arrays": npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", []byte("\x80\x02i")),
		"expected 1 lists, and there are 0":            npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", []byte("\x80\x02.")),
	} {
		path := write(t, dir+"/a.npy", data)
		_, err := NPY(path)
		mentions(t, err, path, want)
	}
}

func TestCIFAR(t *testing.T) {
	dir := t.TempDir()
	record := func(class byte) []byte {
		r := make([]byte, cifarRecord)
		r[0], r[1], r[1+cifarPlane], r[1+2*cifarPlane] = class, 255, 51, 102
		return r
	}
	for k := 1; k <= 5; k++ {
		write(t, fmt.Sprintf("%s/data_batch_%d.bin", dir, k), record(byte(k)))
	}
	write(t, dir+"/test_batch.bin", append(record(9), record(0)...))
	s, err := CIFAR10Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if x := s.X(0); s.Len() != 7 || x[0] != 1 || float32(x[1]) != 0.2 || float32(x[2]) != 0.4 || x[3] != 0 {
		t.Errorf("%v: the first pixel is %v", s, x[:3])
	}
	if train, test := s.Split(); train.Len() != 5 || test.Len() != 2 || test.Y(0)+test.Y(1) != 9 {
		t.Errorf("divided as it came: %v, %v", train, test)
	}
	write(t, dir+"/data_batch_2.bin", record(10))
	_, err = CIFAR10Folder(dir)
	mentions(t, err, "data_batch_2.bin", "byte 3073", "class 10, expected 0 to 9")
	write(t, dir+"/data_batch_2.bin", record(1)[:3000])
	_, err = CIFAR10Folder(dir)
	mentions(t, err, "data_batch_2.bin", "expected 3073 bytes", "ends after 3000")
}

func TestImages(t *testing.T) {
	dir := t.TempDir()
	for class, c := range map[string]color.Color{"red": color.RGBA{255, 0, 0, 255}, "green": color.RGBA{0, 255, 0, 255}} {
		img := image.NewRGBA(image.Rect(0, 0, 9, 7))
		for i := range 63 {
			img.Set(i%9, i/9, c)
		}
		var b bytes.Buffer
		png.Encode(&b, img)
		write(t, filepath.Join(dir, class, "1.png"), b.Bytes())
		write(t, filepath.Join(dir, class, "notes.txt"), []byte("no image"))
	}
	s, err := Images(dir, 4, 5)
	if err != nil || fmt.Sprint(s.Tensor().Shape(), s.Classes(), s.Labels(), s.X(0)[:3], s.X(1)[57:]) != "[2 4 5 3] [green red] [0 1] [0 1 0] [1 0 0]" {
		t.Errorf("%v, %v", s, err)
	}
	_, err = Images(t.TempDir(), 4, 4)
	mentions(t, err, "expected folders, one for each class")
	bad := write(t, dir+"/red/2.png", []byte("text"))
	_, err = Images(dir, 4, 4)
	mentions(t, err, bad, "expected an image")
}

// FuzzReaders gives bytes to each reader: errors are fine, panics and memory
// beyond all bounds are not.
func FuzzReaders(f *testing.F) {
	f.Add(idxFile([]int{2, 1, 3}, 1, 2, 3, 4, 5, 6))
	f.Add(npyFile("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", make([]byte, 4)))
	list, _ := hex.DecodeString(pickledLists)
	f.Add(npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", list))
	f.Add([]byte("a,b\n1,2\n3,x\n"))
	f.Add(make([]byte, cifarRecord))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := func() *file {
			f, err := newFile("fuzz", bytes.NewReader(data))
			if err != nil {
				t.Skip()
			}
			return f
		}
		readIDX(in())
		readNPY(in())
		readCIFAR(in(), nil, nil)
		c := &csvFile{name: "fuzz", comma: ',', target: -1}
		if s, err := c.read(in().r, "a"); err == nil {
			if err := s.check(); err != nil {
				t.Error(err)
			}
		}
	})
}
