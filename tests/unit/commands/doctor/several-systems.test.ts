import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DescribedObjects } from '../../../../components/system/described';
import { type Check, type Examined, finding } from '../../../../operate/commands/doctor/check';
import { argocd } from '../../../../operate/commands/doctor/checks/argocd';
import { gateway } from '../../../../operate/commands/doctor/checks/gateway';
import { monitoring } from '../../../../operate/commands/doctor/checks/monitoring';
import { secrets } from '../../../../operate/commands/doctor/checks/secrets';
import type { ClusterReader } from '../../../../operate/commands/doctor/cluster-reader';
import { describedStack } from '../../../../operate/stack';
import { planned, systemWith } from '../../../support/objects';

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

  it('is a project that admits each Application', () => {
    const application = (name: string) =>
      object('argoproj.io/v1alpha1', 'Application', name, { spec: { project: 'default' } });
    assert.deepEqual(
      asked(argocd, {}, application('notes'), application('code')).map(({ subject }) => subject),
      ['Argo CD project default for notes', 'Argo CD project default for code'],
    );
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

  it('is each Secret once, also where servers share it', () => {
    const [main] = systemWith({}, 'engine').operations.servers;
    const access = { mode: 'bearer', secret: { name: 'engine-bearer', key: 'token' } } as const;
    const own = { mode: 'gateway', header: 'x-api-key', secretName: 'engine-keys' } as const;
    const servers = [
      { ...main, access },
      { ...main, name: 'code', access },
      { ...main, name: 'open' },
      { ...main, name: 'keyed', access: own },
    ] as const;
    const system = { ...systemWith({}, 'engine'), operations: { servers, backups: [] } };
    const stack = { ...described, plan: { ...described.plan, systems: [...described.plan.systems, system] } };
    assert.deepEqual(
      secrets({ stack } as unknown as Examined).map(({ subject }) => subject),
      [
        ...['token of memory-mcp', 'bearer token of memory-mcp', 'password of the backups of memory-mcp (volume)'],
        ...['bearer token of engine', 'API keys of engine'],
      ],
    );
  });
});
