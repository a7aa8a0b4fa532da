import { join } from 'node:path';
import type { Image, PackedImage } from '../../oci/image';
import { packImage } from '../../oci/pack';
import { pauseImage } from '../../oci/pause';
import { type Tools, toolPath } from '../../toolchain';
import { type Inside, mustRunInside } from './namespaces';
import type { Programs } from './programs';

/** Images that every node has, so that it needs no registry itself. */
export const ownImages = { pause: 'memory-fleet.local/pause:1', dns: 'memory-fleet.local/coredns:1' } as const;

/** Packs the node's own images where they are not packed yet. */
export async function packOwnImages(tools: Tools, programs: Programs, folder: string): Promise<readonly PackedImage[]> {
  const images: readonly Image[] = [
    pauseImage(ownImages.pause, programs.path('catatonit')),
    {
      name: ownImages.dns,
      files: { '/coredns': { from: toolPath(tools, 'coredns') } },
      config: { User: '65535:65535', Entrypoint: ['/coredns'] },
    },
  ];
  return Promise.all(images.map((image) => packImage(image, join(folder, 'images'))));
}

/** Brings archives of images to a node, as a registry would. Those that it has already are left alone. */
export async function importImages(inside: Inside, archives: readonly string[]): Promise<void> {
  for (const archive of archives)
    await mustRunInside(inside, 'ctr', ['--namespace', 'k8s.io', 'images', 'import', archive]);
}
