package main

import (
	"context"
	"time"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/tracing"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2/textlogger"
)

// Outcome is how far a sync has come.
type Outcome struct {
	// Phase is Running where it has not ended in time.
	Phase   common.OperationPhase `json:"phase"`
	Message string                `json:"message"`
	// Applied has the kind and name of every object that was applied.
	Applied []string `json:"applied"`
}

// pause is between two looks at the objects that a wave waits for.
const pause = time.Second

// syncOf applies objects wave by wave as the controller of Argo CD does, whose operation goes on in one pass after the other:
// each with what is live by then, and with the results of those before.
func syncOf(objects []*unstructured.Unstructured, kubeconfig string, limit time.Duration) (*Outcome, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 100, 200
	kubectl := &kube.KubectlCmd{Log: textlogger.NewLogger(textlogger.NewConfig()), Tracer: tracing.NopTracer{}}
	started := metav1.Now()
	phase, message := common.OperationRunning, ""
	var results []common.ResourceSyncResult
	for {
		live, err := liveObjects(kubectl, config, objects)
		if err != nil {
			return nil, err
		}
		operation, cleanup, err := sync.NewSyncContext(
			"revision",
			sync.ReconciliationResult{Target: objects, Live: live},
			config,
			config,
			kubectl,
			"default",
			sync.WithHealthOverride(scripts{}),
			sync.WithInitialState(phase, message, results, started),
			sync.WithOperationSettings(false, true, false, false),
		)
		if err != nil {
			return nil, err
		}
		operation.Sync()
		phase, message, results = operation.GetState()
		cleanup()
		if phase.Completed() || time.Since(started.Time) > limit {
			break
		}
		time.Sleep(pause)
	}
	outcome := Outcome{Phase: phase, Message: message}
	for _, result := range results {
		if result.Status == common.ResultCodeSynced {
			outcome.Applied = append(outcome.Applied, result.ResourceKey.Kind+" "+result.ResourceKey.Name)
		}
	}
	return &outcome, nil
}

func liveObjects(
	kubectl kube.Kubectl,
	config *rest.Config,
	objects []*unstructured.Unstructured,
) ([]*unstructured.Unstructured, error) {
	live := make([]*unstructured.Unstructured, len(objects))
	for i, object := range objects {
		kind := object.GroupVersionKind()
		found, err := kubectl.GetResource(context.Background(), config, kind, object.GetName(), object.GetNamespace())
		if err != nil && !apierrors.IsNotFound(err) {
			return nil, err
		}
		if err == nil {
			live[i] = found
		}
	}
	return live, nil
}
