import type { SystemPlan } from '../../components/system';
import type { DescribedObjects, KubernetesObject } from '../../components/system/described';
import type { ServerFacts } from '../../components/system/operations';
import type { PlannedObject } from '../../components/system/planned-object';

/** An object of a plan, of which a test says only what it is about. */
export function planned(object: KubernetesObject & Record<string, unknown>): PlannedObject {
  return object as KubernetesObject as PlannedObject;
}

/** The described object of a key, as the type that a test knows it to be. @throws Error where nothing is described */
export function objectOf<T>(objects: DescribedObjects, key: string): T {
  const described = objects[key];
  if (!described) throw new Error(`no object is described as ${key}; there are ${Object.keys(objects).join(', ')}`);
  return described.object as T;
}

/** The server that a command takes where none is named. @throws Error where a system has none */
export function mainServer({ operations }: Pick<SystemPlan, 'operations'>): ServerFacts {
  const [main] = operations.servers;
  if (!main) throw new Error('the system has no server');
  return main;
}

/** A plan whose main server differs in these facts. */
export function withServer<P extends SystemPlan>(plan: P, facts: Partial<ServerFacts>): P {
  const [, ...others] = plan.operations.servers;
  return { ...plan, operations: { ...plan.operations, servers: [{ ...mainServer(plan), ...facts }, ...others] } };
}

/** A system that is nothing but these objects. */
export function systemWith(objects: DescribedObjects, name = 'thing'): SystemPlan {
  const server: ServerFacts = {
    name,
    transport: 'http',
    endpoint: { url: '', inClusterUrl: '' },
    workload: { kind: 'Deployment', name },
    container: name,
    image: `example.org/${name}:1`,
    podLabels: { app: name },
    ports: { requests: 8080, health: 8080 },
    paths: { mcp: '/mcp', live: '/healthz', ready: '/readyz', routed: '/' },
    tools: [],
    access: { mode: 'none' },
    startupSeconds: 60,
    client: { name, tokenVariable: 'TOKEN', guidance: '' },
    probe: () => ({ write: [], read: [], change: [] }),
  };
  return {
    id: name,
    path: [name],
    component: 'Test',
    namespace: 'ns',
    objects,
    flows: [],
    outputs: {},
    operations: { servers: [server], backups: [] },
  };
}
