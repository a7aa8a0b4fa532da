import { generate } from 'selfsigned';

/** A certificate with its key, both as PEM. */
export interface Pems {
  readonly certificate: string;
  readonly key: string;
}

/** A private authority like step-ca: a root that clients trust, and an intermediate that issues. */
export interface Authority {
  readonly root: Pems;
  readonly intermediate: Pems;
  /** Issues a certificate for a name. @param days until its end; negative where it has ended already */
  issue(name: string, days?: number): Promise<Pems>;
}

const day = 86_400_000;

export async function madeAuthority(): Promise<Authority> {
  const root = await made('Root', authorityExtensions);
  const intermediate = await made('Intermediate', authorityExtensions, root);
  return {
    root,
    intermediate,
    issue: (name, days = 90) => {
      const altName = { name: 'subjectAltName', altNames: [{ type: 2, value: name }] };
      return made(name, [{ name: 'basicConstraints', cA: false }, altName], intermediate, days);
    },
  };
}

const authorityExtensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

type Options = NonNullable<Parameters<typeof generate>[1]>;

async function made(name: string, extensions: readonly object[], issuer?: Pems, days = 365): Promise<Pems> {
  const end = Date.now() + days * day;
  const pems = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    notBeforeDate: new Date(Math.min(Date.now(), end) - day),
    notAfterDate: new Date(end),
    extensions: extensions as NonNullable<Options['extensions']>,
    ...(issuer ? { ca: { key: issuer.key, cert: issuer.certificate } } : {}),
  });
  return { certificate: pems.cert, key: pems.private };
}
