package display_test

import (
	"time"

	"loupe/display"
)

func ExampleShow() {
	type layer struct {
		Name    string
		Weights int
	}
	display.Show([]layer{{"dense", 640}, {"softmax", 0}}, 1500*time.Millisecond, display.Bytes(5120))
	// Output:
	// []display_test.layer, 2 rows × 2 columns
	//    Name     Weights
	// 0  dense        640
	// 1  softmax        0
	// 1.5s
	// 5.12 kB
}

func ExampleProgress() {
	sum := 0
	for i := range display.Progress(100, "adding") {
		sum += i
	}
	display.Show(sum)
	// Output: 4950
}
