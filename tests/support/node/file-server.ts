import { waitFor } from '../../../operate/base/wait';
import { type Api, create, get } from '../../../operate/cluster/api';
import { type ToolPod, toolPod, waits } from './pods';

/** A server of a file on a volume, to which it adds a line at each start. */
const server = toolPod('server', {
  script: `echo kept >>/data/index.html; busybox httpd -p 8080 -h /data; ${waits}`,
  spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
  container: {
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
    readinessProbe: { httpGet: { path: '/index.html', port: 8080 }, periodSeconds: 1 },
  },
});

/** Makes a namespace that enforces `restricted`, with a server of a file behind a Service `server`, and further pods. */
export async function makeFileServer(api: Api, namespace: string, ...others: readonly ToolPod[]): Promise<void> {
  const within = `/api/v1/namespaces/${namespace}`;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await create(api, '/api/v1/namespaces', { metadata: { name: namespace, labels } });
  await waitFor(() => get(api, `${within}/serviceaccounts/default`), { seconds: 30, period: 100 });
  await create(api, `${within}/persistentvolumeclaims`, claim('data'));
  const spec = { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] };
  await create(api, `${within}/services`, { metadata: { name: 'server' }, spec });
  for (const each of [server, ...others]) await create(api, `${within}/pods`, each);
}

/** A claim of a gigabyte. */
export function claim(name: string, more: object = {}) {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more };
  return { metadata: { name }, spec };
}
