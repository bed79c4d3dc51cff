//go:build tools

// Package tools names the one program that the tests build from here: Dex, whose own module cannot be installed by version.
package tools

import _ "github.com/dexidp/dex/cmd/dex"
