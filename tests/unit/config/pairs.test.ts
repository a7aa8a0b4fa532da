import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';
import { ConfigError } from '../../../config/parse';
import { scheduleOf } from '../../../config/schedule';

/** What is said to a stack file, a line for each problem. */
function problems(raw: Record<string, unknown>): string[] {
  try {
    parseStack(raw, 'test');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ expected, key }) => `${key}: ${expected}`);
  }
}

const image = 'registry.example.org/a:1';
const engine = (settings: object) =>
  problems({ cluster: { sharedStorageClass: 'nfs' }, contextEngine: { image, ...settings } });
const hour = 3600;
const day = 24 * hour;

describe('the gaps of a schedule', () => {
  // Counted by hand, in seconds.
  const table: Readonly<Record<string, readonly [longest: number, shortest: number]>> = {
    '17 * * * *': [hour, hour],
    '0 3 * * *': [day, day],
    '*/15 * * * *': [900, 900],
    '*/25 * * * *': [1500, 600],
    '0 9,17 * * *': [16 * hour, 8 * hour],
    '0 3 * * MON-FRI': [3 * day, day],
    '0 3 * * 0': [7 * day, 7 * day],
    '0 0 1 * *': [31 * day, 28 * day],
    '0 0 31 * *': [61 * day, 31 * day],
    '0 0 29 2 *': [1461 * day, 1461 * day],
    '0 0 1,15 * 1': [7 * day, day],
    '@every 1h30m': [5400, 5400],
    '@weekly': [7 * day, 7 * day],
  };
  for (const [schedule, [longestGap, shortestGap]] of Object.entries(table)) {
    it(`of ${schedule} are ${longestGap} and ${shortestGap} s`, () =>
      assert.deepEqual(scheduleOf(schedule), { longestGap, shortestGap }));
  }
});

describe('a schedule', () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    '0 3 * * 7': /the day of the week is 0 to 6 or SUN to SAT, not "7"/,
    '99 3 * * *': /the minute is 0 to 59, not "99"/,
    '0 3 * *': /this one has 4/,
    '0 0 3 * * *': /this one has 6/,
    'TZ=Europe/Berlin 0 3 * * *': /without a time zone/,
    '0 3 31 2 *': /on a day that there is/,
    '*/0 * * * *': /steps of one or more/,
    '0 3 * * FRI-MON': /from the lower to the higher/,
    '@reboot': /or one of @yearly/,
    '@every 3 hours': /duration such as 6h/,
    '@every 999999999h': /once in eight years/,
    '0 3 L * *': /the day of the month is 1 to 31, or "\*", not "L"/,
  };
  for (const [schedule, message] of Object.entries(wrong)) {
    it(`${schedule} is refused with the reason`, () =>
      assert.match(engine({ backup: { schedule, maxAgeSeconds: 60 * day } }).join(), message));
  }
});

describe('values against each other', () => {
  it('let a backup be over before the next, and no alert go off while all are good', () => {
    const backup = (settings: object) => engine({ backup: settings });
    assert.deepEqual(backup({ schedule: '0 3 * * *', maxAgeSeconds: day + hour }), []);
    assert.match(
      backup({ schedule: '0 3 * * *', maxAgeSeconds: day + hour - 1 }).join(),
      /^contextEngine\.backup\.maxAgeSeconds: expected at least 90000, or a closer schedule/,
    );
    assert.match(
      backup({ schedule: '0 3 * * SUN' }).join(),
      /^contextEngine\.backup\.maxAgeSeconds: expected at least 608400/,
    );
    assert.deepEqual(backup({ schedule: '0 * * * *' }), []);
    assert.match(
      backup({ schedule: '*/30 * * * *' }).join(),
      /^contextEngine\.backup\.deadlineSeconds: expected at most 1800/,
    );
    assert.deepEqual(backup({ schedule: '*/30 * * * *', deadlineSeconds: 1800 }), []);
  });

  it('ask the same of drills, where any are scheduled', () => {
    const drill = (settings: object) => engine({ backup: { drill: settings } });
    assert.deepEqual(drill({ maxAgeSeconds: hour }), []);
    assert.deepEqual(drill({ schedule: '@weekly' }), []);
    assert.match(
      drill({ schedule: '@monthly' }).join(),
      /^contextEngine\.backup\.drill\.maxAgeSeconds: expected at least 2682000, or a closer drill\.schedule/,
    );
    assert.match(drill({ schedule: '@every 10m' }).join(), /deadlineSeconds: expected at most 600, .*drill\.schedule/);
  });

  it('ask the same of both backups of memory-mcp', () => {
    const memory = (backup: object) => problems({ memoryMcp: { backup } });
    assert.deepEqual(memory({ volume: {} }), []);
    assert.match(
      memory({ schedule: '0 */6 * * *' }).join(),
      /^memoryMcp\.backup\.maxAgeSeconds: expected at least 22200/,
    );
    assert.match(
      memory({ schedule: '*/5 * * * *' }).join(),
      /^memoryMcp\.backup\.deadlineSeconds: expected at most 300/,
    );
    assert.match(
      memory({ volume: { schedule: '@weekly' } }).join(),
      /^memoryMcp\.backup\.volume\.maxAgeSeconds: expected at least 608400/,
    );
  });

  it('give each scope one remote, and a name that a folder can have', () => {
    const scopes = (...names: string[]) =>
      problems({ memoryMcp: { git: { scopes: names.map((scope) => ({ scope, url: 'https://git.example.org/a' })) } } });
    assert.deepEqual(scopes('team', 'team/a', 'Team'), []);
    assert.match(
      scopes('team', 'other', 'team').join(),
      /^memoryMcp\.git\.scopes\[2\]\.scope: expected a scope that no other entry has/,
    );
    assert.deepEqual(scopes('a'.repeat(255)), []);
    assert.match(scopes('é'.repeat(43)).join(), /a shorter scope/);
  });

  it('let every line of a file be in some chunk, and every chunk begin behind the one before', () => {
    const index = (settings: object) => engine({ engine: { index: settings } });
    assert.deepEqual(index({ chunkLines: 21 }), []);
    assert.match(index({ chunkLines: 20 }).join(), /chunkOverlap: expected less than chunkLines, which is 20/);
    assert.deepEqual(index({ microChunkStride: 16 }), []);
    assert.match(
      index({ microChunkStride: 17 }).join(),
      /microChunkStride: expected at most microChunkTokens, which is 16/,
    );
  });

  it('keep requests below limits, those by default too', () => {
    assert.match(
      problems({ memoryMcp: { resources: { memory: '8Gi' } } }).join(),
      /^memoryMcp\.resources\.memory: expected at most the limit, memoryLimit, which is 6Gi/,
    );
    assert.match(
      engine({ qdrant: { resources: { cpu: '2', cpuLimit: '1500m' } } }).join(),
      /^contextEngine\.qdrant\.resources\.cpu: expected at most the limit, cpuLimit/,
    );
  });

  it('take the API server of a cluster behind a proxy by its path', () => {
    const server = 'https://rancher.example.org/k8s/clusters/c-m-1';
    const argocd = { mode: 'observe', repoUrl: 'https://git.example.org/a', server };
    assert.deepEqual(problems({ cluster: { argocd } }), []);
  });

  it('take for a network beside a proxy what is one', () => {
    const without = (host: string) =>
      problems({ cluster: { pods: { proxy: { httpsProxy: 'http://proxy.example.org:3128', noProxy: [host] } } } });
    for (const host of ['10.0.0.0/8', 'fd00::/8', '.example.org', '10.0.0.1'])
      assert.deepEqual(without(host), [], host);
    for (const host of ['10.0.0.0/33', '10.0.0.1/8', 'fd00::/129'])
      assert.match(without(host).join(), /noProxy\[0\]: expected (a|the) network/, host);
  });

  it('take for a bucket what object storages take for one', () => {
    const bucket = (name: string) =>
      engine({ backup: { target: { kind: 's3', endpoint: 'https://s3.example.org', bucket: name } } });
    for (const name of ['abc', 'my.bucket-1', '1a2']) assert.deepEqual(bucket(name), [], name);
    for (const name of ['ab', '10.0.0.1', 'a..b', 'a.-b', 'a-.b', 'My', '-ab', 'a'.repeat(64)]) {
      assert.match(bucket(name).join(), /target\.bucket: expected the name of a bucket/, name);
    }
  });
});
