package data

import (
	"archive/zip"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"loupe/nn/tensor"
)

// Arrays are the arrays of a file of NumPy by name.
type Arrays struct {
	Tensors map[string]*tensor.Tensor
	Lists   map[string][][]int // arrays of Python lists of whole numbers, as Keras' reviews
}

// NPZ reads the arrays that numpy.savez has written, as Keras' mnist.npz and
// imdb.npz. Numbers of up to 2 bytes and float32 become float32, others float64.
// Arrays of Python objects are read if these are lists of whole numbers; nothing
// that such a file says is carried out.
func NPZ(path string) (*Arrays, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: expected a zip file of arrays: %w", path, err)
	}
	defer z.Close()
	a := &Arrays{map[string]*tensor.Tensor{}, map[string][][]int{}}
	for _, entry := range z.File {
		if err := a.add(path, entry); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *Arrays) add(path string, entry *zip.File) error {
	r, err := entry.Open()
	if err != nil {
		return fmt.Errorf("%s: %s: %w", path, entry.Name, err)
	}
	defer r.Close()
	f, err := newFile(path+": "+entry.Name, r)
	if err != nil {
		return err
	}
	t, lists, err := readNPY(f)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(entry.Name, ".npy")
	if lists != nil {
		a.Lists[name] = lists
	} else {
		a.Tensors[name] = t
	}
	return nil
}

// NPY reads an array of numbers that numpy.save has written.
func NPY(path string) (*tensor.Tensor, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, lists, err := readNPY(f)
	if err == nil && lists != nil {
		err = f.fail("the array is one of Python lists, not of numbers; NPZ reads these")
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// What the header of an array says: a Python dictionary, always written alike.
var (
	npyDescr   = regexp.MustCompile(`'descr': *'([<>|=]?)([a-zA-Z])([0-9]*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

func readNPY(f *file) (*tensor.Tensor, [][]int, error) {
	kind, fortran, shape, err := readNPYHeader(f)
	if err != nil {
		return nil, nil, err
	}
	if kind.kind == 'O' {
		lists, err := readLists(f, shape)
		return nil, lists, err
	}
	if fortran {
		slices.Reverse(shape)
	}
	t, err := f.numbers(kind, shape)
	if err != nil {
		return nil, nil, err
	}
	if fortran {
		axes := make([]int, len(shape))
		for k := range axes {
			axes[k] = len(shape) - 1 - k
		}
		t = t.Transpose(axes...).Contiguous()
	}
	return t, nil, f.end()
}

func readNPYHeader(f *file) (kind numberType, fortran bool, shape []int, err error) {
	head, err := f.take(8, "the head of an array of NumPy")
	if err != nil {
		return
	}
	if string(head[:6]) != "\x93NUMPY" || head[6] < 1 || head[6] > 3 {
		err = f.fail("expected the head of an array of NumPy, version 1 to 3, and it is %q", head)
		return
	}
	size := int64(2)
	if head[6] > 1 {
		size = 4
	}
	length, err := f.take(size, "the header's length")
	if err != nil {
		return
	}
	n := int64(0)
	for k, b := range length {
		n |= int64(b) << (8 * k)
	}
	if n > 1<<16 {
		err = f.fail("the header has %d bytes, expected at most %d", n, 1<<16)
		return
	}
	text, err := f.take(n, "the header")
	if err != nil {
		return
	}
	d, o, s := npyDescr.FindSubmatch(text), npyFortran.FindSubmatch(text), npyShape.FindSubmatch(text)
	if d == nil || o == nil || s == nil {
		err = f.fail("expected 'descr', 'fortran_order' and 'shape' in the header, and it is %q", text)
		return
	}
	if kind, err = npyType(f, string(d[1]), d[2][0], string(d[3])); err != nil {
		return
	}
	for part := range strings.SplitSeq(string(s[1]), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		var n int
		if n, err = strconv.Atoi(part); err != nil {
			err = f.fail("the shape has the length %q", part)
			return
		}
		shape = append(shape, n)
	}
	return kind, string(o[1]) == "True", shape, nil
}

func npyType(f *file, order string, kind byte, size string) (numberType, error) {
	name := string(kind) + size
	if name == "O" {
		return numberType{kind: 'O'}, nil
	}
	if !slices.Contains([]string{"b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"}, name) {
		return numberType{}, f.fail("numbers of the type %q cannot be read; save the array as float32, say", name)
	}
	return numberType{size: int64(size[0] - '0'), kind: kind, little: order != ">"}, nil
}
