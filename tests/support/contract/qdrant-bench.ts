import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FakeS3 } from './fake-s3';
import { empty, type Place } from './qdrant-place';
import { type Interpreter, type ScriptRun, startScript } from './qdrant-scripts';

/** Where backups are kept: in the volume of the snapshots, or in a bucket. */
export type Target = 'volume' | 's3';

/** What says that a backup is complete, and what is in it. */
export interface Manifest {
  readonly backup: string;
  readonly collections: Readonly<
    Record<string, Readonly<Record<'snapshot' | 'checksum', string> & Record<'points' | 'size', number>>>
  >;
  readonly aliases: Readonly<Record<string, string>>;
}

/** A Qdrant, and a place for its backups. */
export class Bench {
  readonly s3: FakeS3;

  private constructor(
    readonly place: Place,
    s3: FakeS3,
    readonly target: Target,
    readonly program: Interpreter,
  ) {
    this.s3 = s3;
  }

  static async made(place: Place, target: Target, program: Interpreter): Promise<Bench> {
    return new Bench(place, await FakeS3.started(), target, program);
  }

  settings(more: object = {}): object {
    const { apiKey, location, snapshotsDir = '' } = this.place;
    return {
      QDRANT_URL: this.place.url,
      ...(apiKey ? { QDRANT_API_KEY: apiKey } : {}),
      TARGET: this.target,
      ...(this.target === 's3' ? this.s3.settings : { SNAPSHOTS_DIR: snapshotsDir, QDRANT_SNAPSHOTS_DIR: location }),
      ...more,
    };
  }

  backUp(more: object = {}): Promise<ScriptRun> {
    return startScript('snapshot', this.program, this.settings({ RETENTION: '2', ...more })).finished;
  }

  /** @returns what a good run says in its last line */
  async backedUp(more: object = {}): Promise<{ backup: string } & Record<string, unknown>> {
    const run = await this.backUp(more);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(run.leftovers, []);
    return JSON.parse(run.lastLine) as { backup: string };
  }

  restore(more: object = {}): Promise<ScriptRun> {
    return startScript('restore', this.program, this.settings({ BACKUP: 'latest', ...more })).finished;
  }

  /** Names of the records: manifests of complete backups, and journals of runs. */
  records(): string[] {
    if (this.target === 's3') {
      const names = this.s3.keys.map((key) => key.replace('fleet/qdrant/', ''));
      return names.filter((name) => !name.includes('/'));
    }
    return readdirSync(join(this.place.snapshotsDir ?? '', 'memory-fleet')).sort();
  }

  manifest(stamp: string): Manifest {
    const name = `${stamp}.json`;
    const text =
      this.target === 's3'
        ? this.s3.objects.get(`fleet/qdrant/${name}`)
        : readFileSync(join(this.place.snapshotsDir ?? '', 'memory-fleet', name));
    return JSON.parse(String(text)) as Manifest;
  }

  /** The snapshots in the store. */
  kept(collection: string): string[] {
    if (this.target === 's3') {
      const names = this.s3.keys.map((key) => key.replace('fleet/qdrant/', '').split('/'));
      return names.flatMap(([, of, name]) => (of === collection && name ? [name] : []));
    }
    const folder = join(this.place.snapshotsDir ?? '', collection);
    return readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
  }

  async clear(): Promise<void> {
    await this.s3.stop();
    await empty(this.place);
    if (this.target === 'volume')
      rmSync(join(this.place.snapshotsDir ?? '', 'memory-fleet'), { recursive: true, force: true });
  }
}
