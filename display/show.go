package display

import (
	"errors"
	"fmt"
)

// Show shows values, one below the other. The error is the first of a value
// that could not be drawn or sent; a cell fails with it in any case.
func Show(values ...any) error {
	var failures []error
	for _, v := range values {
		failures = append(failures, deliver(Render(v), "", false))
	}
	return errors.Join(failures...)
}

// ShowAs shows a value under an id, so that [Update] can replace it later, from
// this cell or another one.
func ShowAs(id string, v any) error {
	if id == "" {
		return errors.New("display.ShowAs needs an id, such as \"loss\"")
	}
	return deliver(Render(v), id, false)
}

// Update replaces what is shown under an id. Nothing happens to outputs that
// were shown without one.
func Update(id string, v any) error {
	if id == "" {
		return errors.New("display.Update needs the id that was given to display.ShowAs")
	}
	return deliver(Render(v), id, true)
}

// Clear removes what the running cell has shown so far. Clear(true) waits until
// something new is shown, which avoids flicker.
func Clear(wait ...bool) error {
	if err := connected().Clear(len(wait) > 0 && wait[0]); err != nil {
		return fmt.Errorf("display: cannot clear the output: %w", err)
	}
	return nil
}

// Ask reads one line from the user, with a prompt before the field.
func Ask(prompt string) (string, error) { return connected().Ask(prompt, false) }

// AskPassword is [Ask] for a line that is not shown while it is typed and not
// stored.
func AskPassword(prompt string) (string, error) { return connected().Ask(prompt, true) }
