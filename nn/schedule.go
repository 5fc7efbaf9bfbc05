package nn

import "math"

// A Schedule says by what the rate is multiplied at a step, counted from 0.
type Schedule func(step int) float64

// Warmup grows from 0 to 1 over some steps and then goes on with another schedule,
// or stays.
func Warmup(steps int, then Schedule) Schedule {
	return func(step int) float64 {
		switch {
		case step < steps:
			return float64(step+1) / float64(steps)
		case then == nil:
			return 1
		}
		return then(step - steps)
	}
}

// CosineDecay falls from 1 to end along half a cosine, over some steps.
func CosineDecay(steps int, end float64) Schedule {
	return func(step int) float64 {
		share := min(float64(step)/float64(max(steps, 1)), 1)
		return end + (1-end)*(1+math.Cos(math.Pi*share))/2
	}
}

// ExponentialDecay multiplies by factor every some steps, smoothly.
func ExponentialDecay(steps int, factor float64) Schedule {
	return func(step int) float64 { return math.Pow(factor, float64(step)/float64(max(steps, 1))) }
}

// StepDecay multiplies by factor every some steps, at once.
func StepDecay(steps int, factor float64) Schedule {
	return func(step int) float64 { return math.Pow(factor, float64(step/max(steps, 1))) }
}

// LinearDecay falls from 1 to end over some steps.
func LinearDecay(steps int, end float64) Schedule {
	return func(step int) float64 { return 1 - (1-end)*min(float64(step)/float64(max(steps, 1)), 1) }
}
