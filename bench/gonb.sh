#!/usr/bin/env bash
# Installs GoNB and what it needs into dist/gonb/bin, for make bench.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist/gonb/bin dist/gonb/module
export GOBIN=$PWD/dist/gonb/bin
cd dist/gonb/module
printf 'module bench\n\ngo 1.26\n\nrequire github.com/janpfeifer/gonb v0.10.11\n' >go.mod
GOFLAGS=-mod=mod go build -o "$GOBIN/gonb" github.com/janpfeifer/gonb
go install golang.org/x/tools/cmd/goimports@v0.40.0
go install golang.org/x/tools/gopls@v0.21.0
