import type { Image } from './image';

/**
 * The image of the container that holds a pod's network, where no registry is reached: catatonit, which does nothing else
 * when told to pause.
 *
 * @param catatonit the program, linked statically as Debian builds it
 */
export function pauseImage(name: string, catatonit: string): Image {
  return {
    name,
    files: { '/pause': { from: catatonit } },
    config: { User: '65535:65535', Env: ['PATH=/'], Entrypoint: ['/pause', '-P'] },
  };
}
