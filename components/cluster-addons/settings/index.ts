import { z } from 'zod';
import { dnsLabel, integer, objectName, text } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { issuer } from './issuers';

const namespace = perCluster(
  dnsLabel
    .default('cert-manager')
    .describe('Namespace of cert-manager, in which it looks for the Secrets of issuers for the whole cluster.'),
);

const existing = z.strictObject({
  source: z.literal('existing').describe('It is on the cluster already, and somebody else keeps it.'),
  namespace,
});

const installed = z.strictObject({
  source: z.literal('chart').describe('Pulumi installs its chart (@pulumi/kubernetes-cert-manager).'),
  namespace,
  createNamespace: perCluster(
    z
      .boolean()
      .default(true)
      .describe('Whether the namespace is made here. One that is there already is used as it is: then false.'),
  ),
  version: promoted(
    text(/^v\d+\.\d+\.\d+$/, 'a version such as v1.21.2')
      .default('v1.21.2')
      .describe('Version of the chart, which is that of cert-manager.'),
  ),
  location: perCluster(
    text(
      /^(https:\/\/\S+|oci:\/\/\S+|\.{0,2}\/\S+)$/,
      'the https URL of a chart repository, oci:// and the chart, or a path that begins with / or ./',
    )
      .default('https://charts.jetstack.io')
      .describe('Where the chart comes from: a repository, an OCI registry, or a folder or archive on this machine.'),
  ),
  replicas: promoted(integer(1, 5).default(1).describe('Pods of the controller, of which one works at a time.')),
});

/** Settings of the add-ons. `{}` uses the cert-manager that is there and makes no issuer. */
export const clusterAddonsSchema = z.strictObject({
  certManager: perCluster(
    z
      .discriminatedUnion('source', [existing, installed], { error: 'a map with source "existing" or "chart"' })
      .prefault({ source: 'existing' })
      .describe('cert-manager, which makes and renews certificates.'),
  ),
  issuers: perCluster(
    z
      .record(objectName, issuer)
      .default({})
      .describe('Issuers by their names, each for the whole cluster (ClusterIssuer, or StepClusterIssuer of step-ca).'),
  ),
});

export type ClusterAddonsSettings = z.output<typeof clusterAddonsSchema>;
export type ClusterAddonsSettingsInput = z.input<typeof clusterAddonsSchema>;
