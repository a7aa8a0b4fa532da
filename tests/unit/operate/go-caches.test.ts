import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { forgetBuildFiles, hasBuildFiles, withGoCaches } from '../../../operate/toolchain/go-caches';
import { folder, removeFolders } from '../../support/unit/operate';

function homeWithBuildFiles() {
  const home = fleetHomeAt(folder());
  mkdirSync(join(home.go, 'build'), { recursive: true });
  writeFileSync(join(home.go, 'build', 'package'), 'compiled');
  return home;
}

describe('what only building needed', () => {
  afterEach(removeFolders);

  it('is taken away, and the tools stay', async () => {
    const home = homeWithBuildFiles();
    mkdirSync(home.tools);
    assert.equal(hasBuildFiles(home), true);
    await forgetBuildFiles(home);
    assert.equal(hasBuildFiles(home), false);
    assert.deepEqual([existsSync(home.go), existsSync(home.tools)], [false, true]);
  });

  it('is taken away also where a killed run had begun to', async () => {
    const home = fleetHomeAt(folder());
    mkdirSync(join(home.scratch, 'forgotten-before', 'build'), { recursive: true });
    assert.equal(hasBuildFiles(home), true);
    await forgetBuildFiles(home);
    assert.equal(hasBuildFiles(home), false);
  });

  it('stays as long as somebody builds', async () => {
    const home = homeWithBuildFiles();
    let forgetting: Promise<void> | undefined;
    const seen = await withGoCaches(home, async () => {
      // Asked for from within a build: whoever asks first would get the lock, which of two is nobody's to say.
      forgetting = forgetBuildFiles(home, { retry: 20 });
      await sleep(200);
      return existsSync(join(home.go, 'build', 'package'));
    });
    await forgetting;
    assert.deepEqual([seen, existsSync(home.go)], [true, false]);
  });
});
