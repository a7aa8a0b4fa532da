import { join } from 'node:path';
import { filesOf } from '../parts/backup/scripts';

/** What the scripts of stores that speak REST share; each has it in its own folder. */
export const restScripts = filesOf(join(__dirname, 'scripts'));
