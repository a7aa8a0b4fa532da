import { controlPlane } from './control-plane';

/** A Deployment whose simulated pods carry the labels of a server; what answers at their ports a test brings itself. */
export async function simulatedServer(namespace: string, labels: Readonly<Record<string, string>>): Promise<void> {
  await controlPlane().objects.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'memory-mcp', namespace },
    spec: {
      selector: { matchLabels: labels },
      strategy: { type: 'Recreate' },
      template: { metadata: { labels }, spec: { containers: [{ name: 'memory-mcp', image: 'example.org/none:1' }] } },
    },
  } as never);
}
