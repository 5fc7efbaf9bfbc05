package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"

	"loupe/install"
	"loupe/kernel"
)

var errUnwell = errors.New("something is wrong")

// doctor checks the machine: a line for each check, and below it how to mend
// what is wrong.
func doctor(ctx context.Context, args []string, out terminal) error {
	if _, err := parse(newFlags("doctor", "", out), args); err != nil {
		return err
	}
	findings := append(kernel.Diagnose(ctx), checkKernelspec(), checkJupyter(ctx), checkPorts())
	wrong := 0
	for _, f := range findings {
		if f.Err == nil {
			fmt.Fprintf(out.stdout, "ok     %-12s %s\n", f.Name, f.Detail)
			continue
		}
		wrong++
		fmt.Fprintf(out.stdout, "wrong  %-12s %v\n       %-12s → %s\n", f.Name, f.Err, "", f.Mend)
	}
	if wrong > 0 {
		return errUnwell
	}
	return nil
}

// checkKernelspec looks for the kernelspec where Jupyter does.
func checkKernelspec() kernel.Finding {
	f := kernel.Finding{Name: "kernelspec", Mend: "install it with: loupe install"}
	spec, dir, err := install.Find()
	if errors.Is(err, fs.ErrNotExist) {
		f.Err = errors.New("the kernel is not known to Jupyter")
		return f
	}
	if err != nil {
		f.Err = err
		return f
	}
	binary := spec.Argv[0]
	info, err := os.Stat(binary)
	switch {
	case err != nil:
		f.Err = fmt.Errorf("%s starts %s, which is not there", dir, binary)
	case info.IsDir() || info.Mode()&0o111 == 0:
		f.Err = fmt.Errorf("%s starts %s, which is no program", dir, binary)
	default:
		f.Detail = fmt.Sprintf("%s starts %s", dir, binary)
	}
	return f
}

// checkJupyter asks Jupyter for its version.
func checkJupyter(ctx context.Context) kernel.Finding {
	f := kernel.Finding{
		Name: "Jupyter",
		Mend: "install it with: python3 -m pip install jupyterlab (loupe run works without it)",
	}
	path, err := exec.LookPath("jupyter")
	if err != nil {
		f.Err = errors.New("the command jupyter is not in PATH")
		return f
	}
	version, err := exec.CommandContext(ctx, path, "lab", "--version").Output()
	if err != nil {
		f.Err = fmt.Errorf("%s is there, but it has no JupyterLab", path)
		return f
	}
	f.Detail = fmt.Sprintf("JupyterLab %s, %s", strings.TrimSpace(string(version)), path)
	return f
}

// checkPorts opens a port on the loopback interface and connects to it, as a
// front-end does with the kernel's.
func checkPorts() kernel.Finding {
	f := kernel.Finding{
		Name: "ports", Detail: "loopback connections work",
		Mend: "let programs connect to 127.0.0.1 (a firewall, a container or a proxy forbids it)",
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Err = fmt.Errorf("cannot listen on 127.0.0.1: %w", err)
		return f
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		f.Err = fmt.Errorf("cannot connect to %s: %w", l.Addr(), err)
		return f
	}
	conn.Close()
	return f
}
