// What the provider uses of its own Go SDK, instead of it. The SDK's generated types for every kind of Kubernetes take
// longer to compile than the provider. The provider needs them for its component resources alone (ConfigFile,
// ConfigGroup, Chart, Directory), where one program of resources runs inside it; those answer with an error here.
module github.com/pulumi/pulumi-kubernetes/sdk/v4

go 1.26

require github.com/pulumi/pulumi/sdk/v3 v3.215.0
