//go:build !unix

package session

// A janitor ends what cells have started when the kernel is killed. Where there
// are no process groups there is nothing that it could do.
type janitor struct{}

func newJanitor(string) *janitor { return &janitor{} }

func (*janitor) watch(int)  {}
func (*janitor) forget(int) {}
func (*janitor) close()     {}
