import { broughtBackup } from '../kit/parts/brought';
import { broughtSet, usedEntries } from '../kit/parts/secret-set';
import { clientKeySet } from '../kit/settings/client-keys';
import type { Brought } from '../system/brought';
import { keyOf, type Rae, secretsOf } from './instance';
import { system } from './names';

/** What the system counts on and does not make. */
export function brought(rae: Rae): Brought[] {
  const { namespace, secrets, settings } = rae;
  const { authentication } = settings;
  const keys = authentication?.mode === 'clients' ? clientKeySet(authentication, keyOf('authentication')) : undefined;
  return [
    ...broughtSet(system, namespace, secretsOf(settings), secrets),
    ...(keys ? broughtSet(system, namespace, keys, usedEntries(keys)) : []),
    ...broughtBackup(system, namespace, 'memories', settings.backup),
  ];
}
