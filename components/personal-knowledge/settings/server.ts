import { z } from 'zod';
import { hostPattern, integer } from '../../../config/fields';
import { perCluster } from '../../../config/promotion';
import { sizedResources, sizedVolume } from '../../kit/settings/sized';

const onePod =
  'its sessions, limits and jobs live in one process, and its list of repositories in files that two would overwrite. ' +
  'A larger instance is a larger preset, or a second instance';

const day = 86_400;

/** Options of the server itself, each read by its code. */
export const server = z
  .strictObject({
    replicas: z
      .literal(1, { error: `1: ${onePod}` })
      .default(1)
      .describe(
        'Replicas of the server: one, because what it knows of its clients and repositories is in one process.',
      ),
    autoscaling: z
      .strictObject({
        enabled: z
          .literal(false, { error: `false: ${onePod}` })
          .default(false)
          .describe('Whether replicas follow the load: never, for the reason that there is one.'),
      })
      .prefault({})
      .describe('Autoscaling, which there is none of.'),
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error'], { error: '"debug", "info", "warn" or "error"' })
      .default('info')
      .describe('What it logs.'),
    logFormat: z.enum(['json', 'pretty'], { error: '"json" or "pretty"' }).default('json').describe('Form of the log.'),
    maxSessions: integer(1, 10_000)
      .default(100)
      .describe('Sessions at once, of each transport; further ones are answered by 503.'),
    sessionSeconds: integer(60, day)
      .default(1800)
      .describe('Idle time after which a session ends, in seconds; streams may be silent for as long.'),
    chunkMaxTokens: integer(50, 8000).default(500).describe('Longest piece of a text that is embedded, in tokens.'),
    chunkOverlapTokens: integer(0, 4000).default(50).describe('What a piece repeats of the one before it, in tokens.'),
    gitHosts: perCluster(
      z
        .array(hostPattern)
        .default(['github.com', 'api.github.com'])
        .describe('Hosts of the repositories, on port 443. api.github.com says whether a token for GitHub is good.'),
    ),
    data: perCluster(sizedVolume('The volume with the clones, and with what the server knows of them.')),
    waitSeconds: integer(10, 3600)
      .default(300)
      .describe(
        'Time that each start waits for Chroma before it fails, and for the graph before it goes without, in seconds.',
      ),
    startupBudgetSeconds: integer(180, 3600)
      .default(180)
      .describe('Time from there to the first answer before a start counts as failed, in seconds.'),
    resources: sizedResources('Resources of the server.'),
  })
  .superRefine(({ chunkMaxTokens, chunkOverlapTokens }, context) => {
    if (chunkOverlapTokens < chunkMaxTokens) return;
    const message = `less than chunkMaxTokens, which is ${chunkMaxTokens}`;
    context.addIssue({ code: 'custom', path: ['chunkOverlapTokens'], message });
  })
  .prefault({})
  .describe('The server.');
