import assert from 'node:assert/strict';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookAhead, OverlayError, requireMergedOverlay } from '../../render/git-leads';
import { overlaysPath } from '../../render/overlay';
import { FleetRepository, type Wanted } from '../support/contract/fleet-repository';

const changed: Wanted = { logFilter: 'debug' };
const deployment = `${overlaysPath}/test/memory-mcp/deployment-memory-mcp.yaml`;
const operations = ['preview', 'up'] as const;

describe('git leads: what Argo CD follows is the plan, whatever lies on disk', () => {
  let fleet: FleetRepository;
  beforeEach(() => {
    fleet = new FleetRepository();
  });
  afterEach(() => {
    fleet.remove();
    delete process.env[lookAhead];
  });

  const accepts = async (wanted?: Wanted) => {
    for (const operation of operations) assert.equal(await fleet.verdict(operation, wanted), undefined, operation);
    assert.deepEqual(fleet.warnings, []);
  };
  const refuses = async (pattern: RegExp, wanted?: Wanted) => {
    for (const operation of operations)
      assert.match((await fleet.verdict(operation, wanted)) ?? '', pattern, operation);
  };

  it('accepts what is merged', () => accepts());

  it('refuses a change that is not rendered, and names the file, the lines, the commit and what to do', async () => {
    const commit = fleet.git(fleet.checkout, 'rev-parse', '--short=10', 'HEAD').trim();
    await refuses(/→ render it \(`npm run render`\), commit it, merge it into main, then run again/, changed);
    const message = (await fleet.verdict('up', changed)) ?? '';
    assert.match(message, new RegExp(`main of https://git.example.org/ops/fleet.git at ${commit}\n`));
    assert.ok(message.includes(`${deployment} differs:`), message);
    assert.match(message, /\+ +value: debug/);
  });

  it('refuses what is rendered and not committed, committed and not pushed, or pushed to another branch', async () => {
    const remedy = /→ it is rendered here: commit it, merge it into main, then run again/;
    fleet.render(changed);
    await refuses(remedy, changed);
    fleet.commit('ahead');
    await refuses(remedy, changed);
    fleet.push('HEAD:next');
    await refuses(remedy, changed);
    await accepts({ ...changed, argocd: { revision: 'next' } });
    fleet.push();
    await accepts(changed);
  });

  it('refuses a checkout behind what others have merged, without a fetch of its own', async () => {
    fleet.mergedElsewhere(changed);
    await refuses(/→ this checkout lacks 1 commit\(s\) of main: bring it up to date, then run again/);
    await accepts(changed);
  });

  it('lets a preview look ahead where it is told to, and no `up`', async () => {
    process.env[lookAhead] = '1';
    assert.equal(await fleet.verdict('preview', changed), undefined);
    assert.match(fleet.warnings.join('\n'), /deployment-memory-mcp.yaml differs[\s\S]*`up` refuses until then/);
    assert.match((await fleet.verdict('up', changed)) ?? '', /differs from what Argo CD follows/);
    process.env[lookAhead] = '0';
    assert.match((await fleet.verdict('preview', changed)) ?? '', /FLEET_LOOK_AHEAD=1 pulumi preview/);
  });

  it('does not look at the disk', async () => {
    const folder = join(fleet.checkout, overlaysPath, 'test');
    writeFileSync(join(folder, 'memory-mcp', 'extra.yaml'), 'kind: Secret\n');
    await accepts();
    rmSync(folder, { recursive: true });
    await accepts();
  });

  it('refuses a file that nothing describes, one that is missing, and a folder that is not there', async () => {
    const extra = join(fleet.checkout, overlaysPath, 'test', 'memory-mcp', 'extra.yaml');
    writeFileSync(extra, 'kind: Secret\n');
    rmSync(join(fleet.checkout, deployment));
    fleet.commit('by hand');
    fleet.push();
    await refuses(/extra.yaml is stale[^\n]*|deployment-memory-mcp.yaml is missing/);
    const message = (await fleet.verdict('up')) ?? '';
    assert.match(message, /memory-mcp\/extra.yaml is stale: nothing describes it any more/);
    assert.match(message, /deployment-memory-mcp.yaml is missing/);
    const elsewhere = { argocd: { path: 'clusters/test' } };
    await refuses(/clusters\/test\/memory-mcp\/kustomization.yaml is missing/, elsewhere);
  });

  it('follows a tag, annotated or not, and a commit by its whole or its short name', async () => {
    const commit = fleet.git(fleet.checkout, 'rev-parse', 'HEAD').trim();
    fleet.git(fleet.checkout, 'tag', 'plain');
    fleet.git(fleet.checkout, 'tag', '--annotate', '--message=x', 'v1.0.0');
    fleet.push('plain', 'v1.0.0');
    fleet.git(fleet.checkout, 'tag', '--delete', 'plain', 'v1.0.0');
    fleet.mergedElsewhere(changed);
    for (const revision of ['plain', 'v1.0.0', commit, commit.slice(0, 8), commit.toUpperCase()]) {
      await accepts({ argocd: { revision } });
      await refuses(/differs from what Argo CD follows/, { ...changed, argocd: { revision } });
    }
    await accepts(changed);
  });

  it('takes the newest commit of the remote, whatever the checkout has checked out', async () => {
    fleet.git(fleet.checkout, 'checkout', '--quiet', '--detach');
    await accepts();
    fleet.git(fleet.checkout, 'switch', '--quiet', '--orphan', 'empty');
    await accepts();
  });

  it('works in a shallow clone, and leaves it one', async () => {
    fleet.makeShallow();
    await accepts();
    fleet.mergedElsewhere(changed);
    await refuses(/differs from what Argo CD follows/);
    await accepts(changed);
    assert.equal(fleet.git(fleet.checkout, 'rev-parse', '--is-shallow-repository').trim(), 'true');
  });

  it('works without git in the checkout, and with another remote, from a copy', async () => {
    fleet.git(fleet.checkout, 'remote', 'set-url', 'origin', 'https://git.example.org/ops/other');
    await accepts();
    await refuses(/differs from what Argo CD follows/, changed);
    fleet.forgetGit();
    await accepts();
    await refuses(/→ render it/, changed);
    const commit = fleet.git(fleet.remote, 'rev-parse', 'main').trim();
    await accepts({ argocd: { revision: commit } });
  });

  it('goes by what it knows of a remote that gives no answer, and says how old that is', async () => {
    fleet.git(fleet.checkout, 'fetch', '--quiet');
    const threeDaysAgo = new Date(Date.now() - 73 * 3_600_000);
    utimesSync(join(fleet.checkout, '.git', 'FETCH_HEAD'), threeDaysAgo, threeDaysAgo);
    fleet.disconnect();
    for (const operation of operations) {
      assert.equal(await fleet.verdict(operation), undefined);
      assert.match(
        fleet.warnings.join(),
        /^https:\/\/git.example.org\/ops\/fleet.git cannot be read \(fatal: .*\); what is known of it is 3 days old$/,
      );
    }
    await refuses(/differs from what Argo CD follows/, changed);
  });

  it('says that it cannot compare, and lets no `up` through without a reason', async () => {
    fleet.forgetGit();
    fleet.disconnect();
    assert.equal(await fleet.verdict('preview'), undefined);
    const why =
      /cannot be compared[\s\S]*cannot be read[\s\S]*cluster.argocd.checkoutUrl[\s\S]*cluster.argocd.uncomparedReason/;
    assert.match(fleet.warnings.join(), why);
    assert.match((await fleet.verdict('up')) ?? '', why);

    const accepted = { argocd: { uncomparedReason: 'a pipeline renders and merges' } };
    await accepts(accepted);
    assert.match(fleet.infos.join(), /accepted: a pipeline renders and merges/);
    await refuses(/differs from the overlay on disk/, { ...accepted, ...changed });
  });

  it('says of a revision that it is none', async () => {
    const wanted = { argocd: { revision: 'nowhere' } };
    assert.match((await fleet.verdict('up', wanted)) ?? '', /nowhere is neither a branch nor a tag nor a commit of/);
    fleet.forgetGit();
    assert.match((await fleet.verdict('up', wanted)) ?? '', /nowhere is neither a branch nor a tag nor a commit of/);
  });

  it('asks by the URL that operators have, where Argo CD has another one', async () => {
    const repoUrl = 'https://gitea.git.svc.cluster.local/ops/fleet';
    assert.match((await fleet.verdict('up', { argocd: { repoUrl } })) ?? '', /cannot be compared/);
    await accepts({ argocd: { repoUrl, checkoutUrl: 'ssh://git@git.example.org/ops/fleet' } });
  });

  it('compares the folder of an Application that has a path of its own, with all systems or with one', async () => {
    await accepts({ memoryMcp: { applicationPath: `${overlaysPath}/test` } });
    const one = { memoryMcp: { applicationPath: 'apps/memory' } };
    await refuses(/apps\/memory\/kustomization.yaml is missing/, one);
    mkdirSync(join(fleet.checkout, 'apps'));
    fleet.git(fleet.checkout, 'mv', `${overlaysPath}/test/memory-mcp`, 'apps/memory');
    fleet.commit('moved');
    fleet.push();
    await accepts(one);
    const all = { memoryMcp: { applicationPath: 'clusters/test' } };
    fleet.render({}, join(fleet.checkout, 'clusters', 'test'));
    fleet.commit('all');
    fleet.push();
    await accepts(all);
    await refuses(/clusters\/test\/memory-mcp\/deployment-memory-mcp.yaml differs/, { ...all, ...changed });
  });

  it('is told by `fleet doctor` before it is asked for', async () => {
    assert.match(await fleet.doctor(), /^ok \| at [0-9a-f]{10}, exactly what the stack describes \| $/);
    const differs =
      /at [0-9a-f]{10} it is not what the stack describes: \S*deployment-memory-mcp.yaml differs \| render it/;
    assert.match(await fleet.doctor(changed), new RegExp(`^missing \\| ${differs.source}`));
    for (const mode of ['observe', 'argocd']) {
      assert.match(await fleet.doctor({ ...changed, argocd: { mode } }), new RegExp(`^warning \\| ${differs.source}`));
    }
    fleet.disconnect();
    assert.match(
      await fleet.doctor(),
      /^warning \| at [0-9a-f]{10}, what the stack describes, but .* is less than an hour old/,
    );
    fleet.forgetGit();
    assert.match(
      await fleet.doctor(),
      /^warning \| cannot be compared: no remote of this checkout is https:.*cannot be read/,
    );
  });

  it('asks in the other modes only whether a production stack has the folder at all', async () => {
    for (const mode of ['observe', 'argocd']) {
      await accepts({ ...changed, production: true, argocd: { mode } });
      const elsewhere = { production: true, argocd: { mode, path: 'apps/memory' } };
      await refuses(/finds no overlay at main of .*\n {2}apps\/memory\/memory-mcp\n→ /, elsewhere);
      await accepts({ ...elsewhere, production: false });
      await accepts({ ...elsewhere, argocd: { ...elsewhere.argocd, uncomparedReason: 'made by a pipeline later' } });
      process.env[lookAhead] = '1';
      assert.equal(await fleet.verdict('preview', elsewhere), undefined);
      assert.match((await fleet.verdict('up', elsewhere)) ?? '', /finds no overlay/);
      delete process.env[lookAhead];
    }
    fleet.disconnect();
    fleet.forgetGit();
    assert.equal(await fleet.verdict('up', { production: true, argocd: { mode: 'observe' } }), undefined);
    assert.match(fleet.warnings.join(), /cannot be looked at: /);
  });

  it('asks nothing in the other modes', async () => {
    fleet.disconnect();
    for (const mode of ['observe', 'argocd']) await accepts({ ...changed, argocd: { mode } });
  });

  it('is refused as the program shows refusals', async () => {
    const run = { projectDir: fleet.checkout, stack: 'test', preview: false, log: { warn: () => 0, info: () => 0 } };
    await assert.rejects(
      requireMergedOverlay({ ...run, plan: fleet.plan({ argocd: { revision: 'nowhere' } }) }),
      OverlayError,
    );
  });
});
