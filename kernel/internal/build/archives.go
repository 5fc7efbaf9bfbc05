package build

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The archives of the packages that a worker knows stay beside it: Go's build
// cache forgets what no go command has used for five days, and go clean -cache
// all of it.

// keepArchives links, or copies, the archives of packages into a folder.
func keepArchives(list []*Package, dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, p := range list {
		if p.Export == "" {
			continue
		}
		kept := filepath.Join(dir, filepath.Base(p.Export)) // its name is a hash of the content
		size, err := keepFile(p.Export, kept)
		if err != nil {
			return fmt.Errorf("cannot keep the archive of %s: %w", p.Path, err)
		}
		p.Kept, p.Size = kept, size
	}
	return nil
}

// keepFile gives a file another name; on another disk it copies.
func keepFile(from, to string) (size int64, err error) {
	if os.Link(from, to) != nil {
		if err := copyFile(from, to); err != nil {
			return 0, err
		}
	}
	info, err := os.Stat(to)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// checkArchives looks whether all archives are there in full.
func checkArchives(list []*Package) error {
	for _, p := range list {
		if p.Kept == "" {
			continue
		}
		info, err := os.Stat(p.Kept)
		if err != nil {
			return err
		}
		if info.Size() != p.Size {
			return fmt.Errorf("%s has %d bytes, it should have %d", p.Kept, info.Size(), p.Size)
		}
	}
	return nil
}
