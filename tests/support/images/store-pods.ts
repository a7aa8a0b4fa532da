import type { Described } from '../../../components/system/described';
import { orSkip } from '../contract/missing';
import type { ImagePod } from './pod';
import { StoreImages } from './store-pod';

/** The pods of a suite, and what they are made of, once its tests run. */
export interface StorePods {
  readonly images: StoreImages;
  /**
   * Starts the pod of a store, which ends with the suite at the latest.
   *
   * @param volumes names of folders that outlive their pods, by the names of claims
   */
  start(
    objects: Readonly<Record<string, Described>>,
    volumes: Readonly<Record<string, string>>,
    secrets: Readonly<Record<string, string>>,
  ): Promise<ImagePod>;
  /** Further pods, which end with the suite too. */
  keep(pod: ImagePod): ImagePod;
}

/** For a suite of tests: it is skipped where this machine cannot make the images. */
export function storePods(...names: readonly string[]): StorePods {
  let made: StoreImages | undefined;
  const pods: ImagePod[] = [];
  before(async function () {
    this.timeout(0);
    made = await orSkip(this, () => StoreImages.of(...names));
  });
  after(async () => {
    for (const pod of pods) await pod.kill();
    await made?.remove();
  });
  const images = () => {
    if (!made) throw new Error('the images are there once the tests run');
    return made;
  };
  const keep = (pod: ImagePod) => {
    pods.push(pod);
    return pod;
  };
  return {
    get images() {
      return images();
    },
    start: async (objects, volumes, secrets) => {
      const claims = Object.entries(volumes).map(([claim, name]) => [claim, images().volume(name)]);
      return keep(await images().started(objects, Object.fromEntries(claims), { secrets }));
    },
    keep,
  };
}
