import { otlpEndpoint } from '../../../config/fields';

/** Where a system sends its traces. @see https://opentelemetry.io/docs/specs/otlp/ */
export const collectorEndpoint = otlpEndpoint.describe(
  'OTLP gRPC endpoint for traces, with scheme and port. A Service of the cluster is named with .svc: network policies take any other name for a host outside.',
);
