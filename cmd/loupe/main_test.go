package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loupe/install"
	"loupe/kernel"
)

// loupe runs a command line.
func loupe(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = dispatch(t.Context(), args, terminal{&out, &err})
	return code, out.String(), err.String()
}

func TestCommandLines(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.ipynb")
	for _, test := range []struct {
		args string
		code int
		want string
	}{
		{"", 0, "loupe install"},
		{"help", 0, "loupe doctor"},
		{"version", 0, "loupe " + kernel.Version},
		{"bogus", 2, `no command "bogus"`},
		{"run", 2, "need one notebook"},
		{"run a b", 2, "got 2"},
		{"run -x", 2, "-x"},
		{"run -p lr " + missing, 2, "name=value"},
		{"run --timeout -5s " + missing, 2, "negative"},
		{"run -h", 0, "allow-errors"},
		{"run " + missing, 1, "cannot read the notebook"},
		{"kernel", 2, "connection file"},
		{"kernel " + missing, 1, "connection file"},
		{"install --user --sys-prefix", 2, "choose one"},
		{"install x", 2, `"x"`},
	} {
		code, stdout, stderr := loupe(t, strings.Fields(test.args)...)
		if code != test.code || !strings.Contains(stdout+stderr, test.want) {
			t.Errorf("loupe %s: exit %d, want %d with %q\n%s%s", test.args, code, test.code, test.want, stdout, stderr)
		}
	}
}

func TestCheckKernelspec(t *testing.T) {
	data := t.TempDir()
	for _, name := range []string{"JUPYTER_DATA_DIR", "JUPYTER_PATH"} {
		t.Setenv(name, data)
	}
	t.Setenv("VIRTUAL_ENV", data)
	if f := checkKernelspec(); f.Err == nil {
		t.Error("a kernelspec is found where there is none")
	}
	binary := filepath.Join(data, "loupe")
	spec, _ := install.NewSpec(binary)
	install.Write(data, spec)
	if f := checkKernelspec(); f.Err == nil || !strings.Contains(f.Err.Error(), "not there") {
		t.Errorf("%+v", f)
	}
	os.WriteFile(binary, nil, 0o600)
	if f := checkKernelspec(); f.Err == nil || !strings.Contains(f.Err.Error(), "no program") {
		t.Errorf("%+v", f)
	}
	os.Chmod(binary, 0o700)
	if f := checkKernelspec(); f.Err != nil || !strings.Contains(f.Detail, binary) {
		t.Errorf("%+v", f)
	}
	if code, stdout, _ := loupe(t, "uninstall"); code != 0 || !strings.Contains(stdout, "removed") {
		t.Errorf("exit %d: %s", code, stdout)
	}
}

func TestCheckPorts(t *testing.T) {
	if f := checkPorts(); f.Err != nil {
		t.Error(f.Err)
	}
}

func TestCellErrorWithoutColors(t *testing.T) {
	var b bytes.Buffer
	printCellError(&b, &kernel.CellError{Cell: 3, Name: "panic", Traceback: []string{"\x1b[31;1mpanic\x1b[0m: oops", "    ^"}})
	if want := "cell 3 failed: panic\npanic: oops\n    ^\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}
