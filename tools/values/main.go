// Package main answers what the engine and Kubernetes make of texts that people write into stack files, by their own code:
// the engine's loader of stack files, the parser of schedules, the validation of the API server and the unsealing of the
// controller of Sealed Secrets. It reads questions from stdin as JSON and writes one answer for each.
package main

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"time"

	sealedsecrets "github.com/bitnami-labs/sealed-secrets/pkg/apis/sealedsecrets/v1alpha1"
	"github.com/distribution/reference"
	engine "github.com/pulumi/pulumi/pkg/v3/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/esc"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// version is the one of the engine whose loader this is.
const version = "3.259.0"

// Question is a text, and what it is taken for.
type Question struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	// Project is the text of Pulumi.yaml, for a stack file.
	Project string `json:"project"`
	// PrivateKey is the key (PEM) of the controller, for a SealedSecret as JSON.
	PrivateKey string `json:"privateKey"`
}

// Answer is what a text means, or why it means nothing.
type Answer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	var questions []Question
	if err := read(os.Stdin, &questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := make([]Answer, len(questions))
	for i, question := range questions {
		answers[i] = answerTo(question)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(from io.Reader, into any) error {
	bytes, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, into)
}

func answerTo(question Question) (answer Answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			answer = Answer{Error: fmt.Sprint(panicked)}
		}
	}()
	value, err := judged(question)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	return Answer{Value: value}
}

func judged(question Question) (any, error) {
	text := question.Text
	switch question.Kind {
	case "stack":
		return stack(text, question.Project)
	case "schedule":
		return gaps(text)
	case "quantity":
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, err
		}
		return billionths(quantity), nil
	case "network":
		return text, first(validation.IsValidCIDR(field.NewPath("value"), text))
	case "image":
		named, err := reference.ParseNormalizedNamed(text)
		if err != nil {
			return nil, err
		}
		return named.String(), nil
	case "label":
		return text, all(validation.IsDNS1123Label(text))
	case "name":
		return text, all(validation.IsDNS1123Subdomain(text))
	case "labelKey":
		return text, all(validation.IsQualifiedName(text))
	case "labelValue":
		return text, all(validation.IsValidLabelValue(text))
	case "dataKey":
		return text, all(validation.IsConfigMapKey(text))
	case "sealedSecret":
		return unsealed(text, question.PrivateKey)
	}
	return nil, fmt.Errorf("there is no kind %s", question.Kind)
}

func first(errors field.ErrorList) error {
	if len(errors) == 0 {
		return nil
	}
	return errors.ToAggregate()
}

func all(faults []string) error {
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%v", faults)
}

func billionths(quantity resource.Quantity) string {
	unscaled, scale := quantity.AsDec().UnscaledBig(), quantity.AsDec().Scale()
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(9-scale)), nil)
	return new(big.Int).Mul(unscaled, power).String()
}

// gaps are the longest and the shortest time between two runs within eight years, in seconds.
func gaps(text string) (any, error) {
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, err
	}
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	last := schedule.Next(start.Add(-time.Second))
	if last.IsZero() {
		return nil, fmt.Errorf("it never comes")
	}
	var longest, shortest float64
	for count := 0; count < 20_000; count++ {
		next := schedule.Next(last)
		if next.IsZero() || next.Sub(start) > 8*365*24*time.Hour {
			break
		}
		gap := next.Sub(last).Seconds()
		longest = max(longest, gap)
		if count == 0 || gap < shortest {
			shortest = gap
		}
		last = next
	}
	return []float64{longest, shortest}, nil
}

// sealed takes every encrypted value for one text, which no passphrase is needed for.
type sealed struct{}

func (sealed) DecryptValue(context.Context, string) (string, error) { return "[encrypted]", nil }

func (sealed) BatchDecrypt(_ context.Context, texts []string) ([]string, error) {
	plain := make([]string, len(texts))
	for i := range texts {
		plain[i] = "[encrypted]"
	}
	return plain, nil
}

// stack is the flat configuration that the engine hands to a program, and which of its keys hold something encrypted.
func stack(text, projectText string) (any, error) {
	project, err := workspace.LoadProjectBytes([]byte(projectText), "Pulumi.yaml", encoding.YAML)
	if err != nil {
		return nil, err
	}
	file, err := workspace.LoadProjectStackBytes(nil, project, []byte(text), "Pulumi.test.yaml", encoding.YAML)
	if err != nil {
		return nil, err
	}
	err = engine.ValidateStackConfigAndApplyProjectConfig(
		context.Background(), "test", project, esc.Value{}, file.Config, config.NopEncrypter, sealed{})
	if err != nil {
		return nil, err
	}
	values, err := file.Config.Decrypt(sealed{})
	if err != nil {
		return nil, err
	}
	flat := map[string]string{}
	for key, value := range values {
		flat[key.String()] = value
	}
	secure := []string{}
	for _, key := range file.Config.SecureKeys() {
		secure = append(secure, key.String())
	}
	return map[string]any{"values": flat, "secure": secure}, nil
}

// unsealed is the Secret that the controller of Sealed Secrets makes, its values as text.
func unsealed(text, privateKey string) (any, error) {
	block, _ := pem.Decode([]byte(privateKey))
	if block == nil {
		return nil, fmt.Errorf("the private key is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the private key is none of RSA")
	}
	var object sealedsecrets.SealedSecret
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, err
	}
	secret, err := object.Unseal(serializer.CodecFactory{}, map[string]*rsa.PrivateKey{"": rsaKey})
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name, value := range secret.Data {
		values[name] = string(value)
	}
	return map[string]any{
		"name": secret.Name, "namespace": secret.Namespace, "type": secret.Type, "annotations": secret.Annotations,
		"owners": len(secret.OwnerReferences), "data": values,
	}, nil
}
