import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import { gatewayParents } from '../../../config/cluster/entrances';
import type { Constraint } from '../../../config/constraint';
import { network, objectName } from '../../../config/fields';
import type { NamedSecret } from './named-secrets';
import { isCertificateMade, type TlsSettings, tls } from './tls';

// The ways in which a system may be reached from outside of the cluster. A system makes a union of those that it can serve,
// each with the keys that it needs besides.

const sourceRanges = z
  .array(network)
  .min(1, { error: 'at least one network; one of everybody, such as 0.0.0.0/0 or 2000::/3, counts as none' })
  .describe('Networks whose addresses may connect; nobody else may.');

export const noExposure = z.strictObject({
  kind: z.literal('none').describe('From within the cluster only, or by port-forward.'),
});

/** @param about which ports they are */
export const nodePortExposure = <S extends z.ZodRawShape>(about: string, own: S) =>
  z.strictObject({ kind: z.literal('nodePort').describe(about), ...own, sourceRanges });

export const loadBalancerExposure = <S extends z.ZodRawShape>(about: string, own: S) =>
  z.strictObject({ kind: z.literal('loadBalancer').describe(about), ...own, sourceRanges });

/** @param tlsSecretName default name of the Secret with the certificate */
export const ingressExposure = <S extends { readonly hostname: z.ZodType<string> }>(own: S, tlsSecretName: string) =>
  z.strictObject({
    kind: z
      .literal('ingress')
      .describe('The Ingress controller of the cluster (ingress-nginx or Traefik), always by TLS.'),
    ...own,
    tlsSecretName: objectName
      .default(tlsSecretName)
      .describe('Secret with the certificate of the host name; cert-manager makes it where there is an issuer.'),
    tls,
  });

/** @param tlsSecretName default name of the Secret with the certificate, where one is made */
export const gatewayExposure = <S extends { readonly hostname: z.ZodType<string> }>(own: S, tlsSecretName: string) =>
  z.strictObject({
    kind: z.literal('gateway').describe('The Gateway of the cluster (Gateway API).'),
    ...own,
    tlsSecretName: objectName
      .default(tlsSecretName)
      .describe('Secret with the certificate of the host name, where one is made for it (tls).'),
    tls,
  });

/** The Secret with the certificate of a host name, where there is one. */
export function tlsSecrets(
  path: readonly PropertyKey[],
  exposure: NamedCertificate | undefined,
  cluster: Pick<ClusterFacts, 'ingress'>,
): NamedSecret[] {
  const isThere =
    exposure?.kind === 'ingress' || (exposure !== undefined && isCertificateMade(exposure.kind, exposure.tls, cluster));
  return [
    {
      path: [...path, 'tlsSecretName'],
      name: isThere ? exposure?.tlsSecretName : undefined,
      made: exposure !== undefined && isCertificateMade(exposure.kind, exposure.tls, cluster),
    },
  ];
}

interface NamedCertificate {
  readonly kind: string;
  readonly tlsSecretName?: string;
  readonly tls?: TlsSettings | undefined;
}

export type ExposureKind = 'none' | 'nodePort' | 'loadBalancer' | 'ingress' | 'gateway';

/**
 * What clients must show never travels unencrypted: a route that names no listener attaches to those of plain HTTP too.
 */
export function encryptionConstraints(
  kind: ExposureKind,
  authentication: { readonly mode: string } | undefined,
  { gateway }: ClusterFacts,
): Constraint[] {
  const shown = authentication !== undefined && authentication.mode !== 'none';
  if (kind !== 'gateway' || !shown || gateway === undefined) return [];
  return gatewayParents(gateway).map(({ key, section }) => ({
    path: ['cluster', 'gateway', ...key, 'section'],
    expected:
      'the listener with HTTPS, or cluster.gateway.tlsOnly true: a route attaches to plain HTTP too, where a token could be read on the way',
    satisfied: section !== undefined || gateway.tlsOnly,
  }));
}

/** A port of the nodes is one that the API server gives out. */
export function nodePortConstraint(
  path: readonly PropertyKey[],
  port: number | undefined,
  { nodePorts: { first, last } }: ClusterFacts,
): Constraint {
  return {
    path,
    expected: `a port from ${first} to ${last}, or cluster.nodePorts as the API server has them (service-node-port-range)`,
    satisfied: port === undefined || (port >= first && port <= last),
  };
}

/** Each way in has what it attaches to on the cluster. */
export function attachmentConstraints(
  path: readonly PropertyKey[],
  kind: ExposureKind,
  { gateway, ingress }: ClusterFacts,
): Constraint[] {
  return [
    {
      path: [...path],
      expected: 'another kind, or cluster.ingress set: an Ingress needs a controller',
      satisfied: kind !== 'ingress' || ingress !== undefined,
    },
    {
      path: [...path],
      expected: 'another kind, or cluster.gateway set: a route needs a Gateway to attach to',
      satisfied: kind !== 'gateway' || gateway !== undefined,
    },
  ];
}
