import { join } from 'node:path';
import { filesOf } from '../parts/backup/scripts';
import { type StoreBackup, storeScripts } from '../parts/backup/store';

/** What the scripts of stores that speak REST share; each has it in its own folder. */
export const restScripts = filesOf(join(__dirname, 'scripts'));

const languages = { python: ['python3 -B', 'py'], shell: ['sh', 'sh'] } as const;

/**
 * The scripts of a store, in its folder `scripts`, and the commands that run those which dump, load and count.
 *
 * @param shared scripts that it has in common with others
 */
export function scriptedStore(
  name: string,
  folder: string,
  language: keyof typeof languages,
  shared: StoreBackup['scripts'] = {},
): Pick<StoreBackup, 'name' | 'scripts' | 'dump' | 'load' | 'count'> {
  const [interpreter, ending] = languages[language];
  const command = (script: string) => `${interpreter} ${storeScripts(name)}/${script}.${ending}`;
  return {
    name,
    scripts: { ...shared, ...filesOf(join(folder, 'scripts')) },
    dump: command('dump'),
    load: command('load'),
    count: command('count'),
  };
}
