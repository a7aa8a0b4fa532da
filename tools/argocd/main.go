// Package main answers by Argo CD's own code how healthy objects are and how a sync of them ends: the checks of its
// gitops-engine, the scripts that its controller embeds, and its sync of one wave after the other. It reads
// objects from stdin, as a list in JSON, and writes its answer as JSON.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// version is that of the module github.com/argoproj/argo-cd/v3, which has the scripts.
const version = "3.4.0"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	if err := answer(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(args []string, in io.Reader, out io.Writer) error {
	var objects []*unstructured.Unstructured
	if err := json.NewDecoder(in).Decode(&objects); err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "health":
		verdict, err := healthOf(objects)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(verdict)
	case len(args) == 3 && args[0] == "sync":
		limit, err := time.ParseDuration(args[2])
		if err != nil {
			return err
		}
		outcome, err := syncOf(objects, args[1], limit)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(outcome)
	}
	return errors.New("usage: health, or sync KUBECONFIG LIMIT; objects on stdin")
}
