import type { Constraint } from '../../config/constraint';
import { secretSetConstraints } from '../kit/settings/secret-set';
import { secretConstraints } from '../kit/settings/secret-source';
import { snapshotsConstraint } from '../kit/settings/snapshots';
import type { NamedCluster, SystemModule } from '../system';
import { describeNotebook } from './objects';
import {
  entries,
  type NotebookSecrets,
  type NotebookSettings,
  notebookSchema,
  notebookSecrets,
  uses,
} from './settings';

export const notebook = {
  key: 'notebook',
  component: 'Notebook',
  about: 'notebook: notes for agents, in any number of instances',
  settings: notebookSchema,
  secrets: notebookSecrets,
  constraints,
  describe: ({ instances }, cluster) =>
    Object.entries(instances).map(([name, settings]) => describeNotebook(name, settings, cluster)),
} as const satisfies SystemModule<NotebookSettings, NotebookSecrets>;

function constraints({ instances }: NotebookSettings, cluster: NamedCluster, secrets: NotebookSecrets): Constraint[] {
  return Object.entries(instances).flatMap(([name, { backup, hostname, secrets: settings, snapshots }]) => {
    const at = (...path: string[]) => ['notebook', 'instances', name, ...path];
    return [
      {
        path: at('hostname'),
        expected: 'no host name, or cluster.gateway set: a route needs a Gateway to attach to',
        satisfied: hostname === undefined || cluster.gateway !== undefined,
      },
      snapshotsConstraint(at('snapshots'), snapshots, cluster),
      ...secretSetConstraints(
        { entries, uses, settings, path: at('secrets') },
        ['notebook', name],
        secrets[name],
        cluster,
      ),
      ...secretConstraints(
        ['notebook', name, 'backup'],
        secrets[name]?.backup,
        backup.password.source,
        at('backup', 'password', 'source'),
        cluster,
      ),
    ];
  });
}
