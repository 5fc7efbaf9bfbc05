package data

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"

	"loupe/nn/tensor"
)

// CIFAR10 returns 60,000 colour photographs of ten kinds of things: [32 32 3] with
// values from 0 to 1. Split divides them as they come: 50,000 to train with.
//
// The set is read at first use, from the folder that LOUPE_DATA names (the folder
// cifar-10-batches-bin, or cifar-10-binary.tar.gz), or else from the network,
// once: 170 MB, which are checked and kept in the user's cache folder. In memory
// it takes 740 MB.
//
// A. Krizhevsky (2009), "Learning Multiple Layers of Features from Tiny Images",
// https://www.cs.toronto.edu/~kriz/cifar.html.
func CIFAR10() *Set {
	s := &source{"CIFAR-10", "cifar-10", "data.Digits28() (one channel of 28 × 28 pixels)"}
	return lazy(s.set, func() (*samples, error) {
		if dir := s.local("cifar-10-batches-bin"); dir != "" {
			return readCIFARFolder(dir)
		}
		file, err := s.file(from([]string{"https://www.cs.toronto.edu/~kriz/"}, "cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"))
		if err != nil {
			return nil, err
		}
		return readCIFARArchive(file)
	})
}

// readCIFARArchive reads the files of images out of their archive, in which they
// stand in any order: those to test with come last.
func readCIFARArchive(name string) (*samples, error) {
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &samples{classes: cifarClasses}
	var x, testX []float32
	var testY []int
	for entries := tar.NewReader(f.r); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: expected an archive of tar: %w", name, err)
		}
		part, err := newFile(name+": "+entry.Name, entries)
		if err != nil {
			return nil, err
		}
		base := path.Base(entry.Name)
		if base == "test_batch.bin" {
			testX, testY, err = readCIFAR(part, testX, testY)
		} else if ok, _ := path.Match("data_batch_?.bin", base); ok {
			x, t.y, err = readCIFAR(part, x, t.y)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(t.y) == 0 || len(testY) == 0 {
		return nil, fmt.Errorf("%s: expected data_batch_1.bin to data_batch_5.bin and test_batch.bin, and there are %d images to train with and %d to test with", name, len(t.y), len(testY))
	}
	t.y, t.divided = append(t.y, testY...), len(testY)
	t.x = tensor.FromSlice(append(x, testX...), len(t.y), cifarSide, cifarSide, 3)
	return t, nil
}
