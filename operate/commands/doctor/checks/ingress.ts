import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok, type Question, warning } from '../check';

interface IngressClass {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly controller?: string };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly hostNetwork?: boolean };
}

const classes = '/apis/networking.k8s.io/v1/ingressclasses';
/** What each implementation calls itself in its IngressClass, and in words. */
const implementations = {
  nginx: { controller: 'k8s.io/ingress-nginx', product: 'ingress-nginx' },
  traefik: { controller: 'traefik.io/ingress-controller', product: 'Traefik' },
  other: { controller: undefined, product: 'what serves it' },
} as const;

type Implementation = keyof typeof implementations;

/** The class of the Ingresses, whose annotations one implementation alone reads, and its pods, which policies let in. */
export const ingress: Check = ({ look, stack }) => {
  const ingresses = objectsOf(stack.plan, 'Ingress');
  const facts = stack.plan.cluster.ingress;
  if (ingresses.length === 0 || !facts) return [];
  const { className, controller, implementation } = facts;
  const selector = Object.entries(controller.labels).map((pair) => pair.join('='));
  const pods = `/api/v1/namespaces/${controller.namespace}/pods?labelSelector=${encodeURIComponent(selector.join(','))}`;
  const questions: Question[] = [
    {
      subject: `IngressClass ${className}`,
      answer: async () => {
        const found = await look.at<IngressClass>(`${classes}/${className}`);
        if (found) return classAnswer(found, implementation);
        const known = (await look.list<IngressClass>(classes)).map(({ metadata }) => metadata.name).join(', ');
        return missing(
          'there is none',
          `install ${implementations[implementation].product}, or set cluster.ingress.className to one of: ${known || 'none exist'}`,
        );
      },
    },
    {
      subject: 'pods of the ingress controller',
      answer: async () => controllerAnswer(await look.list<Pod>(pods), controller.namespace),
    },
  ];
  return questions;
};

function classAnswer({ spec }: IngressClass, wanted: Implementation): Answer {
  const { controller = 'nobody' } = spec ?? {};
  const { controller: known, product } = implementations[wanted];
  return known === undefined || controller === known
    ? ok(`served by ${controller}`)
    : warning(
        `served by ${controller}, not by ${known}`,
        `name a class of ${product}, or another cluster.ingress.implementation: others do not read how paths are rewritten`,
      );
}

function controllerAnswer(pods: readonly Pod[], namespace: string): Answer {
  if (pods.length === 0) {
    return missing(
      `none in ${namespace} by the labels of the stack file`,
      'correct cluster.ingress.controller: network policies let nobody else in',
    );
  }
  const onHost = pods.filter(({ spec }) => spec?.hostNetwork);
  if (onHost.length === 0) return ok(pods.map(({ metadata }) => metadata.name).join(', '));
  return warning(
    `${onHost.map(({ metadata }) => metadata.name).join(', ')} uses the network of its node`,
    'let it have a network of its own: most network plugins know such a pod by its node, which no policy of ours lets in',
  );
}
