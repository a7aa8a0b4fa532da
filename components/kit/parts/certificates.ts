import type { ClusterFacts } from '../../../config/cluster';
import { gatewayParents, type IssuerReference } from '../../../config/cluster/entrances';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { authority, authorityIssuer, certificate, certificateGrant, selfSignedIssuer } from '../objects/certificate';
import { foreignIssuer, isForTrials, type TlsSettings } from '../settings/tls';
import type { ExposedHost, Exposure, ExposureByHost } from './exposed';

/** Key of an object of a host name, which all others of that kind are told from where there are several hosts. */
export function keyOf(purpose: string, { key }: ExposedHost): string {
  return key === undefined ? purpose : `${purpose}-${key}`;
}

/** Whom cert-manager asks for the certificates of these host names; undefined where their Secrets exist. */
export function issuerFor({ hosts, kind, tls }: ExposureByHost, cluster: ClusterFacts): IssuerReference | undefined {
  const [host] = hosts;
  if (!host || !isForTrials(tls)) return foreignIssuer(kind, tls, cluster);
  return { name: ownNames(host)[tls?.source === 'localAuthority' ? 'authority' : 'selfSigned'], kind: 'Issuer' };
}

/** Names of the issuers for trials, one set for all host names of a system. */
function ownNames({ metadata: { name } }: ExposedHost) {
  return { selfSigned: `${name}-self-signed`, authority: `${name}-authority` };
}

/**
 * What makes the certificates of host names besides what asks for them: issuers for trials, and for a Gateway, whose
 * listener belongs to somebody else, the certificates themselves with the leave to read them. An Ingress asks by itself.
 */
export function certificateObjects(exposure: Exposure, cluster: ClusterFacts): Record<string, Described> {
  if (exposure.kind !== 'ingress' && exposure.kind !== 'gateway') return {};
  const [host] = exposure.hosts;
  const issuer = issuerFor(exposure, cluster);
  if (!host || !issuer) return {};
  return {
    ...ownIssuers(host, exposure.tls),
    ...(exposure.kind === 'gateway'
      ? Object.assign({}, ...exposure.hosts.map((each) => forGateway(each, issuer, cluster)))
      : {}),
  };
}

function ownIssuers(host: ExposedHost, tls: TlsSettings | undefined): Record<string, Described> {
  if (!isForTrials(tls)) return {};
  const names = ownNames(host);
  const named = (name: string): ObjectMeta => ({ ...host.metadata, name });
  const selfSigned = { selfSignedIssuer: selfSignedIssuer(named(names.selfSigned)) };
  if (tls?.source === 'selfSigned') return selfSigned;
  const signedBy = { name: names.selfSigned, kind: 'Issuer' } as const;
  return {
    ...selfSigned,
    authority: { ...authority(named(names.authority), signedBy), after: ['selfSignedIssuer'] },
    authorityIssuer: { ...authorityIssuer(named(names.authority), names.authority), after: ['authority'] },
  };
}

function forGateway(host: ExposedHost, issuer: IssuerReference, { gateway }: ClusterFacts): Record<string, Described> {
  const { hostname, metadata, tlsSecret: secretName } = host;
  if (secretName === undefined) throw new Error(`${metadata.name}: a certificate without a Secret for it`);
  const others = gateway ? gatewayParents(gateway).flatMap(({ namespace }) => namespace ?? []) : [];
  const gatewayNamespaces = [...new Set(others)].filter((namespace) => namespace !== metadata.namespace);
  return {
    [keyOf('certificate', host)]: certificate({
      metadata: { ...metadata, name: secretName },
      secretName,
      hostname,
      issuer,
    }),
    ...(gatewayNamespaces.length > 0
      ? {
          [keyOf('certificateGrant', host)]: certificateGrant(
            { ...metadata, name: secretName },
            { gatewayNamespaces, secretName },
          ),
        }
      : {}),
  };
}
