package link

// module126 is runtime.moduledata of Go 1.26.
var module126 = moduleLayout{size: 592, next: 584, encode: func(w *moduleWriter) {
	t, world := &w.tables, w.l.world
	w.functions()
	w.word(world.Types, DataBase+DataSize)              // types, etypes
	w.word(world.ROData, world.Text, DataBase+DataSize) // rodata, gofunc, epclntab
	w.word(0, 0, 0)                                     // textsectmap
	w.slice(t.typelinks, 4)
	w.word(0, 0, 0) // itablinks: the worker announces them itself
	w.rest()
}}
