import { issuerOf } from '../../components/kit/objects/certificate';
import type { Plan } from '../../components/system';
import { madeEntries } from '../made-secrets';
import {
  nameOf,
  namespaceOf,
  type Owned,
  ownedIn,
  ownedOf,
  type PlanFault,
  type PlanRule,
  sharedFaults,
} from '../plan-rule';
import { containersOf, podOf } from '../pods';

export const oneOwner: PlanRule = {
  name: 'one-owner',
  demand: 'two objects of a plan are never one on the cluster, nor do two make one Secret: each would undo the other',
  check(plan) {
    const holders = ownedIn(plan).flatMap((of) => identities(of).map((has) => ({ of, has })));
    return [
      ...sharedFaults(holders, (earlier, later) => (earlier === later ? `the same ${later}` : undefined)),
      ...sharedLogins(plan),
      ...sharedIds(plan),
    ];
  },
};

/** What an object is on the cluster, and the Secret that a controller makes for it. */
function identities(owned: Owned): string[] {
  const { object } = owned;
  const namespace = namespaceOf(owned);
  const secret = (name: string) => `Secret ${namespace}/${name}`;
  const { name } = object.metadata;
  const itself = object.kind === 'Namespace' ? `Namespace ${name}` : `${object.kind} ${namespace}/${name}`;
  switch (object.kind) {
    case 'ExternalSecret':
    case 'SealedSecret':
      return [itself, secret(name)];
    case 'Ingress':
      return [itself, ...(issuerOf(object) ? tlsSecrets(object).map(secret) : [])];
    case 'Certificate':
      return [itself, secret(object.spec?.secretName ?? name)];
    default:
      return [itself];
  }
}

function tlsSecrets({ spec }: Owned<'Ingress'>['object']): string[] {
  return (spec?.tls ?? []).flatMap(({ secretName }) => secretName ?? []);
}

/** A Secret that a login writes is nobody else's to make. */
function sharedLogins(plan: Plan): PlanFault[] {
  const made = ownedIn(plan).filter(({ object }) => madeEntries(object) !== undefined);
  return plan.systems.flatMap(({ namespace, operations, path }) =>
    (operations.tokens ?? []).flatMap(({ secret: { name }, source }) =>
      made
        .filter(
          (owned) => source === 'bootstrap' && owned.object.metadata.name === name && namespaceOf(owned) === namespace,
        )
        .map((owned) => ({
          object: nameOf(owned),
          fault: `is the Secret that the login of ${path.join('.')} writes: two would make it`,
        })),
    ),
  );
}

/** Components, overlays and Applications are called by the ids of systems. */
function sharedIds({ systems }: Plan): PlanFault[] {
  return systems.flatMap(({ id, path }, index) => {
    const other = systems.slice(0, index).find((each) => each.id === id);
    const fault = `has the id ${id} as ${other?.path.join('.')} has: give one another name`;
    return other ? [{ object: path.join('.'), fault }] : [];
  });
}

export const ownClaims: PlanRule = {
  name: 'own-claims',
  demand: 'the pods of a system mount no claim that another system makes: two would write to it',
  check(plan) {
    const claims = ownedOf(plan, 'PersistentVolumeClaim');
    return ownedIn(plan).flatMap((owned) =>
      (podOf(owned.object)?.volumes ?? []).flatMap(({ persistentVolumeClaim: used }) =>
        claims
          .filter((claim) => claim.object.metadata.name === used?.claimName && claim.system !== owned.system)
          .filter((claim) => namespaceOf(claim) === namespaceOf(owned))
          .map((claim) => ({ object: nameOf(owned), fault: `mounts ${nameOf(claim)}, which is not its system's` })),
      ),
    );
  },
};

export const heldEntries: PlanRule = {
  name: 'held-entries',
  demand: 'an entry that a pod reads from a Secret of the plan is one that the plan puts there',
  check(plan) {
    const entries = new Map(
      ownedIn(plan).flatMap((owned): [string, readonly string[]][] => {
        const held = madeEntries(owned.object);
        return held ? [[`${namespaceOf(owned)}/${owned.object.metadata.name}`, held]] : [];
      }),
    );
    return ownedIn(plan).flatMap((owned) => {
      const pod = podOf(owned.object);
      const read = pod ? containersOf(pod).flatMap(({ env = [] }) => env) : [];
      return read.flatMap(({ valueFrom }) => {
        const { key = '', name = '' } = valueFrom?.secretKeyRef ?? {};
        const held = entries.get(`${namespaceOf(owned)}/${name}`);
        if (held === undefined || held.includes(key)) return [];
        return [
          { object: nameOf(owned), fault: `reads ${key} of Secret ${name}, which gets ${held.join(', ')} alone` },
        ];
      });
    });
  },
};
