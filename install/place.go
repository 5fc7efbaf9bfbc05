package install

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// User returns Jupyter's data directory of the user, by the rules of
// jupyter_core: JUPYTER_DATA_DIR, else what the platform uses.
func User() (string, error) {
	return userDir(runtime.GOOS, os.Getenv)
}

func userDir(goos string, env func(string) string) (string, error) {
	if dir := env("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	if goos == "windows" {
		return windowsDir(env)
	}
	home := env("HOME")
	if home == "" {
		return "", errors.New("cannot tell your Jupyter data directory: HOME is not set; set JUPYTER_DATA_DIR or use --prefix DIR")
	}
	switch {
	case goos == "darwin" && platformDirs(env):
		return filepath.Join(home, "Library", "Application Support", "Jupyter"), nil
	case goos == "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case env("XDG_DATA_HOME") != "":
		return filepath.Join(env("XDG_DATA_HOME"), "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}

func windowsDir(env func(string) string) (string, error) {
	if dir := env("LOCALAPPDATA"); dir != "" && platformDirs(env) {
		return filepath.Join(dir, "Jupyter"), nil
	}
	if dir := env("APPDATA"); dir != "" {
		return filepath.Join(dir, "jupyter"), nil
	}
	return "", errors.New("cannot tell your Jupyter data directory: APPDATA is not set; set JUPYTER_DATA_DIR or use --prefix DIR")
}

// platformDirs says whether Jupyter was told to use the platform's newer
// directories.
func platformDirs(env func(string) string) bool {
	switch strings.ToLower(env("JUPYTER_PLATFORM_DIRS")) {
	case "", "0", "no", "n", "false", "off":
		return false
	}
	return true
}

// Prefix returns the Jupyter data directory of an installation prefix.
func Prefix(dir string) string { return filepath.Join(dir, "share", "jupyter") }

// SysPrefix returns the data directory of the active Python environment: a
// virtual environment, a Conda environment, else what python3 says.
func SysPrefix() (string, error) {
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(name); dir != "" {
			return Prefix(dir), nil
		}
	}
	for _, python := range []string{"python3", "python"} {
		out, err := exec.Command(python, "-c", "import sys; print(sys.prefix)").Output()
		if dir := strings.TrimSpace(string(out)); err == nil && dir != "" {
			return Prefix(dir), nil
		}
	}
	return "", errors.New("--sys-prefix needs a Python environment: none is active and python3 is not in PATH; use --user or --prefix DIR")
}

// Search returns the data directories in which Jupyter looks for kernels, first
// the one that wins.
func Search() []string {
	dirs := filepath.SplitList(os.Getenv("JUPYTER_PATH"))
	if dir, err := User(); err == nil {
		dirs = append(dirs, dir)
	}
	if dir, err := SysPrefix(); err == nil {
		dirs = append(dirs, dir)
	}
	if runtime.GOOS == "windows" {
		return append(dirs, filepath.Join(os.Getenv("PROGRAMDATA"), "jupyter"))
	}
	return append(dirs, "/usr/local/share/jupyter", "/usr/share/jupyter")
}

// Find returns the kernelspec that Jupyter would use, and its directory.
func Find() (Spec, string, error) {
	for _, data := range Search() {
		spec, err := Read(data)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		return spec, Dir(data), err
	}
	return Spec{}, "", fmt.Errorf("no kernelspec named %q below %s: %w", Name, strings.Join(Search(), ", "), os.ErrNotExist)
}
