package session

import (
	"loupe/kernel/internal/assist"
	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// helper returns what answers questions about code, and the notebook they are
// about; nil while the session is still being prepared.
func (s *Session) helper() (*assist.Assistant, *cell.Notebook) {
	nb := s.Notebook()
	if nb == nil {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tools.assistant, nb
}

// Complete lists what could stand at the cursor, an index of runes.
func (s *Session) Complete(code string, cursor int) protocol.Completion {
	if a, nb := s.helper(); a != nil {
		return a.Complete(nb, code, cursor)
	}
	return protocol.Completion{Start: cursor, End: cursor}
}

// Inspect documents what stands at the cursor.
func (s *Session) Inspect(code string, cursor, detail int) protocol.Inspection {
	if a, nb := s.helper(); a != nil {
		return a.Inspect(nb, code, cursor, detail)
	}
	return protocol.Inspection{}
}

// IsComplete says whether a console should run the code or wait for more.
func (s *Session) IsComplete(code string) protocol.Completeness { return assist.IsComplete(code) }
