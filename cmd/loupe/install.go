package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"loupe/install"
	"loupe/kernel"
)

// A place is where to install, as the flags say.
type place struct {
	user, sys bool
	prefix    string
}

func (p *place) register(flags *flag.FlagSet) {
	flags.BoolVar(&p.user, "user", false, "for this user (the default)")
	flags.BoolVar(&p.sys, "sys-prefix", false, "into the active Python environment")
	flags.StringVar(&p.prefix, "prefix", "", "into `DIR`/share/jupyter")
}

// data returns the Jupyter data directory.
func (p *place) data() (string, error) {
	chosen := 0
	for _, set := range []bool{p.user, p.sys, p.prefix != ""} {
		if set {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return "", misused("--user, --sys-prefix and --prefix exclude each other: choose one")
	case p.prefix != "":
		dir, err := filepath.Abs(p.prefix)
		return install.Prefix(dir), err
	case p.sys:
		return install.SysPrefix()
	}
	return install.User()
}

func installKernel(ctx context.Context, args []string, out terminal) error {
	var where place
	flags := newFlags("install", "[--user | --sys-prefix | --prefix DIR]", out)
	where.register(flags)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return misused("unexpected argument %q", rest[0])
	}
	data, err := where.data()
	if err != nil {
		return err
	}
	binary, err := self()
	if err != nil {
		return err
	}
	spec, err := install.NewSpec(binary)
	if err != nil {
		return err
	}
	dir, err := install.Write(data, spec)
	if err != nil {
		return err
	}
	fmt.Fprintf(out.stdout, "kernel   %s\n", dir)
	ctx, cancel := interruptible(ctx)
	defer cancel()
	if err := kernel.Prepare(ctx, func(step string) { fmt.Fprintf(out.stdout, "worker   %s\n", step) }); err != nil {
		return fmt.Errorf("the kernel is installed, but its worker cannot be built: %w", err)
	}
	fmt.Fprintln(out.stdout, "ready    choose \"Go (Loupe)\" in JupyterLab")
	return nil
}

func uninstallKernel(_ context.Context, args []string, out terminal) error {
	var where place
	flags := newFlags("uninstall", "[--user | --sys-prefix | --prefix DIR]", out)
	where.register(flags)
	if _, err := parse(flags, args); err != nil {
		return err
	}
	data, err := where.data()
	if err != nil {
		return err
	}
	there, err := install.Remove(data)
	if err != nil {
		return err
	}
	if !there {
		fmt.Fprintf(out.stdout, "there is no kernel in %s\n", install.Dir(data))
		return nil
	}
	fmt.Fprintf(out.stdout, "removed %s\n", install.Dir(data))
	return nil
}

// self is the path of this binary, with links followed: a link may go away
// with the folder it is in.
func self() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("cannot tell where this binary is: %w", err)
	}
	return path, nil
}
