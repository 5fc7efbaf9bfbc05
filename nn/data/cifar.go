package data

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"loupe/nn/tensor"
)

// What a record of CIFAR-10's binary version is.
const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarRecord = 1 + 3*cifarPlane // the class, then red, green and blue
)

var cifarClasses = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// CIFAR10Folder reads the folder of CIFAR-10's binary version: data_batch_1.bin to
// data_batch_5.bin to train with and test_batch.bin. Images are [32 32 3] with
// values from 0 to 1. Files of fewer images are read too.
func CIFAR10Folder(dir string) (*Set, error) {
	t, err := readCIFARFolder(dir)
	if err != nil {
		return nil, &Error{"CIFAR-10", err}
	}
	return newSet("CIFAR-10", t)
}

func readCIFARFolder(dir string) (*samples, error) {
	t, x := &samples{classes: cifarClasses}, []float32(nil)
	for k := 1; k <= 6; k++ {
		name := fmt.Sprintf("data_batch_%d.bin", k)
		if k == 6 {
			name = "test_batch.bin"
		}
		f, err := openFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		before := len(t.y)
		x, t.y, err = readCIFAR(f, x, t.y)
		f.Close()
		if err != nil {
			return nil, err
		}
		t.divided = len(t.y) - before
	}
	t.x = tensor.FromSlice(x, len(t.y), cifarSide, cifarSide, 3)
	return t, nil
}

// readCIFAR adds the images of a file to those before it.
func readCIFAR(f *file, x []float32, y []int) ([]float32, []int, error) {
	const most = 100_000
	for n := 0; ; n++ {
		if _, err := f.r.Peek(1); errors.Is(err, io.EOF) {
			return x, y, nil
		}
		record, err := f.take(cifarRecord, "an image and its class")
		if err != nil {
			return nil, nil, err
		}
		if record[0] >= 10 {
			return nil, nil, f.fail("image %d has the class %d, expected 0 to 9", n, record[0])
		}
		if n == most {
			return nil, nil, f.fail("the file has more than %d images, expected 10000", most)
		}
		y = append(y, int(record[0]))
		for k := range cifarPlane {
			for c := range 3 {
				x = append(x, float32(record[1+c*cifarPlane+k])/255)
			}
		}
	}
}

// exists reports whether there is such a file or folder.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
