/** User and group that a file belongs to, as numbers. */
export type Owner = readonly [user: number, group: number];

/** What lies at a path of an image. */
export type Content = (
  | { readonly text: string; readonly executable?: boolean }
  /** A file of this machine. Of its permissions only whether it is executable is kept. */
  | { readonly from: string }
  | { readonly link: string }
  /** A folder that is there without any file, or that has an owner or a mode of its own. */
  | { readonly folder: { readonly mode?: number } }
) & {
  /** @default root */
  readonly owner?: Owner;
};

/** Contents by their absolute paths in the image. */
export type ImageFiles = Readonly<Record<string, Content>>;

/**
 * How a container of the image runs unless its pod says otherwise, by the names that the specification has.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 */
export interface ImageConfig {
  readonly User?: string;
  /** Variables as `NAME=value`. */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  /** The signal that ends it. @default SIGTERM */
  readonly StopSignal?: string;
}

/** An image before it is packed. */
export interface Image {
  /** Registry, repository and tag, as a pod names it: `docker.io/library/haproxy:3.2.4-alpine`. */
  readonly name: string;
  readonly files: ImageFiles;
  readonly config: ImageConfig;
}

/** An image as an archive. */
export interface PackedImage {
  readonly name: string;
  /** The archive, which `ctr images import` takes. */
  readonly path: string;
  /** Digest of its manifest: the same content has the same, on every machine. */
  readonly digest: string;
}
