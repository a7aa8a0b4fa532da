// Package v2 is where the provider's component resources register the objects that they consist of.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource refuses to register an object, because its type is not built in.
func RegisterResource(
	_ *pulumi.Context, apiVersion, kind, name string, _ pulumi.Input, _ ...pulumi.ResourceOption,
) (pulumi.CustomResource, error) {
	return nil, fmt.Errorf(
		"%s %s of %s: component resources are not built in; install the provider's release with `pulumi plugin install`",
		kind, name, apiVersion)
}
