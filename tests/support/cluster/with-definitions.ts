import { fleetHome } from '../../../operate/base/fleet-home';
import { connect } from '../../../operate/cluster/api';
import { ensureDefinitions } from '../../../operate/local-cluster/crds';
import { loadDefinitions } from '../../../operate/local-cluster/definitions';
import { controlPlane, eventually, live, projectDir } from './control-plane';
import { fromTheStart } from './definitions';
import { interrupt } from './interrupt';

/**
 * Installs further ones of the pinned definitions.
 * @returns removes them again, with every object of their kinds
 * @throws where one is there from the start: removed, it would be missing to the next file of the lane
 */
export async function withDefinitions(...names: readonly string[]): Promise<() => Promise<void>> {
  const given = names.find(fromTheStart);
  if (given) throw new Error(`${given} is there from the start`);
  const pinned = await loadDefinitions({ home: fleetHome(), projectDir, signal: interrupt });
  const crds = pinned.crds.filter(({ metadata }) => names.includes(metadata.name));
  const { cluster, objects } = controlPlane();
  await ensureDefinitions(await connect(cluster.kubeconfig), { ...pinned, crds }, interrupt);
  return async () => {
    for (const { apiVersion, kind, metadata } of crds) {
      const definition = { apiVersion, kind, metadata: { name: metadata.name } };
      await objects.delete(definition);
      await eventually(`no kind ${metadata.name}`, async () => !(await live(definition)));
    }
  };
}
