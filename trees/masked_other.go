//go:build !amd64

package trees

var wide = false

func findAVX2(eights *eight, n, missing int, codes, leaves *group32) {
	panic("trees: this machine has no AVX2")
}
