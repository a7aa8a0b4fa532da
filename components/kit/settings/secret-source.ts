import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { dataKey, integer, objectName, text } from '../../../config/fields';
import { perCluster } from '../../../config/promotion';

/** Where the map `secrets` of a stack file has a value, such as `['memoryMcp', 'token']`. */
export type SecretPath = readonly string[];

/** The Secret itself. */
export const secretFields = (secretName: string) => ({
  secretName: objectName.default(secretName).describe('Name of the Secret.'),
});

/** One entry of it, whoever makes it. */
export const entryFields = (secretKey: string) => ({
  secretKey: dataKey.default(secretKey).describe('Key of the value in the Secret.'),
  secretRevision: integer(0, 1_000_000)
    .default(0)
    .describe('Counter to raise after the value has changed, so that the pods read it again.'),
});

/** Where the External Secrets operator finds an entry. */
export const remoteFields = {
  remoteKey: text(/\S/, 'the key of the value in the secret store').describe('Key of the value in the store.'),
  remoteProperty: text(/\S/, 'a property of that key')
    .optional()
    .describe('Property of that key, where it has several.'),
};

/** Where a Secret of one value comes from, besides ways that only one system has. */
const reference = (secretName: string, secretKey: string) => ({
  ...secretFields(secretName),
  ...entryFields(secretKey),
});

/** A Secret that somebody else made. */
export const existingSecret = (secretName: string, secretKey: string) =>
  z.strictObject({
    source: z.literal('existing').describe('The Secret is made by somebody else.'),
    ...reference(secretName, secretKey),
  });

/** A Secret from the encrypted configuration of the stack. */
export const configSecret = (secretName: string, secretKey: string, secret: SecretPath) =>
  z.strictObject({
    source: z
      .literal('config')
      .describe(`The value is the encrypted key secrets.${secret.join('.')} of the stack file.`),
    ...reference(secretName, secretKey),
  });

/** A Secret that the External Secrets operator keeps. */
export const externalSecret = (secretName: string, secretKey: string) =>
  z.strictObject({
    source: z.literal('externalSecret').describe('The External Secrets operator makes the Secret.'),
    ...reference(secretName, secretKey),
    ...remoteFields,
  });

/** How values were sealed. */
export const sealingFields = {
  scope: z
    .enum(['strict', 'namespace-wide', 'cluster-wide'], { error: '"strict", "namespace-wide" or "cluster-wide"' })
    .default('strict')
    .describe('Where a value may be unsealed: as this Secret alone, in its namespace, or anywhere on the cluster.'),
};

/** A sealed entry. */
export const sealedFields = {
  sealedValue: perCluster(
    text(
      /^[A-Za-z0-9+/]{344,}={0,2}$/,
      'a value that `fleet secrets seal` or `kubeseal --raw` has sealed',
      100_000,
    ).describe("The value, sealed for the certificate of the cluster's controller: it is no secret."),
  ),
};

/** A Secret that the controller of Sealed Secrets unseals. */
export const sealedSecret = (secretName: string, secretKey: string) =>
  z.strictObject({
    source: z.literal('sealed').describe('The controller of Sealed Secrets makes the Secret.'),
    ...reference(secretName, secretKey),
    ...sealingFields,
    ...sealedFields,
  });

/** What a source has to be, for messages. */
export const anySource = 'a map with source "existing", "config", "externalSecret" or "sealed"';

/**
 * An encrypted value is there exactly where a Secret is made from it, and an operator where one has to make the Secret.
 *
 * @param value the encrypted value, undefined where there is none
 * @param source undefined where nothing reads the Secret
 */
export function secretConstraints(
  secret: SecretPath,
  value: unknown,
  source: string | undefined,
  sourcePath: readonly PropertyKey[],
  cluster: Pick<ClusterFacts, 'externalSecrets' | 'sealedSecrets'>,
): Constraint[] {
  return [...makerConstraints(source, sourcePath, cluster), ...valueConstraints(secret, value, source, sourcePath)];
}

/** An encrypted value is there exactly where a Secret is made from it. */
export function valueConstraints(
  secret: SecretPath,
  value: unknown,
  source: string | undefined,
  sourcePath: readonly PropertyKey[],
): Constraint[] {
  const path = ['secrets', ...secret];
  return [
    {
      path,
      expected: `no value, or ${sourcePath.join('.')} "config": nothing reads it`,
      satisfied: value === undefined || source === 'config',
    },
    {
      path,
      expected: `an encrypted value: set it by \`pulumi config set --secret --path memory-fleet:${path.join('.')}\``,
      satisfied: value !== undefined || source !== 'config',
    },
  ];
}

/** Where an operator has to make a Secret, there is one. */
export function makerConstraints(
  source: string | undefined,
  path: readonly PropertyKey[],
  { externalSecrets, sealedSecrets }: Pick<ClusterFacts, 'externalSecrets' | 'sealedSecrets'>,
): Constraint[] {
  const needed = (key: string) => `another source, or cluster.${key} set: no operator would make the Secret`;
  return [
    {
      path,
      expected: needed('externalSecrets'),
      satisfied: source !== 'externalSecret' || externalSecrets !== undefined,
    },
    { path, expected: needed('sealedSecrets'), satisfied: source !== 'sealed' || sealedSecrets !== undefined },
  ];
}
