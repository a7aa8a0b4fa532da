import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../../components/system/described';
import { standIn } from '.';
import { Bundle, containerRuntime, type Runtime } from './bundle';
import { ImagePod, type Surroundings } from './pod';
import { mounted } from './volumes';

/** Images, each unpacked once, and folders, for tests of a store. */
export class StoreImages {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-store-'));
  readonly #bundles = new Map<string, Promise<Bundle>>();

  private constructor(private readonly runtime: Runtime) {}

  /** @param images that the tests need. @throws Missing where this machine cannot make them */
  static async of(...images: readonly string[]): Promise<StoreImages> {
    const made = new StoreImages(await containerRuntime());
    for (const image of images) await made.bundle(image);
    return made;
  }

  bundle = (name: string): Promise<Bundle> => {
    const known = this.#bundles.get(name) ?? standIn(name).then((image) => Bundle.of(this.runtime, image));
    this.#bundles.set(name, known);
    return known;
  };

  /** A folder that outlives the pods that mount it. */
  volume(name: string): string {
    const place = join(this.folder, name);
    mkdirSync(place, { recursive: true });
    return place;
  }

  /**
   * Starts the pod of a store.
   *
   * @param objects of the store, its ConfigMaps among them
   * @param claims folders of this machine by the names of claims
   */
  async started(
    objects: Readonly<Record<string, Described>>,
    claims: Readonly<Record<string, string>>,
    more: Pick<Surroundings, 'secrets'> & Partial<Surroundings>,
  ): Promise<ImagePod> {
    const spec = podOf(objects);
    const paths = mounted(spec, mkdtempSync(join(this.folder, 'pod-')), configMapsOf(objects), more.secrets);
    for (const { mountPath, name } of spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts)) {
      const claim = spec.volumes?.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName;
      if (claim !== undefined) paths[mountPath] = claims[claim] ?? '';
    }
    return ImagePod.started(spec, { image: this.bundle, ...more, paths });
  }

  async remove(): Promise<void> {
    for (const bundle of this.#bundles.values()) (await bundle).remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The pod of the only StatefulSet. */
export function podOf(objects: Readonly<Record<string, Described>>): IPodSpec {
  for (const { object } of Object.values(objects)) {
    if (object.kind === 'StatefulSet') return object.spec?.template.spec as unknown as IPodSpec;
  }
  throw new Error('there is no StatefulSet');
}

export function configMapsOf(objects: Readonly<Record<string, Described>>): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.values(objects).flatMap(({ object }) =>
      object.kind === 'ConfigMap' ? [[object.metadata.name, (object as IConfigMap).data ?? {}]] : [],
    ),
  );
}
