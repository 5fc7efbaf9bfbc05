// Package gonb serves the display protocol of GoNB, so that programs which
// import github.com/janpfeifer/gonb/gonbui run unchanged.
//
// A client finds two named pipes in its environment. Into one it writes a gob
// stream of protocol.DisplayData; from the other it reads protocol.CommValue.
// The protocol is that of gonbui v0.10.11.
package gonb
