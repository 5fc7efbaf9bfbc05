package data

import (
	"fmt"

	"loupe/nn/tensor"
)

// MNIST returns 70,000 handwritten digits: [28 28 1] with values from 0 to 1, and
// the classes "0" to "9". Split divides them as they come: 60,000 to train with.
//
// The set is read at first use, from the folder that the environment variable
// LOUPE_DATA names (the four IDX files, compressed or not, or Keras' mnist.npz,
// there or in its folder mnist), or else from the network, once: 11 MB, which are
// checked and kept in the user's cache folder. Without either there is [Digits28].
//
// Y. LeCun, C. Cortes and C. Burges, http://yann.lecun.com/exdb/mnist/.
func MNIST() *Set {
	s := &source{"MNIST", "mnist", "data.Digits28()"}
	places := []string{"http://yann.lecun.com/exdb/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"}
	return lazy(s.set, func() (*samples, error) {
		return s.idx(digitNames, places, [4]string{
			"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
			"9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c",
		})
	})
}

// FashionMNIST returns 70,000 pictures of clothes in the form of [MNIST], of ten
// kinds. It is read as MNIST is: from LOUPE_DATA, whose files may be in a folder
// fashion-mnist (MNIST's have the same names), or from the network, 31 MB.
//
// H. Xiao, K. Rasul and R. Vollgraf (2017), "Fashion-MNIST",
// https://arxiv.org/abs/1708.07747, MIT licence.
func FashionMNIST() *Set {
	s := &source{"Fashion-MNIST", "fashion-mnist", "data.Digits28()"}
	classes := []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}
	places := []string{"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"}
	return lazy(s.set, func() (*samples, error) {
		return s.idx(classes, places, [4]string{
			"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
			"bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
		})
	})
}

// idx reads Keras' file, if it is there, or the four files of images and classes,
// to train and to test with.
func (s *source) idx(classes, places []string, sums [4]string) (*samples, error) {
	if path := s.local(s.folder + ".npz"); path != "" {
		return kerasImages(path, classes)
	}
	var parts [4]*tensor.Tensor
	for k, name := range []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
		path, err := s.file(from(places, name, sums[k]))
		if err != nil {
			return nil, err
		}
		if parts[k], err = IDX(path); err != nil {
			return nil, err
		}
	}
	return divided(parts, classes)
}

// kerasImages reads a file with the arrays x_train, y_train, x_test and y_test.
func kerasImages(path string, classes []string) (*samples, error) {
	a, err := NPZ(path)
	if err != nil {
		return nil, err
	}
	var parts [4]*tensor.Tensor
	for k, name := range []string{"x_train", "y_train", "x_test", "y_test"} {
		if parts[k] = a.Tensors[name]; parts[k] == nil {
			return nil, fmt.Errorf("%s: expected an array of numbers %s, and there is none", path, name)
		}
	}
	t, err := divided(parts, classes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// divided puts images and classes to train with before those to test with.
func divided(parts [4]*tensor.Tensor, classes []string) (*samples, error) {
	train, err := grey(parts[0], parts[1], classes)
	if err != nil {
		return nil, fmt.Errorf("training samples: %w", err)
	}
	test, err := grey(parts[2], parts[3], classes)
	if err != nil {
		return nil, fmt.Errorf("samples to test with: %w", err)
	}
	a, b := train.x.Shape(), test.x.Shape()
	if a[1] != b[1] || a[2] != b[2] {
		return nil, fmt.Errorf("images to train with have the shape %v, those to test with %v", a[1:], b[1:])
	}
	train.x = tensor.Concat(0, train.x, test.x)
	train.y, train.divided = append(train.y, test.y...), len(test.y)
	return train, nil
}
