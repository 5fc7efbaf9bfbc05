package nn

import (
	"fmt"
	"math"
	"slices"
)

// What to do about mistakes that are often made. Advice is the end of an error's
// text, with the colon or semicolon before it, or empty.

// advice is what to do about inputs with another number of axes than a layer wants.
func (b *Builder) advice(in Shape, rank int) string {
	var before string
	if len(b.before) == 1 && b.before[0].layer != nil {
		before = b.before[0].layer.Type()
	}
	switch {
	case rank == 3 && len(in) == 2:
		return fmt.Sprintf(": nn.Reshape(%d, %d, 1) before it makes images of one channel", in[0], in[1])
	case rank == 3 && len(in) == 1 && before != "" && before != "Dense":
		return fmt.Sprintf(": after %s there are no images any more", before)
	case rank == 3 && len(in) == 1 && square(in[0]) > 1:
		return fmt.Sprintf(": if they are pixels, nn.Reshape(%d, %d, 1) before it makes images of them", square(in[0]), square(in[0]))
	case rank == 2 && len(in) == 1 && (before == "LSTM" || before == "GRU" || before == "SimpleRNN"):
		return fmt.Sprintf(": with the option Sequences, %s before it gives all its steps on", before)
	case rank == 2 && len(in) == 1 && before == "":
		return fmt.Sprintf(": words need nn.Embedding before it; for a number at each step, nn.Reshape(%d, 1)", in[0])
	case rank == 2 && len(in) == 3 && in[0] > 0:
		return fmt.Sprintf(": nn.Reshape(%d, %d) before it makes the rows of images steps of time", in[0], in[1]*in[2])
	}
	return ""
}

// square is the root of a whole number, 0 if it has none.
func square(n int) int {
	if r := int(math.Sqrt(float64(max(n, 0))) + 0.5); r*r == n {
		return r
	}
	return 0
}

// advice is what to do about predictions and targets that do not fit together.
func (l Loss) advice(pred, target []int) string {
	samples := size(target)
	switch {
	case len(pred) > 2 && samples == pred[0]:
		return ": there is a prediction for each place of a sample; nn.Flatten (or GlobalAvgPool) before the last layers makes one of all"
	case !l.classes && len(pred) == 2 && pred[1] > 1 && samples == pred[0]:
		return ": for the numbers of classes there is CrossEntropy; for one number a sample, end the model with one output"
	case l.classes && len(pred) == 2 && len(target) == 2 && target[0] == pred[0]:
		return fmt.Sprintf(": %d classes need as many outputs", target[1])
	}
	return ""
}

// adviceOnLabel is what to do about a label that is not a class.
func adviceOnLabel(c float64, width int) string {
	switch {
	case width == 1:
		return ": two classes need BinaryCrossEntropy behind Dense(1, Sigmoid), or two outputs"
	case c == float64(width):
		return fmt.Sprintf(": classes are counted from 0, or there must be %d outputs", width+1)
	case c > float64(width) && c == math.Trunc(c):
		return fmt.Sprintf(": %d classes need as many outputs", int(min(c, 1<<40))+1)
	case c != math.Trunc(c):
		return ": to predict numbers there is MSE"
	}
	return ""
}

// adviceOnInputs is what to do about inputs that a model does not want: a sample may
// lack the batch's axis, and pixels be in one row.
func adviceOnInputs(want []Shape, got []*Value) string {
	if len(want) != 1 {
		return ""
	}
	in, w := got[0].shape(), want[0]
	switch {
	case slices.Equal(in, w):
		return "; one sample is a batch of one: x.Expand(0)"
	case slices.Index(w, -1) < 0 && size(in[1:]) == size(w):
		return fmt.Sprintf("; there are as many numbers: x.Reshape(-1, %s) gives them the shape", commaSeparated(w))
	case len(in) == len(w) && slices.Equal(in[1:], w[:len(w)-1]) && w[len(w)-1] == 1:
		return "; images of one channel have an axis for it: x.Expand(-1)"
	}
	return ""
}

func commaSeparated(s Shape) string {
	text := ""
	for i, n := range s {
		if i > 0 {
			text += ", "
		}
		text += decimal(n)
	}
	return text
}
