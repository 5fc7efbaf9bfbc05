package worker

import "unsafe"

func hookPreempt() error { return nil }
func interrupt(cell int) {}
func getg() unsafe.Pointer { return nil }
func isSignalPanic(err error) bool { return false }
