import assert from 'node:assert/strict';
import { join } from 'node:path';
import { portsOf } from '../../components/kit/parts/network-policies';
import { describeStack, parseStack } from '../../components/stack';
import type { Plan } from '../../components/system';
import { loadStack, stackNames } from '../../operate/stack-file';
import { flowsOf, isAtOtherEnd, isAtOurEnd, type PlannedFlow, placesOf } from '../support/policies/places';
import { type Connection, type Place, type PolicyEvaluator, policyEvaluator } from '../support/policy-evaluator';

const projectDir = join(__dirname, '..', '..');

/** Every stack, and what no stack has. */
const plans: Readonly<Record<string, Plan>> = {
  ...Object.fromEntries(
    stackNames(projectDir).map((stack) => [`stack ${stack}`, describeStack(loadStack(projectDir, stack))]),
  ),
  'a plan in a shared namespace, on a cluster with policies of Kubernetes alone': describeStack(
    parseStack(
      {
        cluster: { apiServer: { cidrs: ['192.0.2.10/32'] }, monitoring: {} },
        memoryMcp: {
          namespace: { name: 'butterfly', shared: true },
          authentication: { mode: 'bearer' },
          clients: [{ namespace: 'agents', labels: { app: 'agent' } }, { namespace: 'ide' }],
          git: { remoteUrl: 'https://git.example.org:8443/memories' },
          server: { otlp: { endpoint: 'http://collector.tracing:4317' } },
          token: { source: 'bootstrap' },
        },
      },
      'test',
    ),
  ),
};

const protocolsOf = ({ flow }: PlannedFlow) =>
  flow.peer.kind === 'dns' ? (['TCP', 'UDP'] as const) : (['TCP'] as const);
const inWords = ({ from, to, port, protocol }: Connection) => `${from.name} to ${to.name}, ${protocol} ${port}`;

/** The connections that a flow stands for. */
function connectionsOf(planned: PlannedFlow, places: readonly Place[], plan: Plan): Connection[] {
  const ours = places.filter((place) => isAtOurEnd(planned, place));
  const others = places.filter((place) => isAtOtherEnd(planned, place, plan.cluster));
  const ends = ours.flatMap((our) =>
    others
      .filter((other) => other !== our)
      .map((other) => (planned.flow.direction === 'in' ? { from: other, to: our } : { from: our, to: other })),
  );
  return ends.flatMap((pair) =>
    portsOf(planned.flow).flatMap((port) => protocolsOf(planned).map((protocol) => ({ ...pair, port, protocol }))),
  );
}

// Cyclonus evaluates NetworkPolicies. A flow whose policy is a CiliumNetworkPolicy is not judged here: for NetworkPolicies
// alone it is denied like everything else, and that is what is asked of it.
for (const [name, plan] of Object.entries(plans)) {
  describe(`the network policies of ${name}`, function () {
    this.timeout(120_000);
    const { judged, others: unjudged } = flowsOf(plan);
    const { ours, others } = placesOf(plan);
    const places = [...ours, ...others];
    const policies = plan.systems.flatMap(({ objects }) =>
      Object.values(objects).flatMap(({ object }) => (object.kind === 'NetworkPolicy' ? [object] : [])),
    );
    let evaluator: PolicyEvaluator;
    before(async function () {
      this.timeout(0);
      evaluator = await policyEvaluator(projectDir);
    });
    after(() => evaluator?.tidy());

    it('are of Cilium only for what NetworkPolicies cannot say', () => {
      const kinds = new Set(unjudged.map(({ flow }) => flow.peer.kind));
      for (const kind of kinds) assert.ok(['gateway', 'hosts', 'api-server'].includes(kind), kind);
      assert.ok(unjudged.length === 0 || plan.cluster.networkPolicies === 'cilium');
    });

    for (const planned of judged) {
      it(`let the flow ${planned.flow.name} of ${planned.system.id} pass`, async () => {
        const asked = connectionsOf(planned, places, plan);
        assert.ok(asked.length > 0, 'nobody has this flow');
        const verdicts = await evaluator.allowed(policies, asked);
        assert.deepEqual(asked.filter((_, index) => !verdicts[index]).map(inWords), []);
      });
    }

    it('deny every other pair of pods, and every other port of the table, both ways', async () => {
      const passing = new Set(judged.flatMap((planned) => connectionsOf(planned, places, plan)).map(inWords));
      const ports = new Set([...plan.systems.flatMap(({ flows }) => flows.flatMap(portsOf)), 9]);
      const pairs = ours.flatMap((our) =>
        places
          .filter((place) => place !== our)
          .flatMap((place) => [
            { from: our, to: place },
            { from: place, to: our },
          ]),
      );
      const asked = pairs.flatMap((pair) =>
        [...ports].flatMap((port) => (['TCP', 'UDP'] as const).map((protocol) => ({ ...pair, port, protocol }))),
      );
      const denied = asked.filter((connection) => !passing.has(inWords(connection)));
      assert.ok(denied.length > passing.size);
      const verdicts = await evaluator.allowed(policies, denied);
      assert.deepEqual(denied.filter((_, index) => verdicts[index]).map(inWords), []);
    });
  });
}
