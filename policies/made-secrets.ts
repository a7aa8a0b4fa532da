import { secretsOfCluster } from '../components/kit/objects/cloudnative-pg';
import type { PlannedObject } from '../components/system/planned-object';

/** The entries of the Secret of its name that an object is or that a controller makes from it; undefined of every other object. */
export function madeEntries(object: PlannedObject): readonly string[] | undefined {
  switch (object.kind) {
    case 'Secret':
      return Object.keys(object.stringData);
    case 'ExternalSecret':
      return (object.spec?.data ?? []).map(({ secretKey }) => secretKey);
    case 'SealedSecret':
      return Object.keys(object.spec.encryptedData);
    default:
      return undefined;
  }
}

/** Names of the Secrets that an operator makes besides, for what it runs for an object. */
export function operatorSecrets(object: PlannedObject): readonly string[] {
  if (object.kind !== 'Cluster') return [];
  const { app, ca } = secretsOfCluster(object.metadata.name);
  return [app, ca];
}
