package data

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// A reviewFile is a file of the archive aclImdb.
type reviewFile struct {
	name  string
	words []string
	class int
}

// readReviewArchive reads the archive as it is: what readReviewFolders makes of it
// unpacked.
func readReviewArchive(name string, form textForm) (train, test *samples, err error) {
	f, err := openFile(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	parts := map[string][]reviewFile{}
	for entries := tar.NewReader(f.r); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: expected an archive of tar: %w", name, err)
		}
		part, class, ok := placeOf(entry)
		if !ok {
			continue
		}
		text, err := limitedText(name+": "+entry.Name, entries)
		if err != nil {
			return nil, nil, err
		}
		parts[part] = append(parts[part], reviewFile{path.Base(entry.Name), tokens(text), class})
	}
	texts, y := inOrder(parts["train"])
	testTexts, testY := inOrder(parts["test"])
	if len(y) == 0 || len(testY) == 0 {
		return nil, nil, fmt.Errorf("%s: expected texts in train/neg, train/pos, test/neg and test/pos, and there are %d to train with and %d to test with", name, len(y), len(testY))
	}
	v := newVocabulary(mostCommon(texts, form.words-specials))
	return reviewSamples(v.numberAll(texts), y, form.length, v), reviewSamples(v.numberAll(testTexts), testY, form.length, v), nil
}

// placeOf says which part and class a file belongs to: aclImdb/train/pos/0_9.txt.
// Others are lists of words, and texts without a class.
func placeOf(entry *tar.Header) (part string, class int, ok bool) {
	dir, file := path.Split(entry.Name)
	dir, kind := path.Split(path.Clean(dir))
	part = path.Base(dir)
	class = slices.Index([]string{"neg", "pos"}, kind)
	return part, class, entry.Typeflag == tar.TypeReg && strings.HasSuffix(file, ".txt") && class >= 0 && (part == "train" || part == "test")
}

// inOrder brings reviews into the order in which folders are read.
func inOrder(list []reviewFile) (texts [][]string, y []int) {
	slices.SortFunc(list, func(a, b reviewFile) int {
		return cmp.Or(a.class-b.class, cmp.Compare(a.name, b.name))
	})
	for _, r := range list {
		texts, y = append(texts, r.words), append(y, r.class)
	}
	return texts, y
}
