import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetHome, fleetHome, fleetHomeAt } from '../../../operate/base/fleet-home';
import { connect } from '../../../operate/cluster/api';
import { createCluster } from '../../../operate/local-cluster';
import { lacking as lackingOn } from '../../../operate/local-cluster/node/requirements';
import { ensureStorageClasses } from '../../../operate/local-cluster/storage-classes';
import { nodeTools, toolNames } from '../../../operate/toolchain/manifest';
import { cachedTools, clusterOptions, endControlPlane, storageClasses } from '../cluster/lanes';
import { Missing } from '../contract/missing';
import { standIn, toolImage } from '../images';
import { archives } from './images';
import { tellOfNode } from './node-of-run';

/** @throws Missing where this machine can run no real node, or cannot make the image of the tests' own pods */
export async function requireNode(): Promise<void> {
  const [reason] = lackingOn();
  if (reason !== undefined) throw new Missing(`no real node: ${reason}`, 'run this layer on Linux as root');
  await standIn(toolImage);
}

/** A home of this run alone, in which the tools and the resource definitions are those of the usual cache. */
export function temporaryHome(): FleetHome {
  const home = fleetHomeAt(mkdtempSync(join(tmpdir(), 'memory-fleet-node-')));
  for (const shared of ['tools', 'definitions'] as const) {
    mkdirSync(fleetHome()[shared], { recursive: true });
    symlinkSync(fleetHome()[shared], home[shared]);
  }
  return home;
}

/** The tools of a control plane and of a real node. */
export const toolsOfNode = () => cachedTools([...toolNames, ...nodeTools]);

/**
 * Starts a control plane whose only node is real, with every image of this project's stacks that can be had and the storage
 * classes that they name.
 */
export async function startNode(home: FleetHome): Promise<void> {
  const tools = await toolsOfNode();
  const { images, lacking } = await archives();
  const { kubeconfig } = await createCluster({ ...clusterOptions(home, tools), nodes: 'real', images });
  await ensureStorageClasses(await connect(kubeconfig), storageClasses);
  tellOfNode({ folder: home.root, lacking });
}

/** Ends it and removes its folder. */
export const endNode = endControlPlane;
