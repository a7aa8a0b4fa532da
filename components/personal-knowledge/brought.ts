import { broughtAccess, broughtBackup } from '../kit/parts/brought';
import { broughtSet } from '../kit/parts/secret-set';
import type { Brought } from '../system/brought';
import { type Instance, secretsOf } from './instance';

/** What an instance counts on and does not make. */
export function brought(instance: Instance): Brought[] {
  const { id, name, namespace, secrets, settings } = instance;
  return [
    ...broughtSet(id, namespace, secretsOf(name, settings), secrets),
    ...broughtAccess(id, namespace, settings.authentication),
    ...broughtBackup(id, namespace, 'knowledge', settings.backup),
  ];
}
