package install

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteFindRemove(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_PATH", data)
	binary := filepath.Join(data, "bin", "loupe")
	spec, err := NewSpec(binary)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // installing again replaces
		if _, err := Write(data, spec); err != nil {
			t.Fatal(err)
		}
	}
	found, dir, err := Find()
	if err != nil || found.Argv[0] != binary || dir != Dir(data) {
		t.Errorf("found %+v in %s: %v", found, dir, err)
	}
	content, _ := os.ReadFile(filepath.Join(dir, "kernel.json"))
	for _, want := range []string{`"{connection_file}"`, `"interrupt_mode": "message"`, `"language": "go"`, `"display_name": "Go (Loupe)"`} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("kernel.json lacks %s:\n%s", want, content)
		}
	}
	for _, size := range []string{"32", "64"} {
		file, err := os.Open(filepath.Join(dir, "logo-"+size+"x"+size+".png"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := png.Decode(file); err != nil {
			t.Error(err)
		}
	}
	if there, err := Remove(data); !there || err != nil {
		t.Errorf("removed %v: %v", there, err)
	}
	if there, err := Remove(data); there || err != nil {
		t.Errorf("removed %v again: %v", there, err)
	}
	if _, err := Read(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after removal: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	if _, err := NewSpec("bin/loupe"); err == nil {
		t.Error("a relative binary is accepted")
	}
	data := t.TempDir()
	os.WriteFile(filepath.Join(data, "kernels"), nil, 0o600) // a file where a directory must be
	if _, err := Write(data, Spec{}); err == nil || !strings.Contains(err.Error(), "--prefix") {
		t.Errorf("error %v", err)
	}
	other := t.TempDir()
	os.MkdirAll(Dir(other), 0o700)
	for _, content := range []string{"{", "{}"} {
		os.WriteFile(filepath.Join(Dir(other), "kernel.json"), []byte(content), 0o600)
		if _, err := Read(other); err == nil {
			t.Errorf("kernel.json %q is accepted", content)
		}
	}
}

func TestUserDir(t *testing.T) {
	for want, c := range map[string]struct {
		goos string
		env  map[string]string
	}{
		"/data":                                  {"linux", map[string]string{"JUPYTER_DATA_DIR": "/data", "HOME": "/h"}},
		"/h/.local/share/jupyter":                {"linux", map[string]string{"HOME": "/h"}},
		"/x/jupyter":                             {"linux", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/x"}},
		"/h/Library/Jupyter":                     {"darwin", map[string]string{"HOME": "/h"}},
		"/h/Library/Application Support/Jupyter": {"darwin", map[string]string{"HOME": "/h", "JUPYTER_PLATFORM_DIRS": "1"}},
		"/roaming/jupyter":                       {"windows", map[string]string{"APPDATA": "/roaming", "LOCALAPPDATA": "/local"}},
		"/local/Jupyter":                         {"windows", map[string]string{"APPDATA": "/roaming", "LOCALAPPDATA": "/local", "JUPYTER_PLATFORM_DIRS": "1"}},
		"":                                       {"linux", nil},
	} {
		got, err := userDir(c.goos, func(name string) string { return c.env[name] })
		if filepath.ToSlash(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s with %v: %q, %v; want %q", c.goos, c.env, got, err, want)
		}
	}
}

func TestLogoIsXML(t *testing.T) {
	if err := xml.Unmarshal([]byte(logoSVG()), new(struct{})); err != nil {
		t.Error(err)
	}
}
