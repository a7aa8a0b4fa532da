import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemPlan } from '../../components/system';
import { Failure } from '../../operate/base/failure';
import { describedStack, serverOf, systemOf } from '../../operate/stack';
import { mainServer, systemWith } from '../support/objects';
import { folder, removeFolders } from '../support/unit/operate';

const checkout = join(__dirname, '..', '..');

describe('a stack that a command is told of', () => {
  afterEach(removeFolders);

  const projectWith = (file: string) => {
    const projectDir = folder();
    writeFileSync(join(projectDir, 'Pulumi.mine.yaml'), file);
    return projectDir;
  };

  it('is read, described and checked without an engine', () => {
    const { name, config, plan } = describedStack(checkout, 'goddess');
    assert.equal(name, 'goddess');
    assert.equal(config.cluster.context, 'goddess');
    assert.deepEqual(
      plan.systems.map((system) => system.id),
      ['memory-mcp'],
    );
  });

  it('must exist', () => {
    const projectDir = folder();
    cpSync(join(checkout, 'Pulumi.local.yaml'), join(projectDir, 'Pulumi.local.yaml'));
    assert.throws(() => describedStack(projectDir, 'locale'), /there is no stack locale/);
  });

  it('must be valid and keep to the rules', () => {
    assert.throws(
      () => describedStack(projectWith('config: {"memory-fleet:memoryMcp": {hostname: 1}}'), 'mine'),
      /memoryMcp\.hostname/,
    );
    const bare = 'config: {"memory-fleet:cluster": {production: true}, "memory-fleet:memoryMcp": {}}';
    assert.throws(() => describedStack(projectWith(bare), 'mine'), /pinned-images/);
  });

  it('has the system that the command is about: the named one, else the only one', () => {
    const stack = describedStack(checkout, 'goddess');
    assert.equal(systemOf(stack).id, 'memory-mcp');
    assert.equal(systemOf(stack, 'memoryMcp').id, 'memory-mcp');
    assert.throws(() => systemOf(stack, 'qdrant'), /has no system qdrant/);
    assert.throws(() => systemOf(describedStack(projectWith('config: {}'), 'mine')), /has no system/);
  });

  it('has the only one of several systems that offers what the command is about, or asks', () => {
    const stack = describedStack(checkout, 'goddess');
    const [memories] = stack.plan.systems;
    assert.ok(memories);
    const several = { ...stack, plan: { ...stack.plan, systems: [memories, systemWith({}, 'engine')] } };
    const asks = new Failure('stack goddess has several systems', 'choose by --system: memory-mcp, engine');
    assert.throws(() => systemOf(several), asks);
    assert.equal(systemOf(several, 'engine').id, 'engine');
    assert.equal(systemOf(several, undefined, ({ tokens }) => tokens !== undefined).id, 'memory-mcp');
    const none = new Failure(
      'no system of stack goddess has what this command is about',
      'its systems are: memory-mcp, engine',
    );
    assert.throws(() => systemOf(several, undefined, ({ unsaved }) => unsaved?.[0]?.name === 'nothing'), none);
    const addOns = systemWith({}, 'add-ons');
    const more = [...several.plan.systems, { ...addOns, operations: { ...addOns.operations, servers: [] } }];
    const hasServers = () => systemOf({ ...several, plan: { ...several.plan, systems: more } }, undefined, offers);
    const offers = ({ servers }: SystemPlan['operations']) => servers.length > 0;
    assert.throws(hasServers, asks, 'what has nothing of it is not offered');
    assert.equal(systemOf(several, 'engine', ({ tokens }) => tokens !== undefined).id, 'engine');
  });

  it('has systems whose server is the named one, else the main one', () => {
    const plan = systemWith({}, 'engine');
    const main = mainServer(plan);
    const system = { ...plan, operations: { servers: [main, { ...main, name: 'indexer' }] as const, backups: [] } };
    assert.equal(serverOf(system).name, 'engine');
    assert.equal(serverOf(system, 'indexer').name, 'indexer');
    assert.throws(
      () => serverOf(system, 'watcher'),
      new Failure('engine has no server watcher', 'choose by --server: engine, indexer'),
    );
  });
});
