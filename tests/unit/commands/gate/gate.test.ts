import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gateCommand } from '../../../../operate/commands/gate/command';
import { type GateOptions, gate } from '../../../../operate/commands/gate/gate';

const stackUrn = 'urn:pulumi:t::memory-fleet::pulumi:pulumi:Stack::memory-fleet-t';
const component = 'urn:pulumi:t::memory-fleet::memory-fleet:index:MemoryMcp';
const claimUrn = `${component}$kubernetes:core/v1:PersistentVolumeClaim::memory-mcp-volume`;
const provider =
  'urn:pulumi:t::memory-fleet::pulumi:providers:kubernetes::cluster::3994c3d2-fd58-42a0-adcd-ba209e59caa7';

/** The state of the claim, as the engine puts it into a preview. */
const claim = {
  urn: claimUrn,
  custom: true,
  id: 'memory-mcp/memory-mcp-data',
  type: 'kubernetes:core/v1:PersistentVolumeClaim',
  inputs: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'memory-mcp-data', namespace: 'memory-mcp' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'standard' },
  },
  parent: `${component}::memory-mcp`,
  protect: true,
  retainOnDelete: true,
  provider,
};

/** A preview by engine 3.259, with the options of the project: it refreshes everything first. */
function preview(steps: object[], more: object = {}): string {
  const stack = { urn: stackUrn, custom: false, type: 'pulumi:pulumi:Stack' };
  const digest = {
    steps: [
      { op: 'refresh', urn: stackUrn, oldState: stack, newState: stack, detailedDiff: null },
      { op: 'refresh', urn: claimUrn, provider, oldState: claim, newState: claim, detailedDiff: null },
      { op: 'same', urn: stackUrn, oldState: stack, newState: stack, detailedDiff: null },
      ...steps,
    ],
    duration: 965403433,
    changeSummary: { same: 5 },
    ...more,
  };
  return `${JSON.stringify(digest, null, 4)}\n`;
}

const replaced = {
  op: 'replace',
  urn: claimUrn,
  provider,
  oldState: claim,
  newState: claim,
  replaceReasons: ['spec.storageClassName'],
  detailedDiff: { 'spec.storageClassName': { kind: 'update-replace', inputDiff: false } },
};

describe('the command `gate`', () => {
  const { log } = console;
  const { stdin } = process;
  let folder: string;
  let said: string[];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gate-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    said = [];
    console.log = (line: string) => said.push(line);
  });
  afterEach(() => {
    console.log = log;
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  });

  function judge(text: string): Promise<void> {
    const file = join(folder, 'preview.json');
    writeFileSync(file, text);
    return gate({}, { file });
  }

  function pipe(text: string): Promise<void> {
    Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(text)]), configurable: true });
    return gate({}, {});
  }

  it('lets a plan pass that keeps all data', async () => {
    await judge(
      preview([{ op: 'update', urn: claimUrn, provider, oldState: claim, newState: claim, detailedDiff: null }]),
    );
    assert.deepEqual(said, ['4 planned steps, and none of them loses data']);
  });

  it('lets a plan pass that makes a lost claim anew', async () => {
    await judge(preview([{ op: 'create', urn: claimUrn, provider, newState: claim, detailedDiff: null }]));
  });

  it('refuses a plan that replaces a claim, with its URN, the operation and the two steps', async () => {
    await assert.rejects(judge(preview([replaced])), (error: Error) => {
      assert.match(error.message, /^this plan would lose the data of one object\n\n/);
      assert.match(error.message, /PersistentVolumeClaim memory-mcp\/memory-mcp-data would be lost \(replace\)/);
      assert.ok(error.message.includes(`1. pulumi state delete --force '${claimUrn}'`));
      assert.match(error.message, /2\. kubectl delete persistentvolumeclaim memory-mcp-data --namespace memory-mcp/);
      return true;
    });
    assert.deepEqual(said, []);
  });

  it('names every object at risk', async () => {
    const urn = `${component}$kubernetes:core/v1:Namespace::memory-mcp-namespace`;
    const namespace = { op: 'delete', urn, provider, oldState: { id: 'memory-mcp' }, detailedDiff: null };
    await assert.rejects(
      judge(preview([replaced, namespace])),
      /data of 2 objects[\s\S]*memory-mcp-data would[\s\S]*Namespace memory-mcp would/,
    );
  });

  it('names the losses also of a preview that the engine ended because the data is protected', async () => {
    const diagnostics = [{ urn: claimUrn, message: 'error: unable to replace resource …\n', severity: 'error' }];
    await assert.rejects(judge(preview([replaced], { diagnostics })), /would lose the data/);
  });

  it('refuses a preview that failed: its steps are not all there are', async () => {
    const diagnostics = [
      { message: 'warning: x\n', severity: 'warning' },
      { message: 'error: boom\n', severity: 'error' },
    ];
    await assert.rejects(
      judge(preview([], { diagnostics })),
      /nobody knows all that the plan would do\n\nerror: boom$/,
    );
  });

  it('lets warnings pass', async () => {
    await judge(preview([], { diagnostics: [{ message: 'warning: x\n', severity: 'warning' }] }));
  });

  it('reads the standard input where no file is named', async () => {
    await assert.rejects(pipe(preview([replaced])), /would lose the data/);
    await pipe(preview([]));
    assert.equal(said.length, 1);
  });

  const noPreviews: Record<string, [text: string, complaint: RegExp]> = {
    'empty input': ['', /it is empty/],
    'no JSON': ['error: no stack selected\n', /it is no JSON/],
    'half a preview': [preview([replaced]).slice(0, -30), /it is no JSON/],
    'a stream of events': [
      '{"sequence":0,"preludeEvent":{}}\n{"sequence":1,"resourcePreEvent":{"metadata":{}}}\n',
      /PULUMI_ENABLE_STREAMING_JSON_PREVIEW/,
    ],
    'an empty object': ['{}', /no list of planned steps/],
    'a list': ['[]', /no list of planned steps/],
    null: ['null', /no list of planned steps/],
    'the summary of --output json': [
      '{"result":"succeeded","summary":{"same":6},"resources":[]}',
      /no list of planned steps/,
    ],
    'a preview without a single step': ['{"steps":[],"changeSummary":{}}', /no list of planned steps/],
    'a preview that never came to its summary': [
      `{"steps":[{"op":"same","urn":"${stackUrn}"}]}`,
      /no list of planned steps/,
    ],
    'steps of something else': ['{"steps":[{"name":"build"}],"changeSummary":{}}', /no list of planned steps/],
    'the state of a stack': ['{"version":3,"deployment":{"resources":[]}}', /no list of planned steps/],
  };
  for (const [what, [text, complaint]] of Object.entries(noPreviews)) {
    it(`refuses ${what}`, () => assert.rejects(judge(text), complaint));
  }

  it('throws if the file cannot be read', () =>
    assert.rejects(gate({}, { file: join(folder, 'none.json') }), /cannot be read/));

  it('throws if there is nothing to read', async () => {
    Object.defineProperty(process, 'stdin', { value: { isTTY: true }, configurable: true });
    await assert.rejects(gate({}, {}), /there is no preview to read/);
  });

  it('takes the file from the command line', async () => {
    const given: GateOptions[] = [];
    const command = () => gateCommand(async (options) => void given.push(options));
    await command().parseAsync(['preview.json'], { from: 'user' });
    await command().parseAsync([], { from: 'user' });
    assert.deepEqual(given, [{ file: 'preview.json' }, { file: undefined }]);
  });
});
