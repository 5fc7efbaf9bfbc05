//go:build unix

package wire

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// listen listens on an address of package net. A socket in the file system is
// for this user alone from the moment it is there; the umask is the whole
// process's, so kernels listen before they start anything else.
func listen(network, address string) (net.Listener, error) {
	if network != "unix" {
		return net.Listen(network, address)
	}
	if info, err := os.Lstat(address); err == nil {
		if info.Mode().Type() != os.ModeSocket {
			return nil, fmt.Errorf("%s is there and is no socket", address)
		}
		os.Remove(address) // left by a kernel that was killed
	}
	defer syscall.Umask(syscall.Umask(0o177))
	return net.Listen(network, address)
}
