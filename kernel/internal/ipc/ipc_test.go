package ipc

import (
	"net"
	"reflect"
	"testing"
)

func TestMessagesArriveAsSent(t *testing.T) {
	a, b := net.Pipe()
	kernel, worker := NewConn[Request, Event](a), NewConn[Event, Request](b)
	req := &Request{Run: &Run{Cell: 3, Image: Image{Text: Segment{0x2000_0000, []byte{0xc3}}, Entry: 0x2000_0000, Unstoppable: []uint64{1, 2}}}}
	go kernel.Send(req)
	if got, err := worker.Receive(); err != nil || !reflect.DeepEqual(got, req) {
		t.Errorf("the worker receives %+v, %v", got, err)
	}
	event := &Event{Cell: 3, Output: &Output{1, []byte("text")}, Printed: 7}
	go worker.Send(event)
	if got, err := kernel.Receive(); err != nil || !reflect.DeepEqual(got, event) {
		t.Errorf("the kernel receives %+v, %v", got, err)
	}
	a.Close()
	if _, err := worker.Receive(); err == nil {
		t.Error("a closed connection has no error")
	}
}
