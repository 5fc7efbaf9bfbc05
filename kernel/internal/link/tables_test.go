package link_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/link"
)

// memory reads bytes by address, from a linked program or from an image.
type memory func(addr uint64, n int) []byte

// A table is what the runtime knows of one function, read through moduledata
// as the runtime reads it, with offsets replaced by what they lead to.
type table struct {
	args, deferreturn, startLine uint32
	id, flag                     uint8
	pcs                          []string // stack pointer, file and line tables, then pcdata
	funcdata                     []string
}

// A module reads the functions of a moduledata.
type module struct {
	mem                                       memory
	names, cutab, files, pctab, funcs, gofunc uint64
	text, rodata                              uint64
	nfunc, minor                              uint64
}

func (m *module) u32(a uint64) uint32 { return binary.LittleEndian.Uint32(m.mem(a, 4)) }
func (m *module) u64(a uint64) uint64 { return binary.LittleEndian.Uint64(m.mem(a, 8)) }

func (m *module) cstring(a uint64) string {
	var b []byte
	for {
		c := m.mem(a, 1)[0]
		if c == 0 {
			return string(b)
		}
		b = append(b, c)
		a++
	}
}

// openModule reads a moduledata of Go 1.26 or 1.27.
func openModule(mem memory, at, minor uint64) *module {
	m := &module{mem: mem}
	word := func(i int) uint64 { return m.u64(at + uint64(8*i)) }
	m.names, m.cutab, m.files, m.pctab, m.funcs = word(1), word(4), word(7), word(10), word(13)
	m.nfunc = word(17) - 1
	m.minor, m.text, m.rodata, m.gofunc = minor, word(22), word(39), word(40)
	if minor > 26 {
		m.rodata, m.gofunc = word(42), word(43)
	}
	return m
}

var closureName = regexp.MustCompile(`\.func\d|-range\d`)

// functions reads all functions whose name says which they are: since Go 1.27
// the closures of a function that others take in exist in each of them.
func (m *module) functions() map[string]table {
	tables, times := map[string]table{}, map[string]int{}
	for i := range m.nfunc {
		name, f := m.function(i)
		tables[name] = f
		times[name]++
	}
	maps.DeleteFunc(tables, func(name string, _ table) bool {
		return times[name] > 1 || m.minor > 26 && closureName.MatchString(name)
	})
	return tables
}

// function reads function i.
func (m *module) function(i uint64) (name string, t table) {
	f := m.funcs + uint64(m.u32(m.funcs+8*i+4))
	field := func(j uint64) uint32 { return m.u32(f + 4*j) }
	name = m.cstring(m.names + uint64(field(1)))
	t = table{args: field(2), deferreturn: field(3), startLine: field(9)}
	b := m.mem(f+40, 4)
	t.id, t.flag = b[0], b[1]
	npcdata, nfuncdata := uint64(field(7)), uint64(b[3])
	t.pcs = []string{m.steps(field(4), nil), m.steps(field(5), m.fileNames(field(8))), m.steps(field(6), nil)}
	for j := range npcdata {
		t.pcs = append(t.pcs, m.steps(field(11+j), nil))
	}
	for j := range nfuncdata {
		off := field(11 + npcdata + j)
		if off == ^uint32(0) {
			t.funcdata = append(t.funcdata, "none")
			continue
		}
		t.funcdata = append(t.funcdata, m.funcdata(int(j), m.gofunc+uint64(off), t.pcs))
	}
	return name, t
}

func (m *module) fileNames(cu uint32) func(int32) string {
	return func(i int32) string {
		return m.cstring(m.files + uint64(m.u32(m.cutab+4*uint64(cu)+4*uint64(i))))
	}
}

// steps decodes a pc-value table.
func (m *module) steps(off uint32, name func(int32) string) string {
	if off == 0 {
		return "none"
	}
	var out bytes.Buffer
	a, pc, value, first := m.pctab+uint64(off), uint64(0), int32(-1), true
	varint := func() uint64 {
		var v uint64
		for shift := 0; ; shift += 7 {
			c := m.mem(a, 1)[0]
			a++
			v |= uint64(c&0x7f) << shift
			if c&0x80 == 0 {
				return v
			}
		}
	}
	for {
		u := uint32(varint())
		if u == 0 && !first {
			return out.String()
		}
		first = false
		value += int32(-(u & 1) ^ (u >> 1))
		pc += varint()
		if name != nil {
			fmt.Fprintf(&out, "%d:%s ", pc, name(value))
		} else {
			fmt.Fprintf(&out, "%d:%d ", pc, value)
		}
	}
}

// funcdata reads one of a function's tables by its kind (internal/abi).
func (m *module) funcdata(kind int, a uint64, pcs []string) string {
	switch kind {
	case 0, 1: // stack maps
		n, bits := m.u32(a), m.u32(a+4)
		return fmt.Sprintf("%x", m.mem(a, int(8+n*((bits+7)/8))))
	case 2: // stack objects: where, how large, and their pointer bitmaps
		out := ""
		for i := range m.u64(a) {
			r := a + 8 + 16*i
			off, size, ptrs, gc := m.u32(r), m.u32(r+4), m.u32(r+8), m.u32(r+12)
			out += fmt.Sprintf("%d %d %d %x; ", int32(off), int32(size), int32(ptrs), m.mem(m.rodata+uint64(gc), (int(int32(ptrs))/8+7)/8))
		}
		return out
	case 3: // inlined calls
		n := 0
		for _, field := range bytes.Fields([]byte(pcs[5])) {
			var pc, index int
			fmt.Sscanf(string(field), "%d:%d", &pc, &index)
			n = max(n, index+1)
		}
		out := ""
		for i := range uint64(n) {
			r := a + 16*i
			name, line := m.cstring(m.names+uint64(m.u32(r+4))), m.u32(r+12)
			if strings.Contains(name, "[") {
				line = 0 // of an instance that some other package's archive defines
			}
			out += fmt.Sprintf("%d %s %d %d; ", m.mem(r, 1)[0], name, int32(m.u32(r+8)), line)
		}
		return out
	case 5: // arguments in stack traces
		n := 1
		for m.mem(a, n)[n-1] != 0xff {
			n++
		}
		return fmt.Sprintf("%x", m.mem(a, n))
	case 6: // which of them are alive; its length is not recorded
		return fmt.Sprintf("%x", m.mem(a, 1))
	case 7: // the function that a wrapper calls
		return "wrapper"
	}
	return fmt.Sprintf("%x", m.mem(a, 2)) // open-coded defers: two small numbers
}

// TestTablesAreTheOfficialLinkers links second copies of packages that the
// worker contains, and compares what the runtime is told of each function with
// what the official linker wrote for the first.
func TestTablesAreTheOfficialLinkers(t *testing.T) {
	tc, err := build.FindToolchain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := build.Prepare(t.Context(), tc, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	exe, err := elf.Open(w.Program)
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	official := readOfficial(t, exe, w)
	compared := 0
	for _, path := range []string{"strings", "sort", "fmt", "os", "regexp", "net/http", "encoding/json", "text/template", "go/types", "math/big"} {
		a, err := w.Archive(path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := link.New(w.World, w)
		if err != nil {
			t.Fatal(err)
		}
		l.GOROOT = tc.Root
		im, err := l.LinkCopy(a)
		if err != nil {
			t.Fatal(err)
		}
		m := openModule(imageMemory(im), im.Module, w.World.Minor)
		for name, got := range m.functions() {
			want, ok := official[name]
			if !ok {
				continue // the worker's linker had no use for it
			}
			compared++
			if diff := difference(got, want); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	if compared < 2000 {
		t.Errorf("only %d functions could be compared", compared)
	}
	t.Logf("%d functions compared", compared)
}

func readOfficial(t *testing.T, exe *elf.File, w *build.Worker) map[string]table {
	sections := exe.Sections
	loaded := map[string][]byte{}
	mem := func(addr uint64, n int) []byte {
		for _, s := range sections {
			if s.Type == elf.SHT_PROGBITS && s.Addr <= addr && addr+uint64(n) <= s.Addr+s.Size && s.Addr != 0 {
				b, ok := loaded[s.Name]
				if !ok {
					b, _ = s.Data()
					loaded[s.Name] = b
				}
				return b[addr-s.Addr : addr-s.Addr+uint64(n)]
			}
		}
		t.Fatalf("the worker has nothing at %#x", addr)
		return nil
	}
	at, ok := w.World.Lookup("runtime.firstmoduledata", 0)
	if !ok {
		t.Fatal("the worker has no runtime.firstmoduledata")
	}
	m := openModule(mem, at, w.World.Minor)
	return m.functions()
}

func imageMemory(im *link.Image) memory {
	return func(addr uint64, n int) []byte {
		for _, s := range []link.Segment{im.Data, im.Text} {
			if s.Addr <= addr && addr+uint64(n) <= s.Addr+uint64(len(s.Bytes)) {
				return s.Bytes[addr-s.Addr : addr-s.Addr+uint64(n)]
			}
		}
		return make([]byte, n)
	}
}

// difference says in which field two tables differ, "" if in none.
func difference(got, want table) string {
	if got.args != want.args || got.deferreturn != want.deferreturn || got.startLine != want.startLine || got.id != want.id || got.flag != want.flag {
		return fmt.Sprintf("args, deferreturn, line, id, flag are %d %d %d %d %d, want %d %d %d %d %d", got.args, got.deferreturn, got.startLine, got.id, got.flag,
			want.args, want.deferreturn, want.startLine, want.id, want.flag)
	}
	for _, list := range [][2][]string{{got.pcs, want.pcs}, {got.funcdata, want.funcdata}} {
		if len(list[0]) != len(list[1]) {
			return fmt.Sprintf("%d tables, want %d", len(list[0]), len(list[1]))
		}
		for i := range list[0] {
			if list[0][i] != list[1][i] {
				return fmt.Sprintf("table %d is %.200q, want %.200q", i, list[0][i], list[1][i])
			}
		}
	}
	return ""
}
