import { needsOf } from '../../../components/needs';
import type { SystemPlan } from '../../../components/system';
import type { BackupFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type Api, type ApiObject, apply, get } from '../../cluster/api';
import { stackCluster } from '../../cluster/stack-cluster';
import { changesInWords } from '../../engine/changes';
import { withEngine } from '../../engine/with-engine';
import { missingOf, toDoInWords } from '../../needs/missing';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { type DescribedStack, describedStack, systemOf } from '../../stack';
import { deployTools } from '../../toolchain/manifest';
import { toolsStep } from '../../toolchain/tools-step';
import { implementationOf } from '../backup/implementations';
import type { Saved } from '../backup/target';
import type { RecoverOptions } from './command';
import { withoutServers } from './servers';

/** Brings a system and its data back onto a cluster that has lost them. @returns the exit code */
export async function recover(run: CommandRun, options: RecoverOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const system = systemOf(stack, options.system, ({ backups }) => backups.some(isRecoverable));
  const backup = backupOf(system, options);
  const { recovery } = implementationOf(backup);
  if (recovery === undefined) throw new Error(`${backup.name} is not recoverable`);
  const cluster = await stackCluster(run.home, stack, options);
  const saved: Saved = { stack: stack.name, cluster, system, backup, signal: run.signal };
  const { api } = cluster;
  if (recovery.claims === undefined) await refuseExisting(api, system, options);

  const findings: Finding[] = [await namespaceAndSecrets(api, stack, system)];
  if (recovery.claims) findings.push(...(await recovery.claims(saved, options)));
  findings.push(options.up ? await deployed(run, stack, saved, options) : await alreadyDeployed(saved));
  const consent = { ...options, yes: options.yes && options.overExisting };
  const load = () => recovery.data(saved, consent);
  findings.push(...(await (recovery.withoutServers ? withoutServers(api, system, run.signal, load) : load())));
  const facts = { system: system.id, backup: backup.name };
  return printReport({ command: 'recover', stack: stack.name, findings, facts }, options);
}

function isRecoverable(backup: BackupFacts): boolean {
  return implementationOf(backup).recovery !== undefined;
}

function backupOf({ id, operations }: SystemPlan, { from }: RecoverOptions): BackupFacts {
  const all = operations.backups.filter(isRecoverable);
  const [only, ...others] = from === undefined ? all : all.filter(({ name }) => name === from);
  if (only !== undefined && others.length === 0) return only;
  const names = all.map(({ name }) => name).join(', ');
  if (all.length === 0) {
    const remedy = 'its server takes its content from its remotes by itself, at its first start: pulumi up';
    throw new Failure(`${id} has no backup that something is recovered from`, remedy);
  }
  throw new Failure(
    `${id} has ${from === undefined ? 'several backups' : `no backup ${from}`}`,
    `choose by --from: ${names}`,
  );
}

/** The first of two consents: what is on these volumes may be lost. The second is asked for by what would be. */
async function refuseExisting(api: Api, system: SystemPlan, { overExisting }: RecoverOptions): Promise<void> {
  if (overExisting) return;
  const claims = Object.values(system.objects).filter(
    ({ holdsData, object }) => holdsData && object.kind === 'PersistentVolumeClaim',
  );
  const there: string[] = [];
  for (const { object } of claims) {
    const path = `/api/v1/namespaces/${system.namespace}/persistentvolumeclaims/${object.metadata.name}`;
    if ((await get(api, path)) !== undefined) there.push(object.metadata.name);
  }
  if (there.length === 0) return;
  throw new Failure(
    `${system.namespace} has volumes already: ${there.join(', ')}`,
    'fleet backup restore loads a backup into a system that runs; --over-existing goes on here, and asks before anything is overwritten',
  );
}

/** Step 1: the namespace is there, and everything in it that the plan counts on and does not make. */
async function namespaceAndSecrets(api: Api, stack: DescribedStack, system: SystemPlan): Promise<Finding> {
  const own = Object.values(system.objects).find(({ object }) => object.kind === 'Namespace');
  if (own && (await get(api, `/api/v1/namespaces/${system.namespace}`)) === undefined) {
    await apply(api, '/api/v1/namespaces', own.object as unknown as ApiObject);
  }
  const needs = needsOf(stack.plan, stack.name).filter(
    (need) => need.system === system.id && need.kind !== 'upload' && need.by === 'person',
  );
  const look = <T>(path: string) => get<T>(api, path);
  const missing = [];
  for (const need of needs) if ((await missingOf(look, need)) !== undefined) missing.push(need);
  if (missing.length > 0) {
    throw new Failure(
      `namespace ${system.namespace} is there, and lacks what others bring`,
      `bring it, then run this again; the password of backups is the one that they were made with, a new one opens none\n${toDoInWords(missing, 'kubectl')}`,
    );
  }
  const found = `${system.namespace} is there, with ${needs.length} of ${needs.length} things that others bring`;
  return { subject: 'namespace', status: 'ok', found };
}

/** Step 3 by this command. The refresh finds out what the cluster has lost of what the state still has. */
async function deployed(
  run: CommandRun,
  stack: DescribedStack,
  { cluster }: Saved,
  options: RecoverOptions,
): Promise<Finding> {
  const step = startProgress(showingFor(options));
  const tools = await toolsStep(step, run, deployTools);
  const { changes } = await step(
    `Stack ${stack.name}`,
    (say) => {
      const onWait = () => say('waiting for another run that works on this cluster');
      return withEngine({ run, tools, stack, cluster, onWait }, (open) =>
        open.up({ signal: run.signal, refresh: true }),
      );
    },
    (done) => `Stack ${stack.name}: ${changesInWords(done.changes)}`,
  );
  return { subject: 'objects', status: 'ok', found: changesInWords(changes) };
}

/** Step 3 by somebody else: what the rest needs is there. */
async function alreadyDeployed({ backup, cluster, stack, system }: Saved): Promise<Finding> {
  const { namespace, operations } = system;
  const workloads = operations.servers.map(({ workload: { kind, name } }) => [
    `/apis/apps/v1`,
    `${kind.toLowerCase()}s`,
    name,
  ]);
  const jobs = Object.values(backup.cronJobs).map((name) => ['/apis/batch/v1', 'cronjobs', name]);
  const absent: string[] = [];
  for (const [group, resource, name] of [...workloads, ...jobs]) {
    const found = await get(cluster.api, `${group}/namespaces/${namespace}/${resource}/${name}`);
    if (found === undefined) absent.push(`${resource}/${name}`);
  }
  // By then the engine has made the volumes, which are empty.
  const again = implementationOf(backup).recovery?.claims ? '' : ' with --over-existing';
  if (absent.length === 0) return { subject: 'objects', status: 'ok', found: 'all that is needed is there' };
  throw new Failure(
    `the objects of ${system.id} are not there yet: ${absent.join(', ')}`,
    `pulumi up --refresh --stack ${stack}, then run this again${again}: it goes on from here. --up does it by this command`,
  );
}
