import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsOf } from '../../../components/needs';
import { chosenStack, type ImageChoice } from '../../../operate/commands/start/images';
import { refuseOthersNamespaces } from '../../../operate/commands/start/namespaces';
import { toDoInWords } from '../../../operate/needs/missing';
import { describedStack } from '../../../operate/stack';

const projectDir = join(__dirname, '..', '..', '..');

describe('what `start` deploys to a cluster that exists', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const last = () => join(folder, 'Pulumi.local.yaml');
  const chosen = (choice: Partial<ImageChoice> = {}) =>
    chosenStack(describedStack(projectDir, 'local'), {
      projectDir,
      lastStackFile: last(),
      mayAsk: false,
      signal: new AbortController().signal,
      ...choice,
    });
  const imageOf = (overrides: Readonly<Record<string, unknown>>) =>
    (overrides['memory-fleet:contextEngine'] as { image?: string; preset?: string } | undefined)?.image;
  const deployedBefore = (image: string) =>
    writeFileSync(last(), `config:\n  memory-fleet:contextEngine:\n    image: ${image}\n`);

  it('is what has a published image, where nobody names another and nobody can be asked', async () => {
    const { leftOut, overrides, stack } = await chosen();
    assert.deepEqual([leftOut, overrides], [['contextEngine'], { 'memory-fleet:contextEngine': undefined }]);
    assert.deepEqual(
      stack.plan.systems.map(({ id }) => id),
      ['memory-mcp'],
    );
  });

  it('is everything with the image that is named, by the key of its system or its own', async () => {
    for (const key of ['contextEngine', 'contextEngine.image']) {
      const { leftOut, overrides, stack } = await chosen({ image: [`${key}=registry.internal:5000/engine:7`] });
      assert.deepEqual([leftOut, imageOf(overrides)], [[], 'registry.internal:5000/engine:7']);
      assert.equal((overrides['memory-fleet:contextEngine'] as { preset?: string }).preset, 'minimal');
      assert.equal(stack.plan.systems.length, 2);
    }
    const own = await chosen({ image: ['memoryMcp=ghcr.io/me/memory-mcp:1'] });
    assert.equal((own.overrides['memory-fleet:memoryMcp'] as { image?: string }).image, 'ghcr.io/me/memory-mcp:1');
  });

  it('remembers the image of the last time', async () => {
    deployedBefore('registry.internal/engine:6');
    assert.equal(imageOf((await chosen()).overrides), 'registry.internal/engine:6');
  });

  it('never leaves out what was deployed before, because the plan would remove it', async () => {
    deployedBefore('registry.example.org/context-engine:2bc6631');
    await assert.rejects(chosen(), /contextEngine was deployed to this cluster before/);
  });

  it('refuses a key that names no image, and says which ones do', async () => {
    await assert.rejects(chosen({ image: ['engine=x:1'] }), {
      remedy: /KEY of: .*contextEngine\.qdrant\.image.*memoryMcp\.image/,
    });
    await assert.rejects(chosen({ image: ['contextEngine'] }), /names no image/);
  });

  it('tells what is still to do by commands that reach that cluster and no other', () => {
    const needs = needsOf(describedStack(projectDir, 'goddess').plan, 'goddess');
    const text = toDoInWords(needs, '/bin/kubectl --kubeconfig /k', '/k');
    assert.equal(text.split('\n')[0], 'Still to do:');
    assert.match(text, /^ {4}npx fleet token --stack goddess --kubeconfig \/k$/m);
    assert.doesNotMatch(text, /(?<!\/bin\/)kubectl/);
    assert.equal(text.split('/bin/kubectl --kubeconfig /k -n memory-mcp').length, 4);
    assert.match(toDoInWords(needs, 'kubectl'), /^ {4}npx fleet token --stack goddess$/m);
  });

  it('asks no node for much memory', async () => {
    const { stack } = await chosen({ image: ['contextEngine=registry.internal/engine:7'] });
    const requests = stack.plan.systems
      .flatMap(({ objects }) => Object.values(objects))
      .flatMap(({ object }) =>
        object.kind === 'Deployment' || object.kind === 'StatefulSet'
          ? (object.spec?.template.spec?.containers ?? [])
          : [],
      )
      .map(({ resources }) => String(resources?.requests?.memory));
    const mebibytes = requests.map((text) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1));
    const sum = mebibytes.reduce((total, each) => total + each, 0);
    assert.ok(sum <= 4096, `${requests.join(' + ')} = ${sum}Mi`);
  });

  it('is nothing where others live in a namespace that would be closed for them', async () => {
    const stack = describedStack(projectDir, 'local');
    const cluster = (pods: Readonly<Record<string, readonly string[]>>) => async (path: string) => {
      const [, name = '', list] = /^\/api\/v1\/namespaces\/([^/]+)(\/pods)?$/.exec(path) ?? [];
      if (pods[name] === undefined) return undefined as never;
      const items = pods[name].map((each) => ({ metadata: { name: each } }));
      return (list ? { items } : { metadata: { name } }) as never;
    };
    await refuseOthersNamespaces(cluster({}), stack);
    await refuseOthersNamespaces(cluster({ 'memory-mcp': [] }), stack);
    await assert.rejects(refuseOthersNamespaces(cluster({ 'context-engine': ['shop', 'till', 'bank'] }), stack), {
      message: /namespace context-engine .* shop and 2 more pods/,
      remedy: /contextEngine\.namespace\.name/,
    });
  });
});
