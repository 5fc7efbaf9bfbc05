package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"loupe/display"
)

// A source is where the files of a large set are: in the folder that LOUPE_DATA
// names, in the cache folder, or in the network.
type source struct {
	set     string // its name
	folder  string // in the cache folder, and in that of LOUPE_DATA if files are not in it itself
	standIn string // what does without a network
}

// local finds a file or folder in the folder of LOUPE_DATA: "" if it is not there.
func (s *source) local(names ...string) string {
	dir := os.Getenv("LOUPE_DATA")
	if dir == "" {
		return ""
	}
	for _, name := range names {
		for _, path := range []string{filepath.Join(dir, name), filepath.Join(dir, s.folder, name)} {
			if exists(path) {
				return path
			}
		}
	}
	return ""
}

// file returns the path of a file, which is downloaded if it is nowhere. A file
// of LOUPE_DATA may also be there unpacked.
func (s *source) file(d *download) (string, error) {
	if path := s.local(d.name, strings.TrimSuffix(d.name, ".gz")); path != "" {
		return path, nil
	}
	cache, err := cacheFolder()
	if err != nil {
		return "", s.unreachable(d, err)
	}
	path := filepath.Join(cache, "data", s.folder, d.name)
	if exists(path) {
		return path, nil
	}
	if err := d.fetch(display.Context(), path); err != nil {
		return "", s.unreachable(d, err)
	}
	return path, nil
}

// cacheFolder is Loupe's: that of LOUPE_CACHE, or one among the user's.
func cacheFolder() (string, error) {
	if dir := os.Getenv("LOUPE_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "loupe"), err
}

// unreachable says what to do where a file cannot be had.
func (s *source) unreachable(d *download, err error) error {
	where := "name a folder that has it in the environment variable LOUPE_DATA"
	if dir := os.Getenv("LOUPE_DATA"); dir != "" {
		where = fmt.Sprintf("put it into %s, the folder of LOUPE_DATA", dir)
	}
	if errors.Is(err, errSum) {
		where = "try again later, or " + where
	}
	return fmt.Errorf("%s cannot be downloaded: %w\nTo go on, %s; or use %s, which is synthetic and needs no network",
		d.name, err, where, s.standIn)
}

// from makes downloads of files in one or more places.
func from(places []string, file, sum string) *download {
	d := &download{name: file, sum: sum}
	for _, place := range places {
		d.urls = append(d.urls, place+file)
	}
	return d
}
