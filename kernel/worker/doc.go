// Package worker is the process that a notebook's cells live in. The kernel
// starts it, sends it linked images over a socket, and receives what cells
// print and show.
//
// The package is linked into every worker program, whose main function calls
// [Main]. Cells call [Result] and [ResultErr], which the kernel writes into
// them; nothing else here is meant for notebooks.
package worker
