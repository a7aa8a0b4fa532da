import type { Plan, SystemPlan } from '../components/system';
import { filesOf } from './followed/files';
import { type FollowedCommit, UnknownRevisionError, withFollowedCommit } from './followed/revision';
import { compareFiles, differenceInWords, overlayDifferences, overlaysPath } from './overlay';
import { renderPlan } from './plan';

/** Thrown when a plan runs ahead of git, or behind it, on a stack where Argo CD would take its changes back. */
export class OverlayError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OverlayError';
  }
}

/** Environment variable that lets a preview run ahead of git. */
export const lookAhead = 'FLEET_LOOK_AHEAD';

/** A run of the program, and where it says what does not stop it. */
export interface LeadRun {
  readonly projectDir: string;
  readonly stack: string;
  readonly plan: Plan;
  readonly preview: boolean;
  readonly log: { warn(message: string): unknown; info(message: string): unknown };
}

/** What the Applications of a plan follow, against the plan. */
export type FollowedOverlay =
  | {
      readonly found: FollowedCommit;
      readonly differences: readonly string[];
      /** Folders that an Application follows and that are no overlay there. */
      readonly absent: readonly string[];
    }
  | { readonly unknown: string };

/** Compares a plan with the commit that its Applications follow at this moment, or says why that cannot be. */
export async function followedOverlay(projectDir: string, stack: string, plan: Plan): Promise<FollowedOverlay> {
  const { checkoutUrl, repoUrl = '', revision = '' } = plan.cluster.argocd ?? {};
  try {
    return await withFollowedCommit(projectDir, { url: checkoutUrl ?? repoUrl, revision }, async (found) => ({
      found,
      differences: await followedDifferences(stack, plan, found),
      absent: await absentFolders(plan, found),
    }));
  } catch (error) {
    if (error instanceof UnknownRevisionError) return { unknown: error.message };
    throw error;
  }
}

/**
 * In mode `shared` git leads: what the Applications follow must be the plan, byte for byte, because Argo CD takes back
 * whatever differs. In the other modes a production stack must have the folders that they follow. Looked at is the commit
 * of the followed revision, whatever lies on disk. A preview may look ahead, where it is told to.
 *
 * @throws OverlayError that names every file that differs or folder that is missing, or why nothing can be compared
 */
export async function requireMergedOverlay(run: LeadRun): Promise<void> {
  const { argocd, production } = run.plan.cluster;
  const leads = argocd?.mode === 'shared';
  if (argocd === undefined || (!leads && !production)) return;
  const overlay = await followedOverlay(run.projectDir, run.stack, run.plan);
  if (!leads) withFolders(run, overlay);
  else if ('unknown' in overlay) withoutRevision(run, overlay.unknown);
  else compared(run, overlay.found, overlay.differences);
}

function compared(run: LeadRun, found: FollowedCommit, differences: readonly string[]): void {
  const { argocd } = run.plan.cluster;
  if (found.stale !== undefined) run.log.warn(found.stale);
  if (differences.length === 0) return;
  const message = [
    `the plan differs from what Argo CD follows and would restore (mode shared, git leads): ${argocd?.revision} of ` +
      `${argocd?.repoUrl} at ${found.commit.slice(0, 10)}`,
    ...differences.map((difference) => `  ${difference}`),
    `→ ${remedy(run, found)}, then run again`,
  ].join('\n');
  refuse(run, message);
}

/** An Application whose folder is not there shows an error for ever, whoever else writes to the cluster. */
function withFolders(run: LeadRun, overlay: FollowedOverlay): void {
  const { revision, repoUrl, uncomparedReason } = run.plan.cluster.argocd ?? {};
  const say = uncomparedReason === undefined ? 'warn' : 'info';
  if ('unknown' in overlay) {
    run.log[say](`whether Argo CD finds what its Applications follow cannot be looked at: ${overlay.unknown}`);
    return;
  }
  const { absent, found } = overlay;
  if (absent.length === 0) return;
  const message = [
    `Argo CD finds no overlay at ${revision} of ${repoUrl}, ${found.commit.slice(0, 10)}:`,
    ...absent.map((folder) => `  ${folder}`),
  ].join('\n');
  if (uncomparedReason === undefined) refuse(run, `${message}\n→ ${remedy(run, found)}, then run again`);
  else run.log.info(`${message}\n(accepted: ${uncomparedReason})`);
}

/** @throws OverlayError, but in a preview that looks ahead */
function refuse(run: LeadRun, message: string): void {
  if (!run.preview) throw new OverlayError(message);
  if (process.env[lookAhead] !== '1') {
    throw new OverlayError(`${message}\n→ to see what it would change before that: ${lookAhead}=1 pulumi preview`);
  }
  run.log.warn(`${message}\n→ \`up\` refuses until then`);
}

/** Folders that an Application of the plan follows and that have no overlay in a commit. */
async function absentFolders({ systems }: Plan, found: FollowedCommit): Promise<string[]> {
  const folders = systems.flatMap((system) => applicationPath(system) ?? []);
  const absent: string[] = [];
  for (const folder of new Set(folders)) {
    if (!(await filesOf(found, folder, new Map())).has('kustomization.yaml')) absent.push(folder);
  }
  return absent;
}

/** How the folders that the Applications of a plan sync differ from it, a text for each file. */
async function followedDifferences(stack: string, plan: Plan, found: FollowedCommit): Promise<string[]> {
  const whole = renderPlan(plan, stack);
  const base = plan.cluster.argocd?.path ?? `${overlaysPath}/${stack}`;
  const differences: string[] = [];
  for (const system of plan.systems) {
    const folder = applicationPath(system);
    if (folder === undefined) continue;
    const own = new Map(
      [...whole].flatMap(([path, text]) =>
        path.startsWith(`${system.id}/`) ? [[path.slice(system.id.length + 1), text] as const] : [],
      ),
    );
    // A path of its own may hold either: the system's folder, or all of them.
    const all = folder === base || (await filesOf(found, `${folder}/${system.id}`, own)).has('kustomization.yaml');
    const expected = all ? whole : own;
    const differing = compareFiles(await filesOf(found, folder, expected), expected);
    differences.push(...differing.map((difference) => differenceInWords(folder, difference)));
  }
  return [...new Set(differences)];
}

/** The folder that the Application of a system syncs; undefined where it has none. */
function applicationPath({ objects }: SystemPlan): string | undefined {
  for (const { object } of Object.values(objects)) {
    if (object.kind === 'Application') return object.spec.source?.path;
  }
  return undefined;
}

/** What makes a plan equal to what is followed, as a clause. */
export function remedy(
  { plan, projectDir, stack }: Pick<LeadRun, 'plan' | 'projectDir' | 'stack'>,
  { ahead }: FollowedCommit,
): string {
  const revision = plan.cluster.argocd?.revision;
  if (ahead > 0) return `this checkout lacks ${ahead} commit(s) of ${revision}: bring it up to date`;
  return overlayDifferences(projectDir, stack, plan).length === 0
    ? `it is rendered here: commit it, merge it into ${revision}`
    : `render it (\`npm run render\`), commit it, merge it into ${revision}`;
}

/** What Argo CD follows is not known: say so, and go on only where the stack file says why. */
function withoutRevision({ log, plan, preview, projectDir, stack }: LeadRun, why: string): void {
  const uncompared = `what Argo CD follows cannot be compared with the plan (mode shared): ${why}`;
  const ways =
    '→ make it readable by git from here, name the URL by which it is in cluster.argocd.checkoutUrl, or say in ' +
    'cluster.argocd.uncomparedReason why that need not be';
  const reason = plan.cluster.argocd?.uncomparedReason;
  if (reason === undefined) {
    if (!preview) throw new OverlayError(`${uncompared}\n${ways}`);
    log.warn(`${uncompared}\n${ways}; \`up\` refuses until then`);
    return;
  }
  const differences = overlayDifferences(projectDir, stack, plan);
  if (differences.length === 0) {
    log.info(`${uncompared} (accepted: ${reason})`);
    return;
  }
  const message = [
    'the plan differs from the overlay on disk, beyond which nothing can be compared (mode shared, git leads)',
    ...differences.map((difference) => `  ${difference}`),
    '→ render it (`npm run render`), commit and merge it, then run again',
  ].join('\n');
  if (preview && process.env[lookAhead] === '1') log.warn(message);
  else throw new OverlayError(message);
}
