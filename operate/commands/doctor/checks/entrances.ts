import type { PlannedObject } from '../../../../components/system/planned-object';
import { objectInWords } from '../../../live/object';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok } from '../check';

interface Live {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly { readonly host?: string }[];
    readonly ports?: readonly { readonly nodePort?: number }[];
  };
}

const routes = '/apis/gateway.networking.k8s.io/v1/httproutes';
const ingresses = '/apis/networking.k8s.io/v1/ingresses';

/** Host names and ports of the nodes that somebody else on the cluster has already, of which a plan alone knows nothing. */
export const entrances: Check = (examined) => {
  const { plan } = examined.stack;
  const opened = [...objectsOf(plan, 'HTTPRoute'), ...objectsOf(plan, 'Ingress')];
  const hosts = [...new Set(opened.flatMap(hostsOf))];
  const ports = objectsOf(plan, 'Service').flatMap(portsOf);
  return [
    ...hosts.map((host) => ({
      subject: `host name ${host}`,
      answer: async () => {
        // Where the Gateway API is not served nobody has a route.
        const kinds = [
          ['HTTPRoute', await examined.look.list<Live>(routes).catch(() => [])],
          ['Ingress', await examined.look.list<Live>(ingresses)],
        ] as const;
        const others = kinds.flatMap(([kind, live]) =>
          live.filter((each) => hostsOf(each).includes(host)).map(({ metadata }) => ({ kind, metadata })),
        );
        return answer(examined, others, 'name another host name in the stack file, or remove the other');
      },
    })),
    ...(ports.length > 0
      ? [
          {
            subject: `ports of the nodes ${ports.join(', ')}`,
            answer: async () => {
              const live = await examined.look.list<Live>('/api/v1/services');
              const others = live.filter((each) => portsOf(each).some((port) => ports.includes(port)));
              return answer(
                examined,
                others.map(({ metadata }) => ({ kind: 'Service', metadata })),
                'name other ports in the stack file: the API server refuses a second owner',
              );
            },
          },
        ]
      : []),
  ];
};

function hostsOf({ spec }: Live | PlannedObject<'HTTPRoute' | 'Ingress'>): string[] {
  const { hostnames = [], rules = [] } = (spec ?? {}) as NonNullable<Live['spec']>;
  return [...hostnames, ...rules.flatMap(({ host }) => host ?? [])];
}

function portsOf({ spec }: Live | PlannedObject<'Service'>): number[] {
  return ((spec as Live['spec'])?.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);
}

function answer(
  { stack }: Examined,
  found: readonly { kind: string; metadata: Live['metadata'] }[],
  remedy: string,
): Answer {
  const others = found.filter(({ kind, metadata }) => !isPlanned(stack, kind, metadata));
  if (others.length === 0) return ok('nobody else has it');
  return missing(`${others.map(objectInWords).join(', ')} has it already`, remedy);
}

function isPlanned({ plan }: Examined['stack'], kind: string, { name, namespace }: Live['metadata']): boolean {
  return plan.systems.some(({ objects }) =>
    Object.values(objects).some(
      ({ object }) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
    ),
  );
}
