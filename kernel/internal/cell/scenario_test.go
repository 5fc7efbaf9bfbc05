package cell

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the wanted sections of testdata/*.txt")

// A scenario is a notebook as a file of sections, "-- cell 1 --" and so on.
// For each cell, "want N" says what its plan must be; "unit N", where the file
// has it, is the source of its units.
type scenario struct {
	intro    string
	sections []section
}

type section struct{ name, text string }

func readScenario(t testing.TB, path string) *scenario {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario{}
	into := &s.intro
	for line := range strings.Lines(string(data)) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if name, ok2 := strings.CutSuffix(name, " --"); ok && ok2 {
			s.sections = append(s.sections, section{name: name})
			into = &s.sections[len(s.sections)-1].text
			continue
		}
		*into += line
	}
	return s
}

func (s *scenario) String() string {
	text := s.intro
	for _, sec := range s.sections {
		text += "-- " + sec.name + " --\n" + sec.text
	}
	return text
}

// get returns a section, or nil.
func (s *scenario) get(name string) *section {
	for i := range s.sections {
		if s.sections[i].name == name {
			return &s.sections[i]
		}
	}
	return nil
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			runScenario(t, path)
		})
	}
}

func runScenario(t *testing.T, path string) {
	tc := tools(t)
	s := readScenario(t, path)
	n := New(tc.config())
	out := &scenario{intro: s.intro}
	for number := 1; s.get(fmt.Sprint("cell ", number)) != nil; number++ {
		source := s.get(fmt.Sprint("cell ", number))
		out.sections = append(out.sections, *source)
		plan, err := n.Plan(number, source.text)
		want := section{fmt.Sprint("want ", number), summary(plan, err)}
		out.sections = append(out.sections, want)
		units := section{name: fmt.Sprint("unit ", number)}
		if err == nil {
			units.text = compileAll(t, tc, number, plan)
			n = plan.After
		}
		if s.get(units.name) != nil {
			out.sections = append(out.sections, units)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, got := range out.sections {
		if want := s.get(got.name); want == nil || want.text != got.text {
			t.Errorf("%s is\n%s\n(run with -update if this is right)", got.name, got.text)
		}
	}
}

// compileAll compiles the units of a plan and returns their text.
func compileAll(t *testing.T, tc *toolchain, number int, plan *Plan) string {
	var text strings.Builder
	for i, u := range plan.Units {
		text.Write(u.Source)
		if len(u.Symabis) > 0 {
			text.WriteString("/*\n" + string(u.Symabis) + "*/\n")
		}
		name := fmt.Sprintf("%s%d_%d", strings.ReplaceAll(t.Name(), "/", "_"), number, i)
		if err := tc.compile(PkgPath, u, name, filepath.Join(tc.dir, name+".o")); err != nil {
			t.Errorf("cell %d, unit %d: %v\n%s", number, i+1, err, u.Source)
		}
	}
	return text.String()
}

// summary writes a plan, or the errors that there are instead.
func summary(p *Plan, err error) string {
	if err != nil {
		var errs Errors
		errors.As(err, &errs)
		return errs.Render() + "\n"
	}
	var b strings.Builder
	line := func(title string, words ...string) {
		if len(words) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", title, strings.Join(words, " "))
		}
	}
	symbols := func(title string, s Symbols) {
		line(title+" vars", s.Vars...)
		line(title+" funcs", s.Funcs...)
		line(title+" types", s.Types...)
		line(title+" extended", s.Extended...)
	}
	for i, u := range p.Units {
		title := fmt.Sprint("unit ", i+1)
		fmt.Fprintf(&b, "%s: init %v\n", title, u.RunInit)
		symbols(title, u.New)
	}
	if p.Entry != "" {
		line("entry", p.Entry)
	}
	symbols("dropped", p.Dropped)
	line("uses", p.Uses...)
	for _, note := range p.Notes {
		line("note", note)
	}
	return b.String()
}
