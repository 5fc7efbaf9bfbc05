package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"loupe"
)

// workerModule is the module path of a worker's main package.
const workerModule = "loupe.worker"

// module writes the worker's go.mod and go.sum: those of Loupe or, with extra
// packages, those of the module that they are imported in.
func (x *Extra) module() (mod, sum []byte, err error) {
	if x == nil {
		mod, err := loupe.Source.ReadFile("go.mod")
		if err != nil {
			return nil, nil, err
		}
		text := strings.Replace(string(mod), "module loupe\n", "module "+workerModule+"\n", 1) +
			"\nrequire loupe v0.0.0\n\nreplace loupe => ../loupe.src\n"
		sum, err := loupe.Source.ReadFile("go.sum")
		return []byte(text), sum, err
	}
	name := filepath.Join(x.Module, "go.mod")
	if mod, err = os.ReadFile(name); err != nil {
		return nil, nil, err
	}
	f, err := modfile.Parse(name, mod, nil)
	if err != nil {
		return nil, nil, err
	}
	if err := x.adopt(f); err != nil {
		return nil, nil, err
	}
	if mod, err = f.Format(); err != nil {
		return nil, nil, err
	}
	own, err := loupe.Source.ReadFile("go.sum")
	if err != nil {
		return nil, nil, err
	}
	sum, err = os.ReadFile(filepath.Join(x.Module, "go.sum"))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return mod, append(own, sum...), err
}

// adopt makes the go.mod of another folder that of the worker: what it has
// replaced by folders is found from anywhere, and it has what Loupe needs.
func (x *Extra) adopt(f *modfile.File) error {
	for _, r := range f.Replace {
		if modfile.IsDirectoryPath(r.New.Path) && !filepath.IsAbs(r.New.Path) {
			if err := f.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(x.Module, r.New.Path), ""); err != nil {
				return err
			}
		}
	}
	if user := f.Module.Mod.Path; user != "notebook" {
		if err := errors.Join(f.AddRequire(user, "v0.0.0"), f.AddReplace(user, "", x.Module, "")); err != nil {
			return err
		}
		mod, err := loupe.Source.ReadFile("go.mod")
		if err != nil {
			return err
		}
		own, err := modfile.Parse("go.mod", mod, nil)
		if err != nil {
			return err
		}
		for _, r := range own.Require {
			if err := f.AddReplace(r.Mod.Path, "", r.Mod.Path, r.Mod.Version); err != nil {
				return err
			}
		}
	}
	return errors.Join(f.AddModuleStmt(workerModule), f.AddRequire("loupe", "v0.0.0"), f.AddReplace("loupe", "", "../loupe.src", ""))
}

// InC lists the packages with files in C among those that the given ones
// import, beside the standard library: without Cgo the go command leaves such
// files out, and packages that have nothing else cannot be imported.
func (t *Toolchain) InC(ctx context.Context, dir string, patterns ...string) ([]string, error) {
	with := *t
	with.Cgo = true
	out, err := with.run(ctx, dir, append([]string{"list", "-deps", "-e", "-json=ImportPath,Standard,CgoFiles"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var list []string
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Standard   bool
			CgoFiles   []string
		}
		if err := d.Decode(&p); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if !p.Standard && len(p.CgoFiles) > 0 {
			list = append(list, p.ImportPath)
		}
	}
}
