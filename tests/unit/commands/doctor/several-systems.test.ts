import assert from 'node:assert/strict';
import { join } from 'node:path';
import { broughtAccess } from '../../../../components/kit/parts/brought';
import type { DescribedObjects } from '../../../../components/system/described';
import { type Check, type Examined, finding } from '../../../../operate/commands/doctor/check';
import { argocd } from '../../../../operate/commands/doctor/checks/argocd';
import { gateway } from '../../../../operate/commands/doctor/checks/gateway';
import { monitoring } from '../../../../operate/commands/doctor/checks/monitoring';
import { needs } from '../../../../operate/commands/doctor/checks/needs';
import type { ClusterReader } from '../../../../operate/commands/doctor/cluster-reader';
import { describedStack } from '../../../../operate/stack';
import { mainServer, planned, systemWith } from '../../../support/objects';

const described = describedStack(join(__dirname, '..', '..', '..', '..'), 'goddess');
const cluster = { ...described.plan.cluster, monitoring: { prober: 'exporter:9115', labels: {} } as never };

/** What a check asks of a stack with a system for each of these records of objects. */
function asked(check: Check, look: Partial<ClusterReader>, ...systems: readonly DescribedObjects[]) {
  const unseen = () => Promise.reject(new Error('nobody may look there'));
  const examined = {
    stack: {
      ...described,
      plan: { cluster, systems: systems.map((objects, index) => systemWith(objects, `system-${index + 1}`)) },
    },
    look: { at: unseen, list: unseen, kinds: unseen, may: unseen, ...look },
  } as unknown as Examined;
  return check(examined);
}

const object = (apiVersion: string, kind: string, name: string, rest: object = {}, labels = {}): DescribedObjects => ({
  [name]: { object: planned({ apiVersion, kind, metadata: { name, namespace: name, labels }, ...rest }) },
});

describe('what a stack with several systems needs of its cluster', () => {
  it('is one Gateway for all routes, and a listener for each', () => {
    const spec = { parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }] };
    const route = (name: string) => object('gateway.networking.k8s.io/v1', 'HTTPRoute', name, { spec });
    assert.deepEqual(
      asked(gateway, {}, route('notes'), route('code')).map(({ subject }) => subject),
      [
        ...['Gateway gateways/public', 'listener https of Gateway public for HTTPRoute notes'],
        'listener https of Gateway public for HTTPRoute code',
      ],
    );
    assert.deepEqual(
      asked(gateway, {}, route('notes')).map(({ subject }) => subject),
      ['Gateway gateways/public', 'listener https of Gateway public'],
    );
  });

  it('is HTTPS on every listener that takes a route whose clients show a token', async () => {
    const listener = (name: string, protocol: string, port: number) => ({
      ...{ name, protocol, port },
      allowedRoutes: { namespaces: { from: 'All' } },
    });
    const live = {
      metadata: { name: 'public', namespace: 'gateways' },
      spec: {
        gatewayClassName: 'any',
        listeners: [listener('web', 'HTTP', 80), listener('https', 'HTTPS', 443), listener('odd', 'HTTPS', 8443)],
      },
    };
    const at = (path: string) => Promise.resolve(path.includes('/gateways/') ? live : undefined);
    const main = mainServer(systemWith({}));
    const answer = async (sectionName: string | undefined, access: typeof main.access) => {
      const spec = { parentRefs: [{ name: 'public', namespace: 'gateways', ...(sectionName ? { sectionName } : {}) }] };
      const system = systemWith(object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'notes', { spec }));
      const operations = { servers: [{ ...main, access }] as const, backups: [] };
      const plan = { cluster, systems: [{ ...system, operations }] };
      const question = gateway({ stack: { ...described, plan }, look: { at } } as unknown as Examined).at(-1);
      assert.ok(question);
      const { found, status } = await finding(question);
      return `${status}: ${found}`;
    };
    const bearer = { mode: 'bearer', secret: { name: 's', key: 'k' } } as const;
    assert.match(await answer(undefined, bearer), /^missing: web takes it by plain HTTP/);
    assert.match(await answer('web', bearer), /^missing: web takes it by plain HTTP/);
    assert.match(await answer('https', bearer), /^ok: https admits/);
    assert.match(await answer('odd', bearer), /^warning: .*at port 8443; the URLs that clients are given have 443/);
    assert.doesNotMatch(await answer('web', { mode: 'none' }), /plain HTTP/);
  });

  it('is a project that admits each Application', () => {
    const application = (name: string) =>
      object('argoproj.io/v1alpha1', 'Application', name, { spec: { project: 'default' } });
    assert.deepEqual(
      asked(argocd, {}, application('notes'), application('code')).map(({ subject }) => subject),
      ['Argo CD project default for notes', 'Argo CD project default for code'],
    );
  });

  it('is a project that admits the repository, however it is written', async () => {
    const admits = async (repoURL: string, ...sourceRepos: readonly string[]) => {
      const spec = { project: 'default', source: { repoURL }, destination: { namespace: 'notes' } };
      const project = { spec: { sourceRepos, destinations: [{ namespace: '*' }] } };
      const application = object('argoproj.io/v1alpha1', 'Application', 'notes', { spec });
      const [question] = asked(argocd, { at: async () => project as never }, application);
      assert.ok(question);
      return (await finding(question)).status;
    };
    // As Argo CD has it: util/git NormalizeGitURL.
    for (const [url, pattern] of [
      ['git@github.com:Example/fleet.git', 'ssh://git@github.com/example/fleet'],
      ['ssh://git@github.com/example/fleet.git', 'git@github.com:example/*'],
      ['https://GitHub.com/example/fleet', 'https://github.com/example/fleet.git'],
      ['http://gitea.git.svc:3000/team/fleet.git', 'http://gitea.git.svc:3000/*'],
    ] as const) {
      assert.equal(await admits(url, pattern), 'ok', url);
    }
    assert.equal(await admits('git@github.com:example/fleet', 'https://github.com/example/fleet'), 'warning');
    assert.equal(await admits('ssh://git@host:2222/a/b', 'ssh://git@host/a/b'), 'warning');
  });

  it('is somebody who reads the rules of each', async () => {
    const rule = (name: string) => object('monitoring.coreos.com/v1', 'PrometheusRule', name, {}, { app: name });
    const reading = async (...values: readonly string[]) => {
      const ruleSelector = { matchExpressions: [{ key: 'app', operator: 'In', values }] };
      const list = async () => [{ metadata: { name: 'main', namespace: 'monitoring' }, spec: { ruleSelector } }];
      const [question] = asked(monitoring, { list: list as never }, rule('notes'), rule('code'));
      assert.ok(question);
      const { status, found } = await finding(question);
      return `${status}: ${found}`;
    };
    assert.equal(await reading('notes', 'code'), 'ok: monitoring/main');
    assert.equal(await reading('notes'), 'warning: monitoring/main selects by other labels than code has');
    assert.equal(await reading('other'), 'warning: monitoring/main selects by other labels');
  });

  it('is what others bring to each, by the words of its system', () => {
    const { servers } = systemWith({}, 'engine').operations;
    const secret = { source: 'existing', secretName: 'engine-bearer', secretKey: 'token', secretRevision: 0 } as const;
    const brought = broughtAccess('engine', 'engine', { mode: 'bearer', image: 'proxy:1', secret } as never);
    const system = { ...systemWith({}, 'engine'), operations: { servers, backups: [], brought } };
    const stack = { ...described, plan: { ...described.plan, systems: [...described.plan.systems, system] } };
    assert.deepEqual(
      needs({ stack } as unknown as Examined).map(({ subject }) => subject),
      [
        ...['token of memory-mcp', 'bearer token of memory-mcp', 'password of the backups of memory-mcp (volume)'],
        'bearer token of engine',
      ],
    );
  });
});
