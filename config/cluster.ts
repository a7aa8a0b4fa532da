import { z } from 'zod';
import { dnsLabel, hostname, objectName } from './fields';

/**
 * Facts about one cluster that several systems need. Everything is optional: without any fact the program describes
 * what works on every conformant cluster.
 */
export const clusterSchema = z
  .strictObject({
    name: dnsLabel
      .optional()
      .describe(
        'Stable identity of the cluster for the engine, independent of the kubeconfig. Default: the stack name.',
      ),
    context: z
      .string()
      .min(1, { error: 'the name of a context of your kubeconfig' })
      .optional()
      .describe('Context of the kubeconfig to use. Default: its current context.'),
    production: z
      .boolean()
      .default(false)
      .describe('Whether memory that matters lives here; the rules then ask for pinned digests.'),
    domain: hostname.default('cluster.local').describe("The cluster's DNS domain."),
    storageClass: objectName.optional().describe("StorageClass of data volumes. Default: the cluster's default class."),
    gateway: z
      .strictObject({
        name: objectName.describe('Name of the Gateway that routes attach to.'),
        namespace: dnsLabel
          .optional()
          .describe("Namespace of the Gateway. Default: the route's own, as the Gateway API has it."),
        section: objectName
          .optional()
          .describe('Listener of the Gateway. Default: every listener that admits the route.'),
      })
      .optional()
      .describe('The Gateway (Gateway API) through which users reach the servers.'),
  })
  .prefault({});

export type ClusterFacts = z.output<typeof clusterSchema>;
export type ClusterFactsInput = z.input<typeof clusterSchema>;
