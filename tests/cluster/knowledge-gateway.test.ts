import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { nothingChanged } from '../../operate/engine';
import { live, openTestStack, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { withDefinitions } from '../support/cluster/with-definitions';

const namespace = 'pk-mcp-team';

describe('an instance of Personal Knowledge MCP behind a Gateway, as its example has it, on a real control plane', () => {
  const { config } = parse(
    readFileSync(join(projectDir, 'examples', 'personal-knowledge', 'gateway.yaml'), 'utf8'),
  ) as { config: Record<string, Record<string, unknown>> };
  // The context is that of the example's own cluster.
  const { context: _, ...cluster } = config['memory-fleet:cluster'] ?? {};
  const opened = () =>
    openTestStack('local', 'knowledge-gateway', {
      ...config,
      'memory-fleet:cluster': cluster,
      'memory-fleet:memoryMcp': undefined,
    });
  let removeDefinitions: () => Promise<void>;

  before(async () => {
    removeDefinitions = await withDefinitions(
      'certificates.cert-manager.io',
      'referencegrants.gateway.networking.k8s.io',
    );
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeDefinitions?.();
  });

  it('comes up with its route, and with a certificate that the Gateway may read, and is the same at the next up', async () => {
    await (await opened()).up();
    const of = async (apiVersion: string, kind: string, name: string) => {
      const object = { apiVersion, kind, metadata: { name, namespace } };
      const found = await live<{ spec: Record<string, unknown> } & typeof object>(object as never);
      assert.ok(found, `${kind} ${name}`);
      return found.spec;
    };
    const { hostnames, rules } = await of('gateway.networking.k8s.io/v1', 'HTTPRoute', 'pk-mcp-ingress');
    assert.deepEqual(hostnames, ['knowledge.example.com']);
    assert.deepEqual(
      (rules as { matches: unknown; timeouts: unknown }[]).map(({ matches, timeouts }) => [matches, timeouts]),
      [
        [[{ path: { type: 'Exact', value: '/health' } }], { request: '0s', backendRequest: '0s' }],
        [[{ path: { type: 'PathPrefix', value: '/api/v1' } }], { request: '0s', backendRequest: '0s' }],
      ],
    );
    const { dnsNames, secretName } = await of('cert-manager.io/v1', 'Certificate', 'pk-mcp-tls');
    assert.deepEqual([dnsNames, secretName], [['knowledge.example.com'], 'pk-mcp-tls']);
    const { to } = await of('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', 'pk-mcp-tls');
    assert.deepEqual(to, [{ group: '', kind: 'Secret', name: 'pk-mcp-tls' }]);
    const { changes } = await (await opened()).up();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });
});
