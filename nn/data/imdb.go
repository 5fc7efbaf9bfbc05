package data

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// IMDB returns 50,000 reviews of films, half to train with, half of them positive:
// as Keras numbers their words, the most common ones first.
//
// The set is read at first use, from the folder that LOUPE_DATA names (Keras'
// imdb.npz and imdb_word_index.json, or the folder aclImdb), or else from the
// network, once: 19 MB, which are checked and kept in the user's cache folder.
// Without either there is [Reviews]; [IMDBOriginal] has the texts themselves.
//
// A. Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis",
// https://ai.stanford.edu/~amaas/data/sentiment/.
func IMDB(options ...TextOption) *Texts {
	s := &source{"IMDB", "imdb", "data.Reviews()"}
	return lazyTexts(s.set, options, func(form textForm) (train, test *samples, err error) {
		if dir := s.local("aclImdb"); dir != "" && s.local("imdb.npz") == "" {
			return readReviewFolders(dir, form)
		}
		const place = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
		arrays, err := s.file(from([]string{place}, "imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"))
		if err != nil {
			return nil, nil, err
		}
		index, err := s.file(from([]string{place}, "imdb_word_index.json", "bfafd718b763782e994055a2d397834f"))
		if err != nil {
			return nil, nil, err
		}
		return readKerasReviews(arrays, index, form)
	})
}

// IMDBOriginal returns the reviews of [IMDB] from their original place, as texts:
// words are numbered by how often they are in the training set. LOUPE_DATA may have
// the folder aclImdb or the archive aclImdb_v1.tar.gz; else that is downloaded, 84
// MB, once.
func IMDBOriginal(options ...TextOption) *Texts {
	s := &source{"IMDB (original)", "imdb", "data.Reviews()"}
	return lazyTexts(s.set, options, func(form textForm) (train, test *samples, err error) {
		if dir := s.local("aclImdb"); dir != "" {
			return readReviewFolders(dir, form)
		}
		archive, err := s.file(from(imdbPlaces, "aclImdb_v1.tar.gz", imdbSum))
		if err != nil {
			return nil, nil, err
		}
		return readReviewArchive(archive, form)
	})
}

// Where the archive of texts is, and its MD5.
var (
	imdbPlaces = []string{"https://ai.stanford.edu/~amaas/data/sentiment/"}
	imdbSum    = "7c2ac02c03563afcf9b574c7e56c153a"
)

// IMDBFolder reads a folder of reviews as the archive aclImdb has them: files in
// train/pos, train/neg, test/pos and test/neg. Words are numbered by how often
// they are in the training set.
func IMDBFolder(dir string, options ...TextOption) (*Texts, error) {
	t := lazyTexts(filepath.Base(dir), options, func(form textForm) (train, test *samples, err error) {
		return readReviewFolders(dir, form)
	})
	if err := t.Train.Load(); err != nil {
		return nil, err
	}
	return t, nil
}

// lazyTexts are texts whose two parts are read together.
func lazyTexts(name string, options []TextOption, read func(textForm) (train, test *samples, err error)) *Texts {
	type both struct{ train, test *samples }
	parts := sync.OnceValues(func() (both, error) {
		form, err := textOptions(options)
		if err != nil {
			return both{}, err
		}
		train, test, err := read(form)
		return both{train, test}, err
	})
	return &Texts{
		lazy(name+", training", func() (*samples, error) { b, err := parts(); return b.train, err }),
		lazy(name+", held out", func() (*samples, error) { b, err := parts(); return b.test, err }),
	}
}

func readKerasReviews(arrays, index string, form textForm) (train, test *samples, err error) {
	v, err := readWordIndex(index, form.words)
	if err != nil {
		return nil, nil, err
	}
	a, err := NPZ(arrays)
	if err != nil {
		return nil, nil, err
	}
	if train, err = a.reviews("train", form, v); err == nil {
		test, err = a.reviews("test", form, v)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", arrays, err)
	}
	return train, test, nil
}

// readWordIndex reads words and their ranks, from 1.
func readWordIndex(path string, words int) (*vocabulary, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ranks := map[string]int{}
	if err := json.Unmarshal(file, &ranks); err != nil {
		return nil, fmt.Errorf("%s: expected words and their ranks: %w", path, err)
	}
	list := make([]string, min(words-specials, len(ranks)))
	for w, rank := range ranks {
		if rank < 1 {
			return nil, fmt.Errorf("%s: the word %q has the rank %d, expected 1 or more", path, w, rank)
		}
		if rank <= len(list) {
			list[rank-1] = w
		}
	}
	return newVocabulary(list), nil
}

// reviews makes samples of the arrays x and y of a part. The rank of a word is
// three less than its number.
func (a *Arrays) reviews(part string, form textForm, v *vocabulary) (*samples, error) {
	lists, y := a.Lists["x_"+part], a.Tensors["y_"+part]
	if lists == nil || y == nil || y.Rank() != 1 {
		return nil, fmt.Errorf("expected x_%s, an array of lists, and y_%s, an array of numbers, and they are not there", part, part)
	}
	ids := make([][]int, len(lists))
	for i, ranks := range lists {
		ids[i] = append(make([]int, 0, len(ranks)+1), start)
		for k, rank := range ranks {
			id := rank + specials - 1
			if rank < 1 {
				return nil, fmt.Errorf("x_%s: text %d has the word %d at place %d, expected 1 or more", part, i, rank, k)
			}
			if id >= len(v.words) {
				id = unknown
			}
			ids[i] = append(ids[i], id)
		}
	}
	return reviewSamples(ids, integers(y), form.length, v), nil
}

// readReviewFolders reads texts from files.
func readReviewFolders(dir string, form textForm) (train, test *samples, err error) {
	texts, y, err := readTexts(filepath.Join(dir, "train"))
	if err != nil {
		return nil, nil, err
	}
	testTexts, testY, err := readTexts(filepath.Join(dir, "test"))
	if err != nil {
		return nil, nil, err
	}
	v := newVocabulary(mostCommon(texts, form.words-specials))
	return reviewSamples(v.numberAll(texts), y, form.length, v), reviewSamples(v.numberAll(testTexts), testY, form.length, v), nil
}

func (v *vocabulary) numberAll(texts [][]string) [][]int {
	ids := make([][]int, len(texts))
	for i, text := range texts {
		ids[i] = v.number(text)
	}
	return ids
}

// readTexts reads the words of the files in the folders neg and pos.
func readTexts(dir string) (texts [][]string, y []int, err error) {
	for class, folder := range []string{"neg", "pos"} {
		files, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			return nil, nil, fmt.Errorf("expected folders train/neg, train/pos, test/neg and test/pos: %w", err)
		}
		before := len(texts)
		for _, f := range files {
			if f.IsDir() || !strings.HasSuffix(f.Name(), ".txt") {
				continue
			}
			text, err := readText(filepath.Join(dir, folder, f.Name()))
			if err != nil {
				return nil, nil, err
			}
			texts, y = append(texts, tokens(text)), append(y, class)
		}
		if len(texts) == before {
			return nil, nil, fmt.Errorf("%s: expected texts, files with names that end in .txt, and there are none", filepath.Join(dir, folder))
		}
	}
	return texts, y, nil
}

// readText reads a file of at most a million bytes.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return limitedText(path, f)
}

func limitedText(name string, r io.Reader) (string, error) {
	const most = 1_000_000
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", name, err)
	case len(text) > most:
		return "", fmt.Errorf("%s: expected a review of at most %d bytes, and the file is longer", name, most)
	}
	return string(text), nil
}
