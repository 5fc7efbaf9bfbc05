package data

import (
	"fmt"
	"image"
	_ "image/gif" // formats that Images reads
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"loupe/nn/tensor"
)

// mostPixels is how large an image of a file may be.
const mostPixels = 100_000_000

// Images reads a folder of images: each folder in it is a class, and has images of
// it, PNG, JPEG or GIF. They are scaled to height × width, in red, green and blue
// with values from 0 to 1: [height width 3].
func Images(dir string, height, width int) (*Set, error) {
	if height <= 0 || width <= 0 {
		return nil, fmt.Errorf("data: images of %d × %d pixels: expected a height and a width above 0", height, width)
	}
	t, x, err := readFolders(dir, height, width)
	if err != nil {
		return nil, err
	}
	t.x = tensor.FromSlice(x, len(t.y), height, width, 3)
	return newSet(filepath.Base(dir), t)
}

func readFolders(dir string, height, width int) (*samples, []float32, error) {
	t, x := &samples{}, []float32(nil)
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, folder := range folders {
		if !folder.IsDir() || strings.HasPrefix(folder.Name(), ".") {
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, folder.Name()))
		if err != nil {
			return nil, nil, err
		}
		for _, f := range files {
			if !isPicture(f.Name()) {
				continue
			}
			if int64(len(x))+int64(height)*int64(width)*3 > mostNumbers {
				return nil, nil, fmt.Errorf("%s: there are more than %d images, too many of %d × %d pixels to be held in memory", dir, len(t.y), height, width)
			}
			if x, err = readImage(x, filepath.Join(dir, folder.Name(), f.Name()), height, width); err != nil {
				return nil, nil, err
			}
			t.y = append(t.y, len(t.classes))
		}
		t.classes = append(t.classes, folder.Name())
	}
	if len(t.y) == 0 {
		return nil, nil, fmt.Errorf("%s: expected folders, one for each class, with images (.png, .jpg, .gif), and there are none", dir)
	}
	return t, x, nil
}

func isPicture(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, strings.ToLower(filepath.Ext(name)))
}

// readImage adds an image's numbers to those before it.
func readImage(x []float32, path string, height, width int) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("%s: expected an image: %w", path, err)
	}
	if int64(c.Width)*int64(c.Height) > mostPixels {
		return nil, fmt.Errorf("%s: the image has %d × %d pixels; at most %d pixels can be read", path, c.Height, c.Width, mostPixels)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	for k := 0; k < len(small.Pix); k += 4 {
		for _, v := range small.Pix[k : k+3] {
			x = append(x, float32(v)/255)
		}
	}
	return x, nil
}
