package simd

// available: every arm64 processor that Go runs on has NEON.
func available() []Level { return []Level{NEON, Go} }
