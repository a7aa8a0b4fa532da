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

/** The issuers that the plan asks for certificates and does not make itself. */
export const issuers: Check = ({ look, stack }) =>
  askedBy(stack).map(({ kind, name, namespace }) => ({
    subject: `${kind} ${name}`,
    answer: async () => {
      const found = await look.at<WithConditions>(`/apis/${places[kind](namespace)}/${name}`);
      if (found === undefined) {
        return missing('there is none', 'create it, or correct exposure.tls or cluster.ingress.certificateIssuer');
      }
      const { isReady, words } = readiness(found);
      return isReady ? ok(words) : warning(`not ready: ${words}`, `kubectl describe ${kind.toLowerCase()} ${name}`);
    },
  }));

function askedBy({ plan }: DescribedStack): Asked[] {
  const asked = [
    ...objectsOf(plan, 'Ingress').flatMap((object): Asked[] => {
      const issuer = issuerOf(object);
      return issuer ? [{ ...issuer, namespace: object.metadata.namespace ?? '' }] : [];
    }),
    ...objectsOf(plan, 'Certificate').flatMap(({ metadata, spec }): Asked[] =>
      spec ? [{ ...(spec.issuerRef as IssuerReference), namespace: metadata.namespace ?? '' }] : [],
    ),
  ];
  const key = ({ kind, name, namespace }: Asked) => places[kind](namespace) + name;
  const made = [...objectsOf(plan, 'Issuer'), ...objectsOf(plan, 'ClusterIssuer')].map(({ kind, metadata }) =>
    key({ kind, name: metadata.name, namespace: metadata.namespace ?? '' }),
  );
  return [...new Map(asked.map((each) => [key(each), each])).entries()].flatMap(([at, each]) =>
    made.includes(at) ? [] : [each],
  );
}
