import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Place, type PolicyEvaluator, policyEvaluator } from '../support/policy-evaluator';

const projectDir = join(__dirname, '..', '..');

describe('the evaluator', () => {
  let evaluator: PolicyEvaluator;
  before(async function () {
    this.timeout(0);
    evaluator = await policyEvaluator(projectDir);
  });
  after(() => evaluator?.tidy());

  const place = (name: string, address: string): Place => ({
    name,
    address,
    pod: { namespace: 'ns', labels: { name } },
  });
  const [a, b] = [place('a', '10.0.0.1'), place('b', '10.0.0.2')];
  const policy = (spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: JSON.stringify(spec), namespace: 'ns' },
    spec,
  });
  const denial = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const toB = { podSelector: { matchLabels: { name: 'b' } } };
  const leaving = policy({
    podSelector: { matchLabels: { name: 'a' } },
    policyTypes: ['Egress'],
    egress: [{ to: [toB], ports: [{ protocol: 'TCP', port: 80 }] }],
  });
  const arriving = policy({
    ...toB,
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { name: 'a' } } }], ports: [{ protocol: 'TCP', port: 80 }] }],
  });
  const tcp = (from: Place, to: Place, port: number) => ({ from, to, port, protocol: 'TCP' as const });

  it('tells what is allowed from what is denied, at both ends', async () => {
    const asked = [tcp(a, b, 80), tcp(a, b, 81), tcp(b, a, 80)];
    assert.deepEqual(await evaluator.allowed([], asked), [true, true, true]);
    assert.deepEqual(await evaluator.allowed([denial], asked), [false, false, false]);
    assert.deepEqual(await evaluator.allowed([denial, leaving], asked), [false, false, false]);
    assert.deepEqual(await evaluator.allowed([denial, leaving, arriving], asked), [true, false, false]);
  });

  it('takes an empty list of peers for everybody, as Kubernetes does', async () => {
    const open = policy({ ...toB, policyTypes: ['Ingress'], ingress: [{ from: [] }] });
    const stranger: Place = { name: 'outside', address: '198.51.100.7' };
    assert.deepEqual(await evaluator.allowed([denial, open], [tcp(stranger, b, 80)]), [true]);
  });
});
