// Package loupe carries the sources of the packages that notebooks import, so
// that an installed kernel can compile them on any machine.
package loupe

import "embed"

// Source holds go.mod, go.sum and the packages display, nn, trees and viz with the
// kernel's worker, as they were when this program was built.
//
//go:embed go.mod go.sum display nn/*.go nn/data nn/internal nn/tensor kernel/worker kernel/internal/ipc
//go:embed internal/simd trees/*.go trees/*.s viz/*.go viz/*/*.go viz/*/*/*.go viz/graph/*.js viz/draw/cjk/*.gz viz/draw/cjk/OFL.txt
var Source embed.FS

// Version is the version of kernel and library.
const Version = "0.1.0"
