import type { BackupFacts } from '../../../../components/system/operations';
import type { LiveObject } from '../../../live/object';
import type { Finding } from '../../../report/report';
import { describedIn, objectsOf } from '../../../stack/plan-objects';
import { scheduleFinding, viewOf } from '../../backup/freshness';
import { implementationOf } from '../../backup/implementations';
import { remedyOf } from '../../backup/target';
import { type Answer, ok } from '../check';
import { withLive } from './live';
import { type Inspected, notAsked, of, type Points, shortened, together, yours } from './point';

/** That what is lost comes back. */
export const reliability: Points = (inspected) => {
  const states = backupStates(inspected);
  return [
    { subject: 'every backup is young enough', answer: async () => backupAnswer(await states()) },
    { subject: 'every backup was tried out lately', answer: async () => drillAnswer(await states()) },
    {
      subject: 'the way back from a lost cluster is rehearsed',
      answer: () =>
        yours(
          'docs/runbook.md#a-lost-cluster and `fleet recover` are the plan',
          'rehearse them on an empty cluster once a year, and after each new system; note date and duration',
        ),
    },
    {
      subject: 'another region',
      answer: () =>
        yours(
          'a stack is one cluster',
          'decide what an outage of its region may last; a second stack elsewhere, recovered from the same backups, is the way',
        ),
    },
    { subject: 'what exists once', answer: () => singleAnswer(inspected) },
  ];
};

/** What is said of the backups, once for both points. */
function backupStates({ cluster, signal, stack }: Inspected): () => Promise<readonly Finding[]> {
  let asked: Promise<readonly Finding[]> | undefined;
  const ask = async () => {
    const findings: Finding[] = [];
    for (const system of stack.plan.systems) {
      const { backups, unsaved = [] } = system.operations;
      const add = (more: readonly Finding[]) =>
        findings.push(...more.map((each) => ({ ...each, subject: of(system, each.subject) })));
      for (const backup of backups) {
        const view = await viewOf(cluster.api, system.namespace, backup.cronJobs.backup);
        add([scheduleFinding(system.namespace, backup.cronJobs.backup, view)]);
        const wanted = withDrills(backup);
        add(
          await implementationOf(wanted).status({ stack: stack.name, cluster, system, backup: wanted, signal }, view),
        );
      }
      add(
        unsaved.map(({ name }): Finding => {
          const found = 'no backup: the volume is the only copy';
          return { subject: name, status: 'missing', found, remedy: remedyOf(stack.name, system, name) };
        }),
      );
    }
    return findings;
  };
  return () => {
    asked ??= ask();
    return asked;
  };
}

/** Age of a drill that will do where none is scheduled. */
const drillDays = 90;

function withDrills(backup: BackupFacts): BackupFacts {
  return backup.kind === 'restic' ? { drillMaxAgeSeconds: drillDays * 86_400, ...backup } : backup;
}

const isDrill = ({ subject }: Finding) => /(^| )drill of /.test(subject);

export function backupAnswer(states: readonly Finding[]): Answer {
  return together(
    states.filter((each) => !isDrill(each)),
    notAsked('the stack keeps no data that a backup is for'),
  );
}

/** A backup that has gone wrong is another point; one that nothing on the cluster has tried out is a person's. */
export function drillAnswer(states: readonly Finding[]): Answer {
  return together(
    states.filter(isDrill),
    states.length === 0
      ? notAsked('the stack keeps no data that a backup is for')
      : yours(
          'nothing on the cluster notes when a backup was tried out',
          'run `fleet backup drill`, and note the date',
        ),
  );
}

interface Postgres extends LiveObject {
  readonly spec: { readonly instances?: number };
  readonly status?: { readonly readyInstances?: number };
}

/** Databases of CloudNativePG with their live instances, and what has one pod and a volume. */
async function singleAnswer({ look, stack }: Inspected): Promise<Answer> {
  const objects = describedIn(stack.plan).map(({ object }) => object);
  const clusters = objectsOf(stack.plan, 'Cluster');
  const replicated = (await withLive<(typeof clusters)[number], Postgres>(look, clusters)).map(
    ({ live, planned }): Finding => {
      const wanted = live?.spec.instances ?? 0;
      const ready = live?.status?.readyInstances ?? 0;
      const found = `${ready} of ${wanted} instances are ready`;
      const subject = `PostgreSQL ${planned.metadata.name}`;
      if (wanted > 1 && ready === wanted) return { subject, status: 'ok', found };
      return {
        subject,
        status: 'missing',
        found,
        remedy: 'kubectl describe cluster, and see that there are two or more',
      };
    },
  );
  const broken = replicated.filter(({ status }) => status !== 'ok');
  if (broken.length > 0) return together(broken, ok(''));
  const single = objects.flatMap((object) => {
    if (object.kind !== 'StatefulSet' && object.kind !== 'Deployment') return [];
    const claims = (object.spec?.template.spec?.volumes ?? []).some(
      ({ persistentVolumeClaim }) => persistentVolumeClaim,
    );
    const templates = object.kind === 'StatefulSet' && (object.spec?.volumeClaimTemplates ?? []).length > 0;
    return (claims || templates) && object.spec?.replicas === 1 ? [object.metadata.name] : [];
  });
  const words = replicated.map(({ found, subject }) => `${subject}: ${found}`);
  if (single.length === 0) return words.length > 0 ? ok(words.join('; ')) : notAsked('the plan has no store');
  return yours(
    [...words, `one pod and one volume: ${shortened(single)}`].join('; '),
    'a lost node stops it for minutes, a lost volume takes it back to its last backup: say whether that will do, or what replaces it (docs/runbook.md#a-lost-node)',
  );
}
