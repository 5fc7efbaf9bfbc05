module loupe

go 1.26.0

require (
	github.com/go-zeromq/zmq4 v0.17.0
	github.com/yuin/goldmark v1.8.7
	golang.org/x/arch v0.32.0
	golang.org/x/tools v0.40.0
)

require (
	github.com/go-zeromq/goczmq/v4 v4.2.2 // indirect
	golang.org/x/sync v0.19.0 // indirect
	golang.org/x/text v0.15.0 // indirect
)
