import type { LiveObject } from '../../../live/object';
import { objectInWords } from '../../../live/object';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, missing, ok } from '../check';
import { examine } from '../checks';
import { gateway } from '../checks/gateway';
import { ingress } from '../checks/ingress';
import { issuers } from '../checks/issuers';
import { storage } from '../checks/storage';
import { withLive } from './live';
import { least, nodesAnswer, sizesAnswer, workers } from './nodes';
import { every, type Inspected, none, notAsked, type Points, shortened, together } from './point';

/** Oldest minor version that the checklist takes. */
const oldestMinor = 23;

/** The cluster, and what others have put on it. */
export const infrastructure: Points = (inspected) => {
  const { cluster, look } = inspected;
  const facts = inspected.stack.plan.cluster;
  return [
    { subject: `Kubernetes 1.${oldestMinor} or newer`, answer: () => versionAnswer(cluster.version) },
    {
      subject: `at least ${least.nodes} nodes that take pods`,
      answer: async () => nodesAnswer(await workers(look, facts)),
    },
    {
      subject: `${least.gigabytes} GB and ${least.cores} cores on each of them`,
      answer: async () => sizesAnswer(await workers(look, facts)),
    },
    { subject: 'volumes have a class, are bound and can grow', answer: () => volumesAnswer(inspected) },
    { subject: 'a way in, with an address', answer: () => entranceAnswer(inspected) },
    { subject: 'cert-manager for TLS', answer: () => certManagerAnswer(inspected) },
    { subject: 'Prometheus operator', answer: () => operatorAnswer(inspected) },
    {
      subject: 'everything else that doctor asks for',
      answer: async () => {
        const findings = await examine(inspected);
        const bad = findings.filter(({ status }) => status === 'missing');
        if (bad.length > 0) return together(bad, ok(''));
        const warnings = findings.filter(({ status }) => status === 'warning').length;
        return ok(
          `nothing of ${findings.length} is missing; ${warnings} warnings, see \`fleet doctor\` without --production`,
        );
      },
    },
  ];
};

export function versionAnswer(version: string): Answer {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > 1 || (major === '1' && Number(minor) >= oldestMinor)) return ok(version);
  return missing(version, 'upgrade the cluster');
}

interface Claim extends LiveObject {
  readonly status?: { readonly phase?: string };
}

async function volumesAnswer(inspected: Inspected): Promise<Answer> {
  const { look, stack } = inspected;
  const claims = objectsOf(stack.plan, 'PersistentVolumeClaim');
  if (claims.length === 0) return notAsked('the plan has no volume');
  const classes = await every(storage(inspected), ok('no class is asked for'));
  if (classes.status !== 'ok') return classes;
  const unbound = (await withLive<(typeof claims)[number], Claim>(look, claims)).flatMap(({ live, planned }) =>
    live?.status?.phase === 'Bound' ? [] : [`${objectInWords(planned)} ${live?.status?.phase ?? 'is not there'}`],
  );
  if (unbound.length > 0) return missing(shortened(unbound), 'kubectl describe pvc says what each waits for');
  return ok(`${claims.length} bound; ${classes.found}`);
}

interface Addressed extends LiveObject {
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
    readonly addresses?: readonly { readonly value: string }[];
  };
}

async function entranceAnswer(inspected: Inspected): Promise<Answer> {
  const { look, stack } = inspected;
  const { plan } = stack;
  const balanced = [
    ...objectsOf(plan, 'Ingress'),
    ...objectsOf(plan, 'Service').filter(({ spec }) => spec?.type === 'LoadBalancer'),
  ];
  const gateways = objectsOf(plan, 'HTTPRoute').flatMap(({ metadata, spec }) =>
    (spec.parentRefs ?? []).map(({ name, namespace = metadata.namespace ?? '' }) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name, namespace },
    })),
  );
  const entrances = [...balanced, ...new Map(gateways.map((each) => [objectInWords(each), each])).values()];
  if (entrances.length === 0)
    return notAsked('nothing of the plan is reached by an Ingress, a Gateway or a load balancer');
  const controllers = await every([...ingress(inspected), ...gateway(inspected)], ok('a load balancer of the cluster'));
  if (controllers.status !== 'ok') return controllers;
  const seen = (await withLive<(typeof entrances)[number], Addressed>(look, entrances)).map(({ live, planned }) => {
    const { addresses = [], loadBalancer } = live?.status ?? {};
    const given = [
      ...(loadBalancer?.ingress ?? []).flatMap(({ hostname, ip }) => ip ?? hostname ?? []),
      ...addresses.map(({ value }) => value),
    ];
    return { name: objectInWords(planned), given };
  });
  return none(seen, ({ given, name }) => (given.length > 0 ? undefined : `${name} has no address`), {
    absent: ok(''),
    found: shortened(seen.map(({ given, name }) => `${name} at ${given.join(', ')}`)),
    remedy:
      'see that its controller runs and has an address: on node ports, publish one (ingress-nginx: --publish-status-address)',
  });
}

async function certManagerAnswer(inspected: Inspected): Promise<Answer> {
  const asked = issuers(inspected);
  if (asked.length === 0) return notAsked('no certificate of the plan is asked of cert-manager');
  if ((await inspected.look.kinds('cert-manager.io/v1')).length === 0) {
    return missing(
      'cert-manager.io/v1 is not served',
      'install cert-manager, or name clusterAddons.certManager in the stack',
    );
  }
  return every(asked, ok(''));
}

async function operatorAnswer({ look, stack }: Inspected): Promise<Answer> {
  if (!stack.plan.cluster.monitoring) {
    return missing(
      'the stack names none: it has no alert at all',
      'install the Prometheus operator and set cluster.monitoring',
    );
  }
  if ((await look.kinds('monitoring.coreos.com/v1')).length === 0) {
    return missing('monitoring.coreos.com/v1 is not served', 'install the Prometheus operator');
  }
  const running = await look.list<{ metadata: { name: string; namespace: string } }>(
    '/apis/monitoring.coreos.com/v1/prometheuses',
  );
  if (running.length === 0) return missing('there is no Prometheus', 'create one: the operator runs none by itself');
  return ok(running.map(({ metadata }) => `Prometheus ${metadata.namespace}/${metadata.name}`).join(', '));
}
