import * as pulumi from '@pulumi/pulumi';
import { secretsKey } from '../../config/parse';
import type { SecretPath } from '../kit/settings/secret-source';
import type { SecretValues } from './objects';

/** Values of secrets in maps, as the map `secrets` of a stack file has them. */
export interface SecretTree {
  readonly [name: string]: pulumi.Input<string> | SecretTree;
}

/** The values of the map of secrets of this stack. They are decrypted by the engine, and stay secret. */
export function secretsOfStack(): SecretValues {
  const tree = new pulumi.Config().getSecretObject<SecretTree>(secretsKey);
  return (path) => tree?.apply((values) => leafOf(values as SecretTree, path) as string);
}

/** The value at a path; undefined where there is none. */
export function leafOf(tree: SecretTree, path: SecretPath): pulumi.Input<string> | undefined {
  const [name, ...rest] = path;
  const held = name === undefined ? undefined : tree[name];
  return rest.length === 0 ? (held as pulumi.Input<string> | undefined) : leafOf((held ?? {}) as SecretTree, rest);
}
