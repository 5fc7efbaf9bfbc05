package build

import (
	"os"
	"path/filepath"
	"testing"
)

func TestArchivesOutliveTheBuildCache(t *testing.T) {
	cache, dir := t.TempDir(), filepath.Join(t.TempDir(), "archives")
	one := filepath.Join(cache, "1234-d")
	if err := os.WriteFile(one, []byte("archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []*Package{{Path: "fmt", Export: one}, {Path: "unsafe"}}
	if err := keepArchives(list, dir); err != nil {
		t.Fatal(err)
	}
	if list[0].Kept != filepath.Join(dir, "1234-d") || list[1].Kept != "" {
		t.Errorf("kept are %q and %q", list[0].Kept, list[1].Kept)
	}
	os.RemoveAll(cache)
	if err := checkArchives(list); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(list[0].Kept, 3); err != nil {
		t.Fatal(err)
	}
	if checkArchives(list) == nil {
		t.Error("an archive that is cut off is not noticed")
	}
	os.Remove(list[0].Kept)
	if checkArchives(list) == nil {
		t.Error("an archive that is gone is not noticed")
	}
}

func TestKeepOnAnotherDisk(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	if err := os.WriteFile(from, []byte("archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(from, to); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(to); string(b) != "archive" {
		t.Errorf("the copy is %q", b)
	}
}
