package link

import "loupe/kernel/internal/object"

// LinkCopy links a second copy of all functions of a package, for tests that
// compare it with what the official linker made of the first.
func (l *Linker) LinkCopy(a *object.Archive) (*Image, error) {
	im := newImage(l)
	for _, f := range a.Files {
		for i := range f.NumDefs() {
			if s := f.Symbol(i); s.Kind.IsText() && !s.DupOK() {
				im.place(f, i, nil)
			}
		}
	}
	for _, step := range []func() error{im.drain, im.layout, im.buildTables, im.relocate, im.finish} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return im, nil
}
