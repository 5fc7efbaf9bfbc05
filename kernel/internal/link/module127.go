package link

// module127 is runtime.moduledata of Go 1.27. Its types and interface tables
// have no lists: the runtime finds them by reading a section from its start.
// Those of an image stand among other data, so that the section is empty, and
// the worker announces them itself.
var module127 = moduleLayout{size: 568, next: 560, encode: func(w *moduleWriter) {
	world := w.l.world
	w.functions()
	w.word(world.Types, 0, DataBase+DataSize)           // types, typedesclen, etypes
	w.word(0, 0)                                        // itaboffset, itabsize
	w.word(world.ROData, world.Text, DataBase+DataSize) // rodata, gofunc, epclntab
	w.word(0, 0, 0)                                     // textsectmap
	w.rest()
}}
