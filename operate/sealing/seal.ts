import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import type { SealingScope } from '../../components/kit/objects/sealed-secret';
import { Failure } from '../base/failure';

/** Where a value will be unsealed. */
export interface SealingPlace {
  readonly namespace: string;
  /** Name of the SealedSecret and of its Secret. */
  readonly name: string;
  readonly scope: SealingScope;
}

/**
 * A value that only the controller with the certificate's key reads, and only in one place: a session key encrypted by
 * RSA-OAEP with the place as its label, before it the length of that, after it the value encrypted by AES-256-GCM. The nonce
 * is zero because a session key is used once.
 *
 * @param certificate the controller's, as PEM
 * @returns base64, as `spec.encryptedData` of a SealedSecret has it
 * @throws Failure where the certificate is none, not RSA, or out of date
 * @see https://github.com/bitnami-labs/sealed-secrets/blob/v0.36.6/pkg/crypto/crypto.go
 */
export function seal(value: string, certificate: string, place: SealingPlace, now = new Date()): string {
  const key = publicKeyOf(certificate, now);
  const session = randomBytes(32);
  const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: labelOf(place) };
  const encryptedSession = publicEncrypt(oaep, session);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(encryptedSession.length);
  const cipher = createCipheriv('aes-256-gcm', session, Buffer.alloc(12));
  const encrypted = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([length, encryptedSession, encrypted, cipher.getAuthTag()]).toString('base64');
}

/** What the controller expects beside the session key: with another one it cannot decrypt it. */
function labelOf({ name, namespace, scope }: SealingPlace): Buffer {
  const labels = { strict: `${namespace}/${name}`, 'namespace-wide': namespace, 'cluster-wide': '' };
  return Buffer.from(labels[scope]);
}

function publicKeyOf(pem: string, now: Date) {
  const remedy = 'set cluster.sealedSecrets.certificate to what `kubeseal --fetch-cert` prints now';
  const certificate = certificateOf(pem, remedy);
  if (certificate.publicKey.asymmetricKeyType !== 'rsa') {
    throw new Failure('the certificate of the controller of Sealed Secrets has no key of RSA', remedy);
  }
  if (now.getTime() > Date.parse(certificate.validTo)) {
    throw new Failure(`the certificate of the controller of Sealed Secrets ended on ${certificate.validTo}`, remedy);
  }
  return certificate.publicKey;
}

function certificateOf(pem: string, remedy: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Failure('the certificate of the controller of Sealed Secrets cannot be read', remedy, { cause: error });
  }
}
