import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { withoutLineBreaks } from '../../components/kit/parts/line-breaks';
import { orSkip } from '../support/contract/missing';
import { translate } from '../support/contract/pod';
import { distributionProgram } from '../support/contract/program';

/** Values as Secrets have them, and as a program has to get them. */
const values: Readonly<Record<string, readonly [given: string, wanted: string]>> = {
  LINE: ['sk-one\n', 'sk-one'],
  LINES: ['sk-two\n\n', 'sk-two'],
  PLAIN: ['p@ss', 'p@ss'],
  EMPTY: ['', ''],
  WITHIN: ['-----BEGIN\nKEY-----\n', '-----BEGIN\nKEY-----'],
  ODD: [' a\'b"c\\n $(date) $HOME `id` %s é *\n', ' a\'b"c\\n $(date) $HOME `id` %s é *'],
};

describe('the secrets of a server, which files have ended with a line break', () => {
  const entry = (name: string, optional = false) => ({
    name,
    valueFrom: { secretKeyRef: { name: 'secrets', key: name.toLowerCase(), ...(optional ? { optional } : {}) } },
  });
  const container = withoutLineBreaks({
    name: 'server',
    command: [process.execPath, '-e', 'console.log(JSON.stringify([process.env, process.argv.slice(1)]))'],
    args: ['two words', '$(ODD) and $$5'],
    env: [{ name: 'OTHER', value: 'kept\n' }, ...Object.keys(values).map((name) => entry(name)), entry('ABSENT', true)],
  });
  const secrets = Object.fromEntries(
    Object.entries(values).map(([name, [given]]) => [`secrets/${name.toLowerCase()}`, given]),
  );

  /** Runs it as Kubernetes does, in a shell of this machine. */
  function run(shell: string, ...applet: readonly string[]) {
    const { args, command, env } = translate(container, { paths: {}, ports: {}, secrets });
    const [, ...words] = [...command, ...args];
    const said = execFileSync(shell, [...applet, ...words], { env, encoding: 'utf8' });
    return JSON.parse(said) as [Record<string, string>, readonly string[]];
  }

  it('come without it, and with everything else', async function () {
    const busybox = await orSkip(this, () => distributionProgram('busybox'));
    const shells: readonly (readonly [string, ...string[]])[] = [
      ['/bin/sh'],
      ['/bin/bash', '--posix', '--norc'],
      [busybox.path, 'sh'],
    ];
    for (const shell of shells) {
      const [env, words] = run(...shell);
      for (const [name, [, wanted]] of Object.entries(values)) assert.equal(env[name], wanted, `${shell[0]}: ${name}`);
      assert.deepEqual([env.OTHER, env.ABSENT], ['kept\n', undefined]);
      assert.deepEqual(words, ['two words', `${values.ODD?.[0]} and $5`]);
    }
  });

  it('leave a container alone that has none, or that has no command of its own', () => {
    for (const each of [{ command: ['server'], env: [{ name: 'A', value: 'b' }] }, { env: [entry('LINE')] }]) {
      assert.equal(withoutLineBreaks(each), each);
    }
    assert.equal(withoutLineBreaks(container), container);
  });
});
