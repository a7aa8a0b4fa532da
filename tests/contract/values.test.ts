import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import type { z } from 'zod';
import * as fields from '../../config/fields';
import { billionths } from '../../config/fields/quantities';
import { scheduleOf } from '../../config/schedule';
import { engineConfig } from '../../operate/stack-file/engine-config';
import { YamlError } from '../../operate/stack-file/yaml-error';
import { dataOf } from '../support/contract/engine-values';
import { stackFiles } from '../support/contract/stack-files';
import { type Answer, judgeOfValues, type Question } from '../support/contract/values-judge';

const projectDir = join(__dirname, '..', '..');
let ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;

before(async function () {
  this.timeout(0);
  ask = await judgeOfValues(projectDir);
});

/** Texts of a few letters, of which many nearly are what a field takes. */
function drawn(letters: string, count = 3000): string[] {
  const text = fc
    .array(fc.constantFrom(...letters.split(' ')), { minLength: 1, maxLength: 8 })
    .map((all) => all.join(''));
  return [...new Set(fc.sample(text, { numRuns: count, seed: 20_261_128 }))];
}

describe('what the commands read in a stack file', () => {
  const plain = 'name: memory-fleet\nruntime: nodejs\n';
  const defaults = `${plain}config:\n  a: text\n  b: 5\n  c: true\n  d: [1, x]\n  e: {default: {x: 1}}\n  other:f: x\n  memory-fleet:g: x\n  h.i: true\n  j: {type: string, default: y}\n  k: {value: z}\n`;

  async function same(texts: readonly string[], project: string): Promise<void> {
    const answers = await ask(texts.map((text) => ({ kind: 'stack', text, project })));
    for (const [index, text] of texts.entries()) {
      const { error, value } = answers[index] ?? { value: undefined };
      const engine = error === undefined ? dataOf(value) : 'refused';
      assert.deepEqual(mine(text, project), engine, `${JSON.stringify(text)} ${error ?? ''}`);
    }
  }

  function mine(stack: string, project: string): unknown {
    try {
      return dataOf(engineConfig({ stack, project }).values);
    } catch (error) {
      assert.ok(error instanceof YamlError, String(error));
      return 'refused';
    }
  }

  it(`is what the engine loads, for ${stackFiles.length} files`, () => same(stackFiles, plain));

  it('has the defaults of Pulumi.yaml where the engine has them', () =>
    same(
      [
        '',
        'config: {a: own}',
        'config: {h: {i: false}}',
        'config: {h: {z: 1}}',
        'config: {memory-fleet:a: {x: 1}, e: {y: 2}}',
        'config: {other:f: own}',
      ],
      defaults,
    ));

  it('lacks what Pulumi.yaml asks for exactly where the engine says so', () =>
    same(['', 'config: {a: x}'], `${plain}config:\n  a: {type: string}\n`));

  it('is what the engine loads, for any plain text', () =>
    same(
      drawn('0 1 7 9 _ . - + e x o b 2024 -08 -28 true null ~ << inf y', 2000).map(
        (text) => `config:\n  a:\n    v: ${text}\n`,
      ),
      plain,
    ));
});

describe('schedules', () => {
  const known =
    `* * * * *|17 * * * *|0 0 * * 7|0 0 * * 0|0 0 * * SUN|0 0 * * sun-tue|0 0 1 JAN *|60 * * * *|0 24 * * *|0 0 0 * *|0 0 32 * *|0 0 * 13 *|*/15 * * * *|*/0 * * * *|5/20 * * * *|0-30/10 * * * *|30-10 * * * *|1,2,3 * * * *|1,,2 * * * *|? ? ? ? ?|0 0 ? * MON|0 0 13 * 5|0 0 */2 * 5|0 0 31 2 *|0 0 30 2 *|0 0 29 2 *|0 0 31 4,6 *|@hourly|@daily|@midnight|@weekly|@monthly|@yearly|@annually|@reboot|@every 6h|@every 1h30m|@every 90s|@every 1.5h|@every 500ms|@every x|@every|* * * *|* * * * * *|  0 0 * * *  |0\t0 * * *|-1 * * * *|a * * * *|*/x * * * *|1-2-3 * * * *|1/2/3 * * * *|0 3 * * MON-FRI|0 3 * * FRI-MON|0 3 1-7 * MON|0 0 L * *|0 0 1W * *|0 0 * * 1#2|L * * * *|`.split(
      '|',
    );

  it('are read as Kubernetes reads them, by robfig/cron', async () => {
    const drawnOnes = drawn('0 1 5 31 59 * ? / - , SUN JAN', 4000).map(
      (text, index) => `${['* *', '0 0'][index % 2]} ${text} * *`,
    );
    const texts = [
      ...known,
      ...drawnOnes,
      ...drawn('0 1 5 6 7 * / - , SUN SAT', 2000).map((text) => `0 3 * * ${text}`),
    ];
    const answers = await ask(texts.map((text) => ({ kind: 'schedule', text })));
    for (const [index, text] of texts.entries()) {
      const ours = scheduleOf(text);
      const theirs = answers[index];
      const named = JSON.stringify(text);
      if ('fault' in ours) assert.ok(theirs?.error !== undefined || isStranger(text), `${named}: ${ours.fault}`);
      else if (theirs?.error === undefined) assert.deepEqual([ours.longestGap, ours.shortestGap], theirs?.value, named);
      else assert.fail(`${named}: ${theirs.error}`);
    }
  });

  /** What robfig/cron takes by an oversight: a range behind a star, which it does not look at. */
  const isStranger = (text: string) => /[*?]-/.test(text);
});

describe('values', () => {
  const addresses =
    '0.0.0.0 10.0.0.0 10.1.2.3 255.255.255.255 256.0.0.0 1.2.3 01.2.3.4 :: ::1 fe80:: 2001:db8:: 2001:db8::1 ::ffff:10.0.0.0 ' +
    '1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:8:9 1::2::3 fe80::%eth0 ABCD:: 1:0:0:2:0:0:0:0 ::1.2.3.4';
  const prefixes = '0 1 8 12 24 31 32 33 64 96 104 127 128 129 08 -1 x 1/1'.split(' ');
  const networks = addresses
    .split(' ')
    .flatMap((address) => [address, ...prefixes.map((bits) => `${address}/${bits}`)]);

  /** Every text that a field takes is one for Kubernetes, but for what it warns of; what only Kubernetes takes is named. */
  async function within(
    kind: Question['kind'],
    field: z.ZodType,
    texts: readonly string[],
    only: (text: string) => boolean = () => false,
    warned = /^$/,
  ) {
    const answers = await ask(texts.map((text) => ({ kind, text })));
    let taken = 0;
    for (const [index, text] of texts.entries()) {
      const [ours, theirs] = [field.safeParse(text).success, answers[index]?.error === undefined];
      if (ours) taken += 1;
      const error = answers[index]?.error ?? 'refused by us alone';
      if (ours !== theirs) assert.ok(theirs ? only(text) : warned.test(error), `${JSON.stringify(text)}: ${error}`);
    }
    assert.ok(taken > 20, `${taken} taken`);
  }

  it('that are networks are those of the API server', () =>
    within(
      'network',
      fields.network,
      [...drawn('10 0 255 256 1 . . . /8 /32 /0 :: : fe80 ffff /64 /', 2000), ...networks],
      () => false,
      // Networks that are there already may be spelt otherwise, and those of policies and Services still are.
      /must be in canonical form/,
    ));

  it('that are images are those of the registries, in lower case with a tag', () =>
    within(
      'image',
      fields.image,
      drawn('a b-c d_e f__g . - _ / / : :1 :2.3 A @ localhost reg.io :5000/ // https://', 6000),
      (text) => !/:[^/]+$/.test(text) || /[A-Z]/.test(text.replace(/:[^/]*$/, '')) || text.endsWith(':latest'),
    ));

  it('that are names, labels and keys are those of the API server', async () => {
    const texts = drawn('a B 0 - _ . / b.c example.org/ A/ -- .. x', 4000);
    const long = [
      'a'.repeat(63),
      'a'.repeat(64),
      `${'a.'.repeat(126)}a`,
      `${'a.'.repeat(127)}a`,
      `${'a'.repeat(64)}.b`,
    ];
    await within('label', fields.dnsLabel, [...texts, ...long]);
    await within('name', fields.objectName, [...texts, ...long.slice(0, 4)], (text) =>
      text.split('.').some((part) => part.length > 63),
    );
    await within('dataKey', fields.dataKey, [...texts, ...long]);
    await within('labelKey', fields.className, [...texts, ...long.map((text) => `${text}/x`), ...long], (text) =>
      (text.split('/')[0] ?? '').split('.').some((part) => part.length > 63),
    );
    await within('labelValue', fields.labels.valueType, [...texts, ...long]);
  });

  it('that are quantities stand for what Kubernetes takes them for', async () => {
    const texts = drawn('1 0 5 . - + e E 3 Ki Mi Gi m k M G T n u i 10', 6000);
    const answers = await ask(texts.map((text) => ({ kind: 'quantity', text })));
    for (const [index, text] of texts.entries()) {
      const theirs = answers[index];
      const ours = billionths(text);
      if (theirs?.error !== undefined) assert.equal(ours, undefined, `${text}: ${theirs.error}`);
      // Kubernetes keeps no more than 64 bits; the bounds of every field are far below.
      else if (ours !== undefined && ours < 2n ** 63n) assert.equal(ours.toString(), theirs?.value, text);
    }
  });
});
