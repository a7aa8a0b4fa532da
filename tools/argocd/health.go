package main

import (
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/v3/resource_customizations"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
)

// Verdict is the health of objects, and of an Application that has them.
type Verdict struct {
	// Objects has nothing for an object that Argo CD does not check.
	Objects     []*health.HealthStatus  `json:"objects"`
	Application health.HealthStatusCode `json:"application"`
}

// healthOf judges objects as they are on a cluster. That of the Application follows setApplicationHealth in
// controller/health.go of Argo CD: the worst of its objects, without those that ask to be left out.
func healthOf(objects []*unstructured.Unstructured) (*Verdict, error) {
	verdict := Verdict{Application: health.HealthStatusHealthy}
	for _, object := range objects {
		status, err := health.GetResourceHealth(object, scripts{})
		// A script that fails, as some do of objects without a status, leaves the object Unknown.
		if err != nil && status == nil {
			return nil, err
		}
		verdict.Objects = append(verdict.Objects, status)
		ignored := object.GetAnnotations()["argocd.argoproj.io/ignore-healthcheck"] == "true"
		if status != nil && !ignored && health.IsWorse(verdict.Application, status.Status) {
			verdict.Application = status.Status
		}
	}
	return &verdict, nil
}

// scripts are the health checks in Lua that Argo CD brings along, which go before those of its engine.
type scripts struct{}

// GetResourceHealth runs the script of the object's kind as util/lua of Argo CD does. That package itself would be most of
// Argo CD. Scripts of several kinds at once, by a wildcard, are of groups that are none of ours.
func (scripts) GetResourceHealth(object *unstructured.Unstructured) (*health.HealthStatus, error) {
	kind := object.GroupVersionKind()
	folder := kind.Kind
	if kind.Group != "" {
		folder = kind.Group + "/" + kind.Kind
	}
	script, err := resource_customizations.Embedded.ReadFile(folder + "/health.lua")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state := lua.NewState()
	defer state.Close()
	// Through JSON, so that numbers are those that Lua knows.
	text, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	value, err := luajson.Decode(state, text)
	if err != nil {
		return nil, err
	}
	state.SetGlobal("obj", value)
	if err := state.DoString(string(script)); err != nil {
		return nil, err
	}
	found, err := luajson.Encode(state.Get(-1))
	if err != nil {
		return nil, err
	}
	var status health.HealthStatus
	return &status, json.Unmarshal(found, &status)
}
