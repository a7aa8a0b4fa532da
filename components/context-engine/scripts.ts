import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { configMap } from '../kit/objects/config-map';
import { contentHash } from '../kit/objects/content-hash';
import type { Described } from '../system/described';
import { metadataIn, paths, system } from './names';
import type { ContextEngineSettings } from './settings';

const files = [
  ...(['fetch-model.sh', 'fetch-repository.py', 'mirror-folder.py', 'prepare.py', 'receive.py'] as const),
  ...(['wait-for.py', 'watch.py'] as const),
];

/** A script of scripts/, which a container runs. */
export type Script = (typeof files)[number];

const contents = Object.fromEntries(
  files.map((file) => [file, readFileSync(join(__dirname, 'scripts', file), 'utf8')]),
) as Readonly<Record<Script, string>>;

const name = `${system}-scripts`;

/** The scripts as an object, one for all pods. */
export function scripts(settings: ContextEngineSettings): Described<'ConfigMap'> {
  return configMap(metadataIn(settings)(name), contents);
}

/** Path of a script in a container that mounts {@link scriptsMount}. */
export function scriptPath(script: Script): string {
  return `${paths.scripts}/${script}`;
}

export const scriptsVolume: IVolume = { name: 'scripts', configMap: { name } };

export const scriptsMount: IVolumeMount = { name: 'scripts', mountPath: paths.scripts, readOnly: true };

/** Annotation of pods that run these scripts: a pod starts anew when one of them changes, and only then. */
export function scriptsHash(...used: readonly Script[]): Record<string, string> {
  return contentHash('scripts', Object.fromEntries(used.map((script) => [script, contents[script]])));
}
