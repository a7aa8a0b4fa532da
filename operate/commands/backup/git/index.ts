import type { GitBackup } from '../../../../components/system/operations';
import type { Implementation } from '../implementation';
import { drill } from './drill/drill';
import { storeFinding } from './freshness';
import { headsOf } from './heads';
import { now } from './now';
import { gitTarget } from './target';

/** Backups of a server that pushes its git repositories. It takes its content from there by itself, at its first start. */
export const gitBackups: Implementation<GitBackup> = {
  now: async (saved, options) => now(await gitTarget(saved), options),
  status: async (saved, view) => {
    const { backup, git } = await gitTarget(saved);
    const heads = await headsOf(backup.stores, git);
    return heads.map((head) => storeFinding(head, view, backup.maxAgeSeconds, new Date()));
  },
  drill: async (saved, options) => drill(await gitTarget(saved), options),
};
