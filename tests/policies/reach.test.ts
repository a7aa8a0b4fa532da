import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Plan } from '../../components/system';
import { stackNames } from '../../operate/stack-file';
import { podLabelsOf, podOf } from '../../policies/pods';
import { cilium } from '../support/policies/cilium';
import { cyclonus } from '../support/policies/cyclonus';
import type { Connection, PolicyJudge } from '../support/policies/judge';
import { areOfKubernetes, planOf, policiesOf } from '../support/policies/planned';
import { inWords, reachTables } from '../support/policies/reach-table';

const projectDir = join(__dirname, '..', '..');
const tables = reachTables(join(__dirname, 'reach'));

/** All pods that a plan makes, as `namespace` and labels in one text. */
function podsOf({ systems }: Plan): string[] {
  const pods = systems.flatMap(({ namespace, objects }) =>
    Object.values(objects).flatMap(({ object }) => (podOf(object) ? [identity(namespace, podLabelsOf(object))] : [])),
  );
  return [...new Set(pods)].sort();
}

/** All objects of a plan, as `namespace: kind name`. */
function objectsOf({ systems }: Plan): string[] {
  return systems.flatMap(({ namespace, objects }) =>
    Object.values(objects).map(({ object: { kind, metadata } }) => `${namespace}: ${kind} ${metadata.name}`),
  );
}

/** Whether an operator always makes pods out of such an object. */
const makesPods = (object: string) => /: (Cluster|Pooler) /.test(object);

function identity(namespace: string, labels: Readonly<Record<string, string>>): string {
  return `${namespace}: ${JSON.stringify(Object.fromEntries(Object.entries(labels).sort()))}`;
}

describe('the tables of who reaches whom', () => {
  it('are there for every stack', () => {
    assert.deepEqual(tables.flatMap(({ stack }) => stack ?? []).sort(), [...stackNames(projectDir)].sort());
  });
});

for (const table of tables) {
  describe(`the network policies of ${table.stack === undefined ? 'variant' : 'stack'} ${table.name}`, () => {
    const plan = planOf(table);
    const policies = policiesOf(plan);
    const judges: PolicyJudge[] = [];
    before(async function () {
      this.timeout(0);
      judges.push(await cilium(projectDir, table.dns, table.dnsPort));
      if (areOfKubernetes(policies)) judges.push(await cyclonus(projectDir));
    });

    /** Whether every judge says the same of all these connections. */
    async function expectAll(connections: readonly Connection[], expected: boolean): Promise<void> {
      for (const judge of judges) {
        const verdicts = await judge.allowed(policies, connections);
        const wrong = connections.filter((_, index) => verdicts[index] !== expected).map(inWords);
        assert.deepEqual(wrong.slice(0, 20), [], `${judge.name} says otherwise of ${wrong.length}`);
      }
    }

    it('are about the pods of the table', () => {
      const ofOperators = table.made.map(({ place }) => place);
      const own = table.ours.filter((each) => !ofOperators.includes(each));
      const named = own.map(({ pod }) => identity(pod?.namespace ?? '', pod?.labels ?? {}));
      assert.deepEqual(named.sort(), podsOf(plan));
    });

    it('are about what operators make of the plan', () => {
      const named = new Set(table.made.map(({ by, place }) => `${place.pod?.namespace}: ${by}`));
      const objects = objectsOf(plan);
      for (const each of named) assert.ok(objects.includes(each), `the plan has no ${each}`);
      for (const each of objects.filter(makesPods)) assert.ok(named.has(each), `the table has no pod of ${each}`);
    });

    it('allow what the table allows', () => expectAll(table.allowed, true));

    it('deny everything else between these ends', () => expectAll(table.denied, false));

    if (table.untouched.length > 0) {
      it('leave the pods of others alone', () => expectAll(table.untouched, true));
    }
  });
}
