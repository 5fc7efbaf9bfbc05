package object

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// An Archive is a package as the build cache holds it: the compiler's object
// file, then one for each assembled file.
type Archive struct {
	Package string
	Files   []*File
}

// Open maps an archive, or the output of one compiler run, and reads its
// tables. The mapping lives as long as the process: symbols point into it.
func Open(pkg, path string) (*Archive, error) {
	b, err := Map(path)
	if err != nil {
		return nil, fmt.Errorf("object: %s: %w", pkg, err)
	}
	if len(b) == 0 {
		return nil, fmt.Errorf("object: %s: %s is empty", pkg, path)
	}
	return ParseArchive(pkg, b)
}

const (
	archiveMagic  = "!<arch>\n"
	archiveHeader = 60
)

// ParseArchive reads the members of an archive held in b.
func ParseArchive(pkg string, b []byte) (*Archive, error) {
	if !bytes.HasPrefix(b, []byte(archiveMagic)) {
		return nil, fmt.Errorf("object: %s: not an archive", pkg)
	}
	a := &Archive{Package: pkg}
	for at := len(archiveMagic); at+archiveHeader <= len(b); {
		h := string(b[at : at+archiveHeader])
		size, err := strconv.Atoi(strings.TrimSpace(h[48:58]))
		if err != nil || size < 0 || size > len(b)-at-archiveHeader {
			return nil, fmt.Errorf("object: %s: archive member at %d has size %q", pkg, at, h[48:58])
		}
		body := b[at+archiveHeader : at+archiveHeader+size]
		at += archiveHeader + size + size&1
		if strings.TrimSpace(h[:16]) == "__.PKGDEF" || !bytes.HasPrefix(body, []byte("go object ")) {
			continue
		}
		f, err := parseMember(pkg, body)
		if err != nil {
			return nil, err
		}
		a.Files = append(a.Files, f)
	}
	return a, nil
}

// parseMember skips the text that stands before the tables of an object file.
func parseMember(pkg string, body []byte) (*File, error) {
	i := bytes.Index(body, []byte("\n!\n"))
	if i < 0 {
		return nil, fmt.Errorf("object: %s: member without an object header", pkg)
	}
	f, err := Parse(pkg, body[i+3:])
	if err != nil {
		return nil, err
	}
	return f, f.setVersion(body[:i])
}

// Lookup finds a definition in any of the archive's files.
func (a *Archive) Lookup(name string, abi uint16) (*File, uint32, bool) {
	for _, f := range a.Files {
		if i, ok := f.Lookup(name, abi); ok {
			return f, i, true
		}
	}
	return nil, 0, false
}

// EscapePath is an import path as symbol names have it: dots in the last
// element, and what is not printable, are written as %2e.
func EscapePath(path string) string {
	slash := strings.LastIndexByte(path, '/') + 1
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c == '.' && i >= slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// UnescapePath undoes EscapePath.
func UnescapePath(prefix string) string {
	path, err := url.PathUnescape(prefix)
	if err != nil {
		return prefix
	}
	return path
}
