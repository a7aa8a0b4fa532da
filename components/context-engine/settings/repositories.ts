import { z } from 'zod';
import { gitReference, gitUrl, integer, objectName, relativePath, text } from '../../../config/fields';

/** What every repository has, wherever it comes from. */
const common = {
  // Names of objects hold it: `index-<name>-<hash>` must fit into a label of 63 characters. Upstream's indexer runs programs
  // that it finds in a folder `scripts` beside the repositories, and takes the other two names for no collection at all.
  name: text(
    /^(?!(scripts|(my|default)-collection)$)[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/,
    'a name of lower-case letters, digits and "-", at most 40 characters; not scripts, whose files upstream would run',
  ).describe('Name of the repository: its folder /repos/<name>, and part of the names of its objects.'),
  watch: z.boolean().default(true).describe('Whether changes are indexed as they come, after the first index.'),
  polling: z
    .boolean()
    .optional()
    .describe(
      'Whether the watcher looks for changes itself. Default: true in layout "shared": network storage tells nobody of changes that another node has made.',
    ),
  collection: z
    .enum(['shared', 'own'], { error: '"shared" or "own"' })
    .default('shared')
    .describe('Collection of Qdrant: the one of engine.collection for all, or one of its own with its name.'),
};

const repository = z.discriminatedUnion(
  'source',
  [
    z.strictObject({
      source: z.literal('git').describe('The repository is cloned, and followed where it is watched.'),
      ...common,
      url: gitUrl.describe('URL of the repository, https or ssh. A Service of the cluster is named with .svc.'),
      ref: gitReference.default('HEAD').describe("Branch, tag or commit. Default: the remote's own branch."),
      intervalSeconds: integer(10, 86_400)
        .default(300)
        .describe('Time between two looks for new commits, in seconds, where it is watched.'),
      secretName: objectName
        .optional()
        .describe(
          'Secret with username and password for https, or with ssh-privatekey and known_hosts for ssh. Default: none, the repository is public.',
        ),
      secretRevision: integer(0, 1_000_000)
        .default(0)
        .describe('Counter to raise after the Secret has changed, so that the pods read it again.'),
    }),
    z.strictObject({
      source: z
        .literal('claim')
        .describe('The repository is on a volume that exists already; it is copied from there.'),
      ...common,
      claimName: objectName.describe('PersistentVolumeClaim of the namespace; it is only read.'),
      path: relativePath.optional().describe('Folder on that volume. Default: all of it.'),
      intervalSeconds: integer(10, 86_400)
        .default(60)
        .describe('Time between two looks for changes, in seconds, where it is watched.'),
    }),
    z.strictObject({
      source: z.literal('upload').describe('The repository is uploaded by `fleet repos upload`.'),
      ...common,
    }),
  ],
  { error: 'a map with source "git", "claim" or "upload"' },
);

export const repositories = z
  .array(repository)
  .default([])
  .superRefine((list, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of list.entries()) {
      if (seen.has(name)) {
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: 'a name that no other repository has: two would share folder and objects',
        });
      }
      seen.add(name);
    }
  })
  .describe('Repositories to index and to watch.');

export type RepositorySettings = z.output<typeof repository>;
