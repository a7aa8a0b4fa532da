import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure';
import { readIfExists, writeAtomically } from '../base/files';
import type { Image, PackedImage } from './image';
import { archiveOf, layerOf } from './layer';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Bytes, and how others refer to them. */
interface Blob {
  readonly bytes: Buffer;
  readonly descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
}

/**
 * Packs an image for this machine's architecture as an archive of the OCI image layout, one layer, not compressed. An
 * archive that lies there already is whole: it is not written again, and where no file has changed since nothing is read.
 *
 * @param folder where archives are kept
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export async function packImage(image: Image, folder: string): Promise<PackedImage> {
  const note = join(folder, `${fileName(image.name)}-${fingerprintOf(image)}.json`);
  const noted = readIfExists(note);
  const known: PackedImage | undefined = noted === undefined ? undefined : JSON.parse(noted);
  if (known !== undefined && existsSync(known.path)) return known;
  const packed = await pack(image, folder);
  writeAtomically(note, JSON.stringify(packed));
  return packed;
}

/** What an image is made of, by names, sizes and times of its files. */
function fingerprintOf(image: Image): string {
  const contents = Object.entries(image.files).map(([path, content]) => {
    if (!('from' in content)) return [path, content];
    const { ctimeMs, ino, mode, mtimeMs, size } = statSync(content.from);
    return [path, content, ctimeMs, ino, mode, mtimeMs, size];
  });
  const all = JSON.stringify([process.arch, image.name, image.config, contents]);
  return createHash('sha256').update(all).digest('hex').slice(0, 12);
}

async function pack({ name, files, config }: Image, folder: string): Promise<PackedImage> {
  const tag = tagOf(name);
  const platform = { architecture: architecture(), os: 'linux' };
  const layer = blobOf('application/vnd.oci.image.layer.v1.tar', await layerOf(files));
  const rootfs = { type: 'layers', diff_ids: [layer.descriptor.digest] };
  const configuration = json('application/vnd.oci.image.config.v1+json', { ...platform, config, rootfs });
  const manifest = json('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: configuration.descriptor,
    layers: [layer.descriptor],
  });
  // containerd takes the whole name from its own annotation; others know the tag alone.
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
  const index = json('application/vnd.oci.image.index.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ ...manifest.descriptor, platform, annotations }],
  });
  // The index says both name and content: the same content under two names is two archives.
  const path = join(folder, `${fileName(name)}-${index.descriptor.digest.replace('sha256:', '').slice(0, 12)}.tar`);
  if (!existsSync(path)) writeAtomically(path, await layout(index, [manifest, configuration, layer]));
  return { name, path, digest: manifest.descriptor.digest };
}

function layout(index: Blob, blobs: readonly Blob[]): Promise<Buffer> {
  const file = (name: string, bytes: Buffer) => ({ header: { name, size: bytes.length, mode: 0o644 }, content: bytes });
  return archiveOf([
    file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    file('index.json', index.bytes),
    ...blobs.map(({ bytes, descriptor }) => file(`blobs/${descriptor.digest.replace(':', '/')}`, bytes)),
  ]);
}

function json(mediaType: string, content: object): Blob {
  return blobOf(mediaType, Buffer.from(JSON.stringify(content)));
}

function blobOf(mediaType: string, bytes: Buffer): Blob {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { bytes, descriptor: { mediaType, digest, size: bytes.length } };
}

function architecture(): string {
  const known = architectures[process.arch];
  if (known !== undefined) return known;
  throw new Failure(`no image is packed for ${process.arch}`, 'use a machine with amd64 or arm64');
}

function tagOf(name: string): string {
  const tag = /^[^@]+\/[^@/]+:([\w.-]+)$/.exec(name)?.[1];
  if (tag !== undefined) return tag;
  throw new Failure(`an image is packed under a registry, a name and a tag, not under "${name}"`, 'name it with a tag');
}

/** The last part of the name with its tag, for whoever looks into the folder. */
function fileName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(':', '-');
}
