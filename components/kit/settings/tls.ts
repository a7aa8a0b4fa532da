import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import { type IssuerReference, issuerFields } from '../../../config/cluster/entrances';
import type { Constraint } from '../../../config/constraint';
import { objectName } from '../../../config/fields';

const existing = z.strictObject({
  source: z.literal('existing').describe('Somebody else makes and renews it.'),
});

const certManager = z.strictObject({
  source: z.literal('certManager').describe('cert-manager makes and renews the Secret.'),
  issuer: objectName.describe('Name of the issuer.'),
  ...issuerFields,
});

const selfSigned = z.strictObject({
  source: z
    .literal('selfSigned')
    .describe(
      'cert-manager makes one that vouches for itself, and another every two months. For trials, not on a production stack.',
    ),
});

const localAuthority = z.strictObject({
  source: z
    .literal('localAuthority')
    .describe(
      "cert-manager makes it by a certificate authority of the system's own, which clients may be told to trust. For trials, not on a production stack.",
    ),
});

/** Where the certificate of a host name comes from. */
export const tls = z
  .discriminatedUnion('source', [existing, certManager, selfSigned, localAuthority], {
    error: 'a map with source "existing", "certManager", "selfSigned" or "localAuthority"',
  })
  .optional()
  .describe(
    'Where the certificate comes from. Default: the issuer of cluster.ingress.certificateIssuer, where there is none a Secret that exists; of a Gateway the one of its listener, which names tlsSecretName where another source is chosen here.',
  );

export type TlsSettings = NonNullable<z.output<typeof tls>>;

/** The issuer of others that makes the certificates of host names; undefined where there is none. */
export function foreignIssuer(
  kind: string,
  tls: TlsSettings | undefined,
  { ingress }: Pick<ClusterFacts, 'ingress'>,
): IssuerReference | undefined {
  if (tls?.source === 'certManager') return { name: tls.issuer, kind: tls.kind };
  return tls === undefined && kind === 'ingress' ? ingress?.certificateIssuer : undefined;
}

/** Whether cert-manager makes the Secret of a host name's certificate. */
export function isCertificateMade(
  kind: string,
  tls: TlsSettings | undefined,
  cluster: Pick<ClusterFacts, 'ingress'>,
): boolean {
  return isForTrials(tls) || foreignIssuer(kind, tls, cluster) !== undefined;
}

export function isForTrials(tls: TlsSettings | undefined): boolean {
  return tls?.source === 'selfSigned' || tls?.source === 'localAuthority';
}

/** @param path of the exposure */
export function tlsConstraints(
  path: readonly PropertyKey[],
  exposure: { readonly kind: string; readonly tls?: TlsSettings | undefined } | undefined,
  { production }: Pick<ClusterFacts, 'production'>,
): Constraint[] {
  return [
    {
      path: [...path, 'tls', 'source'],
      expected:
        '"existing" or "certManager": on a production stack clients would have to trust what nobody vouches for',
      satisfied: !production || !isForTrials(exposure?.tls),
    },
  ];
}
