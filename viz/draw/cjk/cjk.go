// Package cjk carries a Chinese font for figures: the 3,755 characters of level 1
// of GB 2312, two more that texts about models need and punctuation, from Noto Sans SC
// (SIL Open Font License, OFL.txt). It adds 0.7 MB to a program; the whole font is
// 10 MB. subset.py makes it.
package cjk

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"
)

//go:embed NotoSansSC-subset.ttf.gz
var packed []byte

// TTF returns the font as a TrueType file. It is unpacked at first use.
var TTF = sync.OnceValue(func() []byte {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(fmt.Sprintf("cjk: the font that comes with the package cannot be read: %v", err))
	}
	ttf, err := io.ReadAll(r)
	if err != nil {
		panic(fmt.Sprintf("cjk: the font that comes with the package cannot be read: %v", err))
	}
	return ttf
})
