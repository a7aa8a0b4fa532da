import type { Plan, SystemPlan } from '../../../components/system';
import type { ServerFacts } from '../../../components/system/operations';
import { type Api, get } from '../../cluster/api';
import type { LiveObject } from '../../live/object';
import type { Finding } from '../../report/report';

interface Workload extends LiveObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly image: string }[];
        readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
      };
    };
  };
}

/**
 * Workloads that look like a server of a system under another name or in another namespace, each with the keys of the stack
 * file that would make the plan fit it; those of other systems and instances of the plan are none. One that uses the claim of the plan is refused: two would write to it.
 */
export async function otherInstalls(
  api: Api,
  system: SystemPlan,
  { systems }: Pick<Plan, 'systems'>,
): Promise<Finding[]> {
  const workloads = (await Promise.all(['deployments', 'statefulsets'].map((plural) => listed(api, plural)))).flat();
  const claims = new Set(claimsOf(system));
  return workloads.flatMap((workload): Finding[] => {
    const { name, namespace } = workload.metadata;
    if (systems.some((each) => namespace === each.namespace && isPlanned(each, workload))) return [];
    const pod = workload.spec.template.spec;
    const used = (pod.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
    const subject = `${workload.kind} ${namespace}/${name}`;
    if (namespace === system.namespace && used.some((claim) => claims.has(claim))) {
      return [
        {
          subject,
          status: 'failed',
          found: `uses the claim ${used.join(', ')} of the plan: two would write to it`,
          remedy: `kubectl delete ${workload.kind.toLowerCase()} ${name} --namespace ${namespace} (the claim stays), then run this again`,
        },
      ];
    }
    const server = serverLike(system, workload);
    if (server === undefined) return [];
    const missing = used.filter((claim) => !claims.has(claim));
    return [
      {
        subject,
        status: 'warning',
        found: `runs ${repository(server.image)} too, and the plan has ${server.workload.kind} ${system.namespace}/${server.workload.name}`,
        remedy: [...namespaceKeys(system, namespace), ...missing.map((claim) => rebinding(claim, [...claims]))].join(
          '; ',
        ),
      },
    ];
  });
}

function namespaceKeys(system: SystemPlan, namespace: string | undefined): string[] {
  const keys = system.operations.fittingKeys;
  if (namespace === system.namespace) return ['the name of the workload is fixed: the plan makes a new one beside it'];
  if (keys === undefined) return [];
  return [
    `to adopt it set ${keys.namespace}: ${namespace}, and ${keys.sharedNamespace}: true where others live there too`,
  ];
}

function isPlanned({ objects }: SystemPlan, { kind, metadata: { name } }: Workload): boolean {
  return Object.values(objects).some(({ object }) => object.kind === kind && object.metadata.name === name);
}

/** The server that a workload is another of: by its image, which servers may share, and best by its name too. */
function serverLike({ operations: { servers } }: SystemPlan, { metadata, spec }: Workload): ServerFacts | undefined {
  const images = spec.template.spec.containers.map(({ image }) => repository(image));
  const alike = servers.filter(({ image }) => images.includes(repository(image)));
  return alike.find(({ workload }) => workload.name === metadata.name) ?? alike[0];
}

/** A claim cannot be renamed; its volume can get another claim. */
function rebinding(claim: string, planned: readonly string[]): string {
  const wanted = planned.join(' or ') || 'the plan’s';
  return (
    `its memories are in claim ${claim}, the plan's is ${wanted}: keep the volume (persistentVolumeReclaimPolicy: Retain), ` +
    `delete claim ${claim}, remove the volume's claimRef, and make claim ${wanted} with its volumeName; or back up and restore`
  );
}

function claimsOf(system: SystemPlan): string[] {
  return Object.values(system.objects).flatMap(({ object }) =>
    object.kind === 'PersistentVolumeClaim' ? [object.metadata.name] : [],
  );
}

async function listed(api: Api, plural: string): Promise<Workload[]> {
  const kind = plural === 'deployments' ? 'Deployment' : 'StatefulSet';
  const list = await get<{ items: Workload[] }>(api, `/apis/apps/v1/${plural}`);
  // Items of a list do not say their own kind.
  return (list?.items ?? []).map((item) => ({ ...item, apiVersion: 'apps/v1', kind }));
}

/** An image without tag and digest. */
function repository(image: string): string {
  return image.split('@')[0]?.replace(/:[^/:]*$/, '') ?? image;
}
