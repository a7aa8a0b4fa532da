import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../../components/stack';
import { rightfulOwner } from '../../../../operate/commands/drift/field-owners';
import type { Drift } from '../../../../operate/commands/drift/finding';
import { differencesAsText, driftReport } from '../../../../operate/commands/drift/report';
import { isGood } from '../../../../operate/report/report';

const plan = describeStack(parseStack({ memoryMcp: {} }, 'local'));
const by = (manager: string) => ({ manager, certain: true });
const changed: Drift = {
  object: 'Service ns/a',
  kind: 'changed',
  field: 'spec.type',
  described: 'ClusterIP',
  live: 'NodePort',
  by: { manager: 'kubectl-edit', time: '2026-01-02T03:04:05Z', certain: true },
};
const owned: Drift = { ...changed, field: 'spec.replicas', ownedBy: 'HorizontalPodAutoscaler a' };

describe('who owns a field by right', () => {
  const rights = { cluster: plan.cluster, scaled: new Map([['Deployment ns/a', 'busy']]) };
  const owner = (path: string[], manager: string, described = false, object = 'Deployment ns/a') =>
    rightfulOwner(rights, object, path, by(manager), described);
  const restarted = 'f:kubectl.kubernetes.io/restartedAt';

  it('is an autoscaler for replicas, of what it scales only', () => {
    assert.equal(owner(['f:spec', 'f:replicas'], 'x', true), 'HorizontalPodAutoscaler busy');
    assert.equal(owner(['f:spec', 'f:replicas'], 'x', true, 'Deployment ns/b'), undefined);
  });

  it('is a restart, a controller, and Argo CD for its own marks', () => {
    assert.equal(owner(['f:metadata', 'f:annotations', restarted], 'kubectl-rollout'), 'kubectl rollout restart');
    assert.equal(owner(['f:spec', 'f:volumeName'], 'kube-controller-manager'), 'kube-controller-manager');
    const mark = ['f:metadata', 'f:annotations', 'f:argocd.argoproj.io/tracking-id'];
    assert.equal(owner(mark, 'argocd-controller'), 'Argo CD');
  });

  it('is nobody for what a person or Argo CD adds, nor for what is described', () => {
    assert.equal(owner(['f:spec', 'f:paused'], 'kubectl-edit'), undefined);
    assert.equal(owner(['f:spec', 'f:paused'], 'argocd-controller'), undefined);
    assert.equal(owner(['f:spec', 'f:strategy'], 'kube-controller-manager', true), undefined);
  });
});

describe('a report of drift', () => {
  const found = { drifts: [changed, owned], compared: 3, seconds: 1 };

  it('fails by what differs, and lists what others own only when asked', () => {
    const report = driftReport('local', found, false);
    assert.deepEqual(report.findings.length, 1);
    assert.ok(!isGood(report));
    assert.equal(driftReport('local', found, true).findings.length, 2);
    assert.ok(isGood(driftReport('local', { ...found, drifts: [owned] }, true)));
  });

  it('shows values, the writer and the time below each object', () => {
    const text = differencesAsText([changed]);
    for (const word of ['Service ns/a', 'spec.type', 'ClusterIP', 'NodePort', 'kubectl-edit', '2026-01-02T03:04:05Z']) {
      assert.ok(text.includes(word), text);
    }
  });

  it('says so where a writer is not recorded', () => {
    const text = differencesAsText([{ ...changed, by: { manager: 'helm', certain: false } }]);
    assert.match(text, /not recorded, last writer helm/);
  });
});
