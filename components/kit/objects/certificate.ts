import type { IssuerReference } from '../../../config/cluster/entrances';
import type { Described } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';

/** Group of the issuers that cert-manager itself has, and of those of step-issuer. */
const groups = { own: 'cert-manager.io', step: 'certmanager.step.sm' } as const;

const groupOf = ({ kind }: IssuerReference) => (kind.startsWith('Step') ? groups.step : groups.own);

/** Pods of cert-manager that answer for a host name, and the port that they answer at. */
export const solverLabels = { 'acme.cert-manager.io/http01-solver': 'true' } as const;
export const solverPort = 8089;

export interface CertificateArgs {
  readonly metadata: ObjectMeta;
  readonly secretName: string;
  readonly hostname: string;
  readonly issuer: IssuerReference;
}

/** A certificate that cert-manager makes and renews. Its own default is 90 days, renewed after two thirds of them. */
export function certificate({ hostname, issuer, metadata, secretName }: CertificateArgs): Described<'Certificate'> {
  return {
    object: {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata,
      spec: { secretName, dnsNames: [hostname], issuerRef: { group: groupOf(issuer), ...issuer } },
    },
  };
}

/** An issuer whose certificates vouch for themselves. */
export function selfSignedIssuer(metadata: ObjectMeta): Described<'Issuer'> {
  return {
    object: { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata, spec: { selfSigned: {} } },
  };
}

/** An issuer by the certificate and the key of an authority. */
export function authorityIssuer(metadata: ObjectMeta, secretName: string): Described<'Issuer'> {
  return {
    object: { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata, spec: { ca: { secretName } } },
  };
}

/** Certificate and key of an authority of one's own, for ten years. */
export function authority(metadata: ObjectMeta, signedBy: IssuerReference): Described<'Certificate'> {
  return {
    object: {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata,
      spec: {
        isCA: true,
        commonName: metadata.name,
        secretName: metadata.name,
        duration: '87600h0m0s',
        privateKey: { algorithm: 'ECDSA', size: 256 },
        issuerRef: { group: groups.own, ...signedBy },
      },
    },
  };
}

/** Annotations by which cert-manager makes the certificate of an Ingress. */
export function issuerAnnotations(issuer: IssuerReference): Record<string, string> {
  if (groupOf(issuer) === groups.step) {
    return {
      'cert-manager.io/issuer': issuer.name,
      'cert-manager.io/issuer-kind': issuer.kind,
      'cert-manager.io/issuer-group': groups.step,
    };
  }
  return { [`cert-manager.io/${issuer.kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'}`]: issuer.name };
}

/** The issuer that an Ingress asks for its certificate; undefined where it asks none. */
export function issuerOf({ metadata: { annotations = {} } }: PlannedObject<'Ingress'>): IssuerReference | undefined {
  const cluster = annotations['cert-manager.io/cluster-issuer'];
  if (cluster !== undefined) return { name: cluster, kind: 'ClusterIssuer' };
  const name = annotations['cert-manager.io/issuer'];
  const kind = (annotations['cert-manager.io/issuer-kind'] ?? 'Issuer') as IssuerReference['kind'];
  return name === undefined ? undefined : { name, kind };
}

/** Lets Gateways of other namespaces read the Secret of a certificate. */
export function certificateGrant(
  metadata: ObjectMeta,
  { gatewayNamespaces, secretName }: { readonly gatewayNamespaces: readonly string[]; readonly secretName: string },
): Described<'ReferenceGrant'> {
  return {
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata,
      spec: {
        from: gatewayNamespaces.map((namespace) => ({
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          namespace,
        })),
        to: [{ group: '', kind: 'Secret', name: secretName }],
      },
    },
  };
}
