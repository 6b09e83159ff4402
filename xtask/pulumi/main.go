// Says of projects of Pulumi and their stacks what Pulumi's own SDK says of them: envlint is compared with it.
//
// usage: verdicts DIRECTORY...
// Prints a line for each directory, which holds Pulumi.yaml and Pulumi.dev.yaml: `project` where the project is refused,
// `stack` where the stack is, `missing` where it lacks keys, `type` where a value is wrong, `secret` where one is not
// encrypted, else `ok`.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/esc"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func verdict(directory string) string {
	project, err := workspace.LoadProject(filepath.Join(directory, "Pulumi.yaml"))
	if err != nil {
		return "project"
	}
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	stack, err := workspace.LoadProjectStack(sink, project, filepath.Join(directory, "Pulumi.dev.yaml"))
	if err != nil {
		return "stack"
	}
	err = workspace.ValidateStackConfigAndApplyProjectConfig(
		context.Background(), "dev", project, esc.Value{}, stack.Config, config.NopEncrypter, config.NopDecrypter)
	switch {
	case err == nil:
		return "ok"
	case strings.Contains(err.Error(), "is missing configuration"):
		return "missing"
	case strings.Contains(err.Error(), "must be encrypted"):
		return "secret"
	default:
		return "type"
	}
}

func main() {
	for _, directory := range os.Args[1:] {
		fmt.Println(verdict(directory))
	}
}
