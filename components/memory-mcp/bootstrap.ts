import { scheduledJob } from '../kit/objects/cron-job';
import { labelsOf } from '../kit/objects/labels';
import { hardenedPod, resourceRequirements } from '../kit/objects/pod';
import { permissions } from '../kit/objects/role';
import { account } from '../kit/objects/service-account';
import { unpinnedWaiver } from '../kit/parts/pinning';
import type { Described } from '../system/described';
import { metadataIn, pods, system } from './names';
import type { MemoryMcpSettings } from './settings';

/** Time that a person has to approve the login, in seconds; the code itself expires by then. */
export const approvalSeconds = 1800;

/**
 * The server's own device login as a job that is started on demand: it shows a URL and a code in its log, and writes the
 * token into the Secret once a person has approved it. The Secret is the login's, never this program's.
 */
export function bootstrap(settings: MemoryMcpSettings): Record<string, Described> {
  const { token } = settings;
  if (token.source !== 'bootstrap') return {};
  const name = `${system}-bootstrap`;
  const metadata = metadataIn(settings, pods.bootstrap)(name);
  const { role, roleBinding } = permissions(metadata, [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [token.secretName], verbs: ['get', 'update'] },
    // The name of an object to be created is not known to the authorizer, so `create` cannot be narrowed to one.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ]);
  const job = scheduledJob({
    metadata,
    podLabels: labelsOf(system, pods.bootstrap),
    schedule: 'on demand',
    deadlineSeconds: approvalSeconds + 60,
    retries: 0,
    pod: hardenedPod(
      { uid: 1000, gid: 1000 },
      {
        serviceAccountName: name,
        automountServiceAccountToken: true,
        dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
        containers: [
          {
            name: 'login',
            image: settings.image,
            args: [
              ...['auth', 'login', '--store', 'k8s-secret'],
              ...['--k8s-namespace', settings.namespace.name],
              ...['--k8s-secret-name', token.secretName],
            ],
            resources: resourceRequirements({ cpu: '50m', memory: '64Mi', memoryLimit: '256Mi' }),
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '10Mi' } }],
      },
    ),
  });
  const mountsToken = { rule: 'unmounted-tokens', reason: 'the login writes its token into a Secret through the API' };
  return {
    bootstrapAccount: account(metadata),
    bootstrapRole: role,
    bootstrapRoleBinding: { ...roleBinding, after: ['bootstrapRole', 'bootstrapAccount'] },
    bootstrapJob: {
      ...job,
      after: ['bootstrapRoleBinding'],
      reachesOut: ['login'],
      waivers: [mountsToken, ...unpinnedWaiver(settings.imageUnpinnedReason, settings.image)],
    },
  };
}
