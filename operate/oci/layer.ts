import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import type { Content, ImageFiles } from './image';

/** An entry of a tar archive. */
export interface Entry {
  readonly header: Partial<Header> & Pick<Header, 'name'>;
  readonly content?: Buffer;
}

/** The one layer of an image, as a tar archive: folders before what lies in them, and no time of any clock. */
export function layerOf(files: ImageFiles): Promise<Buffer> {
  const all = { ...parents(files), ...files };
  return archiveOf(
    Object.keys(all)
      .sort()
      .map((path) => entryOf(path, all[path] as Content)),
  );
}

/** Entries as a tar archive, the same for the same entries. */
export async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  const whole = buffer(archive);
  for (const { header, content } of entries) archive.entry({ ...header, mtime: new Date(0) }, content ?? '');
  archive.finalize();
  return whole;
}

/** The folders that files lie in, belonging to root. */
function parents(files: ImageFiles): ImageFiles {
  const found: Record<string, Content> = {};
  for (const path of Object.keys(files)) {
    for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) found[folder] = { folder: {} };
  }
  return found;
}

function entryOf(path: string, content: Content): Entry {
  const [uid, gid] = content.owner ?? [0, 0];
  const header = { name: path.slice(1), uid, gid };
  if ('folder' in content) {
    const mode = content.folder.mode ?? 0o755;
    return { header: { ...header, name: `${header.name}/`, type: 'directory', mode } };
  }
  if ('link' in content) return { header: { ...header, type: 'symlink', linkname: content.link, mode: 0o777 } };
  const [bytes, executable] =
    'text' in content
      ? [Buffer.from(content.text), content.executable]
      : [readFileSync(content.from), (statSync(content.from).mode & 0o111) !== 0];
  return { header: { ...header, type: 'file', size: bytes.length, mode: executable ? 0o755 : 0o644 }, content: bytes };
}
