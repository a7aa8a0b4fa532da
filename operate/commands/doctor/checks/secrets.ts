import type { Plan, SystemPlan } from '../../../../components/system';
import type { Access, SecretEntry, ServerFacts, TokenFacts } from '../../../../components/system/operations';
import { makes } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, type Question, warning } from '../check';

/** The token of each server, what its clients must show, what its backups need: that all are there, or how they will come. */
export const secrets: Check = (examined) =>
  examined.stack.plan.systems.flatMap((system) => {
    const { backups, servers, tokens = [] } = system.operations;
    return [
      ...tokens.map((token) => tokenQuestion(examined, system, token)),
      ...askedFor(servers).map((access) => accessQuestion(examined, system, access)),
      ...backups.flatMap((backup) =>
        backup.kind === 'restic'
          ? backup.needs.map((entry) => backupQuestion(examined, system, backup.name, entry))
          : [],
      ),
    ];
  });

type Asked = Exclude<Access, { mode: 'none' }>;

/** What clients must show, each Secret once: servers of one system may share it. */
function askedFor(servers: readonly ServerFacts[]): readonly Asked[] {
  const bySecret = servers.flatMap(({ access }): [string, Asked][] =>
    access.mode === 'none' ? [] : [[secretOf(access), access]],
  );
  return [...new Map(bySecret).values()];
}

function secretOf(access: Asked): string {
  return access.mode === 'bearer' ? access.secret.name : access.secretName;
}

function tokenQuestion(examined: Examined, system: SystemPlan, token: TokenFacts): Question {
  const { name, key } = token.secret;
  return {
    subject: system.operations.servers.length > 1 ? `token of ${system.id}, ${token.server}` : `token of ${system.id}`,
    answer: async () => {
      if (token.source === 'config') return ok('comes with `up` from the encrypted configuration');
      const entries = await entriesOf(examined, system.namespace, name);
      if (entries?.includes(key)) return ok(`Secret ${name} has it`);
      const absent = entries === undefined ? `Secret ${name} is not there` : `Secret ${name} has no entry ${key}`;
      const stack = examined.stack.name;
      if (token.source === 'externalSecret') {
        return warning(
          `${absent} yet`,
          'after `up` the External Secrets operator makes it; see its ExternalSecret if not',
        );
      }
      if (token.source === 'bootstrap') {
        return warning(`${absent} yet`, `after \`up\` run \`npx fleet token --stack ${stack}\` and approve the login`);
      }
      if (!system.operations.backups.some(({ kind }) => kind === 'git'))
        return ok(`${absent}, and there is no remote that needs it`);
      return absentAnswer(examined, system, absent, `make it as docs/runbook.md says (the GitHub token)`);
    },
  };
}

function accessQuestion(examined: Examined, system: SystemPlan, access: Asked): Question {
  const bearer = access.mode === 'bearer';
  const name = secretOf(access);
  return {
    subject: `${bearer ? 'bearer token' : 'API keys'} of ${system.id}`,
    answer: async () => {
      const comes = comingWithUp(examined.stack.plan, name, system.namespace);
      if (comes) return ok(comes);
      const entries = await entriesOf(examined, system.namespace, name);
      const wanted = bearer ? entries?.includes(access.secret.key) : (entries ?? []).length > 0;
      if (wanted) return ok(`Secret ${name} has ${bearer ? 'it' : `${entries?.length}`}`);
      const absent = entries === undefined ? `Secret ${name} is not there` : `Secret ${name} lacks it`;
      return absentAnswer(examined, system, `${absent}: nobody will be let in`, 'make it as docs/runbook.md says');
    },
  };
}

function backupQuestion(examined: Examined, system: SystemPlan, backup: string, { key, name }: SecretEntry): Question {
  return {
    subject: `${key} of the backups of ${system.id} (${backup})`,
    answer: async () => {
      const comes = comingWithUp(examined.stack.plan, name, system.namespace);
      if (comes) return ok(comes);
      const entries = await entriesOf(examined, system.namespace, name);
      if (entries?.includes(key)) return ok(`Secret ${name} has it`);
      const absent = entries === undefined ? `Secret ${name} is not there` : `Secret ${name} has no entry ${key}`;
      return absentAnswer(
        examined,
        system,
        `${absent}: no backup is made`,
        'make it as docs/runbook.md says (backups)',
      );
    },
  };
}

/** Before the first `up` there is no namespace that a Secret could be made in. */
async function absentAnswer({ look, stack }: Examined, system: SystemPlan, found: string, remedy: string) {
  const namespace = await look.at(`/api/v1/namespaces/${system.namespace}`).catch(() => undefined);
  const first = namespace === undefined && makes(stack.plan, 'Namespace', system.namespace);
  return first
    ? warning(`${found}; its namespace comes with \`up\``, `after \`up\` ${remedy}`)
    : missing(found, remedy);
}

function comingWithUp(plan: Plan, name: string, namespace: string): string | undefined {
  if (makes(plan, 'Secret', name, namespace)) return 'comes with `up` from the encrypted configuration';
  if (makes(plan, 'ExternalSecret', name, namespace)) return 'comes from the External Secrets operator after `up`';
  return undefined;
}

/** The names of a Secret's entries; their values are nobody's business here. */
async function entriesOf({ look }: Examined, namespace: string, name: string): Promise<readonly string[] | undefined> {
  const found = await look.at<{ data?: Record<string, string> }>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
  return found && Object.keys(found.data ?? {});
}

interface ExternalSecret {
  readonly metadata: { readonly namespace?: string };
  readonly spec: { readonly secretStoreRef: { readonly name: string; readonly kind: string } };
}

interface Store {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; message?: string }[] };
}

/** The stores that External Secrets of the plan read. */
export const secretStores: Check = ({ look, stack }) => {
  const found = stack.plan.systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) =>
      object.kind === 'ExternalSecret' ? [object as typeof object & ExternalSecret] : [],
    ),
  );
  const stores = found.map(({ apiVersion, metadata, spec: { secretStoreRef } }) => {
    const { kind, name } = secretStoreRef;
    const at = kind === 'SecretStore' ? `namespaces/${metadata.namespace}/secretstores` : 'clustersecretstores';
    return { subject: `${kind} ${name}`, path: `/apis/${apiVersion}/${at}/${name}` };
  });
  return [...new Map(stores.map((store) => [store.path, store])).values()].map(({ subject, path }) => ({
    subject,
    answer: async () => storeAnswer(await look.at<Store>(path)),
  }));
};

function storeAnswer(store: Store | undefined): Answer {
  if (store === undefined) return missing('there is none', 'create it, or correct cluster.externalSecrets.store');
  const ready = store.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return ok('ready');
  if (ready) return missing(`not ready: ${ready.message ?? 'no reason given'}`, 'mend it: nothing can be read from it');
  return warning('nobody has said yet that it is ready', 'see that the External Secrets operator runs');
}
