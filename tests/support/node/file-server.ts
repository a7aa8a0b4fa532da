import { type Api, create } from '../../../operate/cluster/api';
import { place, type ToolPod, toolPod, waits } from './pods';

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
  await place(api, namespace);
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
