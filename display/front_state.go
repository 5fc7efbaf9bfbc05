package display

import "sync"

// front is where displays go. A plain program prints them to the terminal.
var front struct {
	sync.Mutex
	to Front
}
