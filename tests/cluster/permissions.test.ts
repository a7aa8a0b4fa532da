import assert from 'node:assert/strict';
import type { V1SubjectAccessReview } from '@kubernetes/client-node';
import { describedStack } from '../../operate/stack';
import { controlPlane, ensureNamespace, projectDir, removeNamespace } from '../support/cluster/control-plane';

interface Request {
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
  readonly namespace?: string;
}

const kinds: ReadonlySet<string> = new Set(['ServiceAccount', 'Role', 'RoleBinding']);

describe('permissions on a real control plane', () => {
  before(async () => {
    await ensureNamespace('memory-mcp');
    const [system] = describedStack(projectDir, 'goddess').plan.systems;
    const objects = Object.values(system?.objects ?? {}).map(({ object }) => object);
    const granting = objects.filter(({ kind }) => kinds.has(kind));
    assert.deepEqual(
      objects.filter(({ kind }) => kind.startsWith('ClusterRole')),
      [],
    );
    for (const object of granting) await controlPlane().objects.create(object as never);
  });
  after(() => removeNamespace('memory-mcp'));

  async function may(account: string, { verb, resource, name, namespace = 'memory-mcp' }: Request): Promise<boolean> {
    const review = await controlPlane().objects.create<V1SubjectAccessReview>({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: `system:serviceaccount:memory-mcp:${account}`,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:memory-mcp', 'system:authenticated'],
        resourceAttributes: { verb, resource, namespace, ...(name ? { name } : {}) },
      },
    });
    return review.status?.allowed === true;
  }

  const token = { resource: 'secrets', name: 'memory-mcp-github-token' };
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

  it('give the server nothing', async () => {
    for (const resource of ['secrets', 'configmaps', 'pods', 'persistentvolumeclaims', 'deployments']) {
      for (const verb of verbs) assert.equal(await may('memory-mcp', { verb, resource }), false, `${verb} ${resource}`);
    }
    assert.equal(await may('memory-mcp', { verb: 'get', ...token }), false);
  });

  it('let the bootstrap read and replace its own Secret, and create one', async () => {
    for (const verb of ['get', 'update'])
      assert.equal(await may('memory-mcp-bootstrap', { verb, ...token }), true, verb);
    assert.equal(await may('memory-mcp-bootstrap', { verb: 'create', resource: 'secrets' }), true);
  });

  it('let the bootstrap do nothing else', async () => {
    const denied: Request[] = [
      ...['patch', 'delete', 'list', 'watch'].map((verb) => ({ verb, ...token })),
      ...['get', 'update'].map((verb) => ({ verb, resource: 'secrets', name: 'another' })),
      ...['get', 'list'].map((verb) => ({ verb, resource: 'secrets' })),
      { verb: 'get', ...token, namespace: 'default' },
      { verb: 'create', resource: 'secrets', namespace: 'default' },
      ...['pods', 'configmaps', 'serviceaccounts', 'roles'].map((resource) => ({ verb: 'create', resource })),
    ];
    for (const request of denied) {
      assert.equal(await may('memory-mcp-bootstrap', request), false, JSON.stringify(request));
    }
  });
});
