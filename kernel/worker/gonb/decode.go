//go:build unix

package gonb

import (
	"encoding/base64"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"loupe/display"
)

// read decodes what a client sends until it closes the pipe. A stream that
// cannot be decoded is closed: its end cannot be found again.
func (s *Server) read(c *client) {
	d := gob.NewDecoder(c.in)
	for {
		var m protocol.DisplayData
		if err := d.Decode(&m); err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
				s.complain(fmt.Errorf("cannot be decoded: %w", err))
			}
			return
		}
		if err := s.handle(c, &m); err != nil {
			s.complain(err)
		}
	}
}

// complain tells the user, since gonbui has no answer for errors.
func (s *Server) complain(err error) {
	s.front.Show(display.Bundle{Data: map[string]any{"text/plain": "gonbui: what the program displays " + err.Error()}}, "", false)
}

// handle acts on one message.
func (s *Server) handle(c *client, m *protocol.DisplayData) error {
	if content, ok := m.Data[protocol.MIMEJupyterInput]; ok {
		return s.ask(content)
	}
	if content, ok := m.Data[protocol.MIMECommValue]; ok {
		return comm(c, content)
	}
	if _, ok := m.Data[protocol.MIMECommSubscribe]; ok {
		return errors.New("subscribes to a widget, which this kernel does not serve")
	}
	b := display.Bundle{Data: map[string]any{}, Metadata: m.Metadata}
	for _, mime := range slices.Sorted(maps.Keys(m.Data)) {
		b.Data[string(mime)] = content(string(mime), m.Data[mime])
	}
	if len(b.Data) == 0 {
		return nil
	}
	update := m.DisplayID != "" && s.seen[m.DisplayID]
	if m.DisplayID != "" {
		s.seen[m.DisplayID] = true
	}
	return s.front.Show(b, m.DisplayID, update)
}

// content makes bytes what a bundle has: text, or base64 of anything else.
func content(mime string, v any) any {
	raw, ok := v.([]byte)
	switch {
	case !ok:
		return v
	case strings.HasPrefix(mime, "text/") || mime == string(protocol.MIMEImageSVG):
		return string(raw)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (s *Server) ask(content any) error {
	var req protocol.InputRequest
	switch c := content.(type) {
	case protocol.InputRequest:
		req = c
	case *protocol.InputRequest:
		req = *c
	default:
		return fmt.Errorf("asks for input with a %T", content)
	}
	line, err := s.front.Ask(req.Prompt, req.Password)
	if err != nil {
		return fmt.Errorf("asks for input: %w", err)
	}
	if s.typed != nil {
		s.typed(line)
	}
	return nil
}

// comm answers gonbui.Sync. Values of widgets have nobody to go to.
func comm(c *client, content any) error {
	var value protocol.CommValue
	switch v := content.(type) {
	case protocol.CommValue:
		value = v
	case *protocol.CommValue:
		value = *v
	default:
		return fmt.Errorf("sends a value as a %T", content)
	}
	if value.Address != protocol.GonbuiSyncAddress {
		return fmt.Errorf("uses the widget address %q, which this kernel does not serve", value.Address)
	}
	return c.answer(protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: value.Value})
}
