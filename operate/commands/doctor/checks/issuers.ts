import { issuerOf } from '../../../../components/kit/objects/certificate';
import type { IssuerReference } from '../../../../config/cluster/entrances';
import type { DescribedStack } from '../../../stack';
import { objectsOf } from '../../../stack/plan-objects';
import { type Check, missing, ok, warning } from '../check';
import { readiness, type WithConditions } from '../conditions';

/** Where the API has the issuers of a kind. */
const places: Readonly<Record<IssuerReference['kind'], (namespace: string) => string>> = {
  Issuer: (namespace) => `cert-manager.io/v1/namespaces/${namespace}/issuers`,
  ClusterIssuer: () => 'cert-manager.io/v1/clusterissuers',
  StepIssuer: (namespace) => `certmanager.step.sm/v1beta1/namespaces/${namespace}/stepissuers`,
  StepClusterIssuer: () => 'certmanager.step.sm/v1beta1/stepclusterissuers',
};

interface Asked extends IssuerReference {
  readonly namespace: string;
}

/** The issuers that the plan asks for certificates, and those that it makes itself. */
export const issuers: Check = ({ look, stack }) => {
  const made = madeBy(stack).map(pathOf);
  const all = [...askedBy(stack), ...madeBy(stack)].map((each) => [pathOf(each), each] as const);
  return [...new Map(all)].map(([path, { kind, name, namespace }]) => ({
    subject: `${kind} ${name}`,
    answer: async () => {
      const found = await look.at<WithConditions>(`/apis/${path}`);
      if (found === undefined) {
        return made.includes(path)
          ? ok('not there yet: `up` makes it')
          : missing('there is none', 'create it, or correct exposure.tls or cluster.ingress.certificateIssuer');
      }
      const { isReady, words } = readiness(found);
      const place = kind.includes('Cluster') ? '' : ` -n ${namespace}`;
      const remedy = `kubectl${place} describe ${kind.toLowerCase()} ${name}`;
      return isReady ? ok(words) : warning(`not ready: ${words}`, remedy);
    },
  }));
};

function pathOf({ kind, name, namespace }: Asked): string {
  return `${places[kind](namespace)}/${name}`;
}

function askedBy({ plan }: DescribedStack): Asked[] {
  return [
    ...objectsOf(plan, 'Ingress').flatMap((object): Asked[] => {
      const issuer = issuerOf(object);
      return issuer ? [{ ...issuer, namespace: object.metadata.namespace ?? '' }] : [];
    }),
    ...objectsOf(plan, 'Certificate').flatMap(({ metadata, spec }): Asked[] =>
      spec ? [{ ...(spec.issuerRef as IssuerReference), namespace: metadata.namespace ?? '' }] : [],
    ),
  ];
}

function madeBy({ plan }: DescribedStack): Asked[] {
  return (['Issuer', 'ClusterIssuer', 'StepClusterIssuer'] as const).flatMap((kind) =>
    objectsOf(plan, kind).map(({ metadata }) => ({ kind, name: metadata.name, namespace: metadata.namespace ?? '' })),
  );
}
