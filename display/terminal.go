package display

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// terminal is the Front of a plain Go program: it prints the text of what is
// shown to standard output.
type terminal struct{}

func (terminal) Show(b Bundle, id string, update bool) error {
	text, _ := b.Data["text/plain"].(string)
	if text == "" {
		return nil
	}
	_, err := fmt.Fprintln(os.Stdout, text)
	return err
}

// Clear leaves the terminal alone: what was printed there may not be ours.
func (terminal) Clear(bool) error { return nil }

// lines reads standard input; one reader for all, since it reads ahead.
var lines struct {
	sync.Mutex
	*bufio.Reader
}

func (terminal) Ask(prompt string, password bool) (string, error) {
	lines.Lock()
	defer lines.Unlock()
	if lines.Reader == nil {
		lines.Reader = bufio.NewReader(os.Stdin)
	}
	fmt.Fprint(os.Stderr, prompt)
	if password && stty("-echo") == nil {
		defer func() {
			stty("echo")
			fmt.Fprintln(os.Stderr)
		}()
	}
	line, err := lines.ReadString('\n')
	if err != nil && !(errors.Is(err, io.EOF) && line != "") {
		return "", fmt.Errorf("display: no line on standard input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// stty sets the terminal that standard input is. It fails if there is none.
func stty(setting string) error {
	cmd := exec.Command("stty", setting)
	cmd.Stdin = os.Stdin
	return cmd.Run()
}

// interactive reports whether standard error is a terminal, where a bar can
// redraw its line.
func interactive() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
