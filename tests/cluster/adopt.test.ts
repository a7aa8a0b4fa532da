import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { execa } from 'execa';
import { fieldManager } from '../../components/register/written';
import { describeStack, parseStack } from '../../components/stack';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { type StackCluster, stackCluster } from '../../operate/cluster/stack-cluster';
import { applyAdoption } from '../../operate/commands/adopt/apply';
import { importFile } from '../../operate/commands/adopt/import-file';
import { isSettled, planAdoption, takenObjects } from '../../operate/commands/adopt/plan';
import { adoptionReport } from '../../operate/commands/adopt/report';
import { findDrift } from '../../operate/commands/drift/find-drift';
import { isDrift } from '../../operate/commands/drift/finding';
import { nothingChanged } from '../../operate/engine';
import { checkpointPath } from '../../operate/engine/pending-operations';
import { writersOf } from '../../operate/live/object';
import type { DescribedStack } from '../../operate/stack';
import { toolPath } from '../../operate/toolchain';
import { controlPlane, eventually, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';
import { type UpstreamOptions, upstreamManifests } from '../support/cluster/upstream';

const namespace = 'memory-mcp';
const signal = new AbortController().signal;
const named = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name, namespace } });
const claimName = named('v1', 'PersistentVolumeClaim', 'memory-mcp-data');
const deploymentName = named('apps/v1', 'Deployment', 'memory-mcp');
const namespaceName = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };

/** What the operator has written: nothing but the system. */
const alone = { 'memory-fleet:memoryMcp': {} };

function described(raw: Record<string, unknown> = {}): DescribedStack {
  const config = parseStack({ memoryMcp: {}, ...raw }, 'local');
  return { name: 'local', config, plan: describeStack(config) };
}

function reached(stack = described()): Promise<StackCluster> {
  const { cluster, folder } = controlPlane();
  return stackCluster(fleetHomeAt(folder), stack, { kubeconfig: cluster.kubeconfig, context: 'kwok-test' });
}

const planned = async (stack = described()) => planAdoption(stack, await reached(stack), signal);

/** Installs as an operator does by `kubectl apply`, and waits for the volume. */
async function install(options: UpstreamOptions = {}, manifests = upstreamManifests(options)): Promise<void> {
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
  await eventually('the volume is there', async () => {
    const claim = { ...claimName, metadata: { ...claimName.metadata, namespace: options.namespace ?? namespace } };
    return (await live<V1PersistentVolumeClaim>(claim))?.status?.phase === 'Bound';
  });
}

function kubectl(args: readonly string[], input = '') {
  const { cluster, folder, tools } = controlPlane();
  const env = { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: join(folder, 'kubectl') };
  return execa(toolPath(tools, 'kubectl'), [...args], { env, input });
}

describe('adopting what kubectl has installed', () => {
  let uids: readonly (string | undefined)[];
  const currentUids = async () =>
    Promise.all([namespaceName, claimName, deploymentName].map(async (each) => (await live(each))?.metadata?.uid));

  before(async () => {
    await install();
    uids = await currentUids();
  });
  after(() => removeNamespace(namespace));

  it('is not what a plain up can do', async () => {
    const stack = await openTestStack('local', 'plain-up', alone);
    await assert.rejects(stack.preview(), /rollingUpdate: Forbidden/);
  });

  it('is planned without touching anything', async () => {
    const before = await live(deploymentName);
    const plan = await planned();
    const report = adoptionReport('local', plan);
    assert.deepEqual(
      report.findings.filter(({ status }) => status === 'failed'),
      [],
    );
    const states = Object.fromEntries(plan.adoptions.map(({ name, state }) => [name, state]));
    assert.equal(states['PersistentVolumeClaim memory-mcp/memory-mcp-data'], 'adopt');
    assert.equal(states['NetworkPolicy memory-mcp/memory-mcp-default-deny'], 'create');
    const facts = report.facts as {
      replace: number;
      delete: number;
      objects: { name: string; changes?: { field: string }[] }[];
    };
    assert.deepEqual([facts.replace, facts.delete], [0, 0]);
    const fields = facts.objects.find(({ name }) => name.startsWith('Deployment'))?.changes?.map(({ field }) => field);
    assert.ok(fields?.includes('spec.strategy.rollingUpdate'), JSON.stringify(fields));
    assert.ok(fields?.includes('spec.template.spec.containers[name=memory-mcp].env[name=OF_FORMER_TIMES]'));
    assert.equal((await live(deploymentName))?.metadata?.resourceVersion, before?.metadata?.resourceVersion);
  });

  it('keeps every object the same one, its volume bound, and both protected', async () => {
    const stack = await openTestStack('local', 'adopt', alone);
    await applyAdoption(await planned(), stack, () => undefined, signal);
    assert.deepEqual(await currentUids(), uids);
    assert.equal((await live<V1PersistentVolumeClaim>(claimName))?.status?.phase, 'Bound');
    const state = JSON.parse(
      readFileSync(
        checkpointPath(join(controlPlane().folder, 'state', 'adopt', 'backend'), 'memory-fleet', 'local'),
        'utf8',
      ),
    );
    const resources: { urn: string; protect?: boolean; outputs?: { metadata?: { uid?: string } } }[] =
      state.checkpoint.latest.resources;
    const find = (name: string) => resources.find(({ urn }) => urn.endsWith(`::${name}`));
    for (const [name, uid] of [
      ['memory-mcp-namespace', uids[0]],
      ['memory-mcp-volume', uids[1]],
    ]) {
      assert.equal(find(name as string)?.protect, true, name);
      assert.equal(find(name as string)?.outputs?.metadata?.uid, uid, name);
    }
  });

  it('leaves nothing of the former install: no field, no owner', async () => {
    const { spec, metadata } = (await live<V1Deployment>(deploymentName)) as V1Deployment;
    assert.equal(spec?.strategy?.type, 'Recreate');
    assert.equal(
      spec.template.spec?.containers[0]?.env?.find(({ name }) => name === 'OF_FORMER_TIMES'),
      undefined,
    );
    assert.equal(spec.template.spec?.containers[0]?.livenessProbe?.initialDelaySeconds, undefined);
    assert.equal(metadata?.annotations?.['kubectl.kubernetes.io/last-applied-configuration'], undefined);
    for (const each of [namespaceName, claimName, deploymentName, named('v1', 'Service', 'memory-mcp')]) {
      const managers = writersOf((await live(each)) as never).map(({ manager }) => manager);
      assert.ok(!managers.some((manager) => manager.startsWith('kubectl')), `${each.kind}: ${managers}`);
      assert.ok(managers.includes(fieldManager), `${each.kind}: ${managers}`);
    }
  });

  it('is complete: no drift, nothing for up to do, nothing left to adopt', async () => {
    const stack = described();
    const { drifts } = await findDrift(stack, await reached(stack), signal);
    assert.deepEqual(drifts.filter(isDrift), []);
    assert.ok(takenObjects(await planned()).every(isSettled));
    const { changes } = await (await openTestStack('local', 'adopt', alone)).up();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });
});

describe('adopting is refused', () => {
  // A namespace each, so that none has to wait until another one is gone.
  const namespaces = ['adopt-class', 'adopt-selector', 'adopt-volume', 'adopt-argocd'] as const;
  type Namespace = (typeof namespaces)[number];
  after(() => Promise.all(namespaces.map(removeNamespace)));

  const refused = async (name: Namespace, settings: object = {}) => {
    const stack = described({ memoryMcp: { namespace: { name }, ...settings } });
    const { findings } = adoptionReport('local', await planned(stack));
    return findings.filter(({ status }) => status === 'failed');
  };

  it('for a claim of another class, naming the key that fits it', async () => {
    await install({ namespace: 'adopt-class', storageClass: 'ceph-block', size: '2Gi' });
    const [claim, ...others] = await refused('adopt-class');
    assert.deepEqual(others, []);
    assert.match(claim?.subject ?? '', /PersistentVolumeClaim/);
    assert.match(claim?.remedy ?? '', /memoryMcp\.volume\.storageClass: ceph-block and memoryMcp\.volume\.size: 2Gi/);
    const volume = { size: '2Gi', storageClass: 'ceph-block' };
    assert.deepEqual(await refused('adopt-class', { volume }), [], 'the keys resolve it');
  });

  it('for a Deployment with another selector', async () => {
    await install({ namespace: 'adopt-selector', selector: { app: 'memory-mcp', tier: 'one' } });
    const [deployment] = await refused('adopt-selector');
    assert.match(deployment?.subject ?? '', /Deployment/);
    assert.match(deployment?.found ?? '', /selector.*immutable/s);
    assert.match(deployment?.remedy ?? '', /kubectl delete deployment memory-mcp --namespace adopt-selector/);
  });

  it('while another workload writes to the volume', async () => {
    await install({ namespace: 'adopt-volume', deployment: 'memories' });
    const [other] = await refused('adopt-volume');
    assert.equal(other?.subject, 'Deployment adopt-volume/memories');
    assert.match(other.found, /two would write/);
  });

  it('while an Argo CD Application prunes and heals the same objects', async () => {
    const place = 'adopt-argocd';
    await install({ namespace: place });
    const application = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'upstream', namespace: place },
      spec: {
        project: 'default',
        source: { repoURL: 'https://example.org/x', path: '.' },
        destination: { server: 'https://kubernetes.default.svc', namespace: place },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
      },
    };
    await controlPlane().objects.create(application as never);
    const tracking = `argocd.argoproj.io/tracking-id=upstream:apps/Deployment:${place}/memory-mcp`;
    await kubectl(['-n', place, 'annotate', 'deployment', 'memory-mcp', tracking]);
    const [owner, ...others] = await refused(place);
    assert.deepEqual(others, []);
    assert.equal(owner?.subject, 'Application adopt-argocd/upstream');
    assert.match(owner.found, /prune and self-heal/);
  });
});

describe('the file for the engine’s own import', () => {
  const place = 'adopt-import';
  const memoryMcp = { namespace: { name: place } };
  after(() => removeNamespace(place));

  it('names a Helm release that would still delete everything, and how to let it forget', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const annotations = { 'meta.helm.sh/release-name': 'mem', 'meta.helm.sh/release-namespace': place };
    const manifests = upstreamManifests({ namespace: place }).map((object) =>
      object.kind === 'Namespace'
        ? object
        : {
            ...object,
            metadata: { ...object.metadata, labels: { ...object.metadata?.labels, ...labels }, annotations },
          },
    );
    await install({ namespace: place }, manifests);
    const { findings } = adoptionReport('local', await planned(described({ memoryMcp })));
    const release = findings.find(({ subject }) => subject === 'Helm release adopt-import/mem');
    assert.equal(release?.status, 'warning');
    assert.match(release.remedy ?? '', /kubectl delete secret --namespace adopt-import --selector owner=helm,name=mem/);
  });

  it('is what the engine imports, with the volume protected and the same', async () => {
    const { folder, tools } = controlPlane();
    const stack = await openTestStack('local', 'import', { 'memory-fleet:memoryMcp': memoryMcp });
    const provider = 'urn:pulumi:local::memory-fleet::pulumi:providers:kubernetes::cluster';
    await stack.up({ target: [provider] });
    const file = join(folder, 'import.json');
    writeFileSync(file, JSON.stringify(importFile('local', takenObjects(await planned(described({ memoryMcp }))))));
    const stateDir = join(folder, 'state', 'import');
    const bin = join(folder, 'language-host');
    mkdirSync(bin, { recursive: true });
    const host = `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, '..', 'support', 'cluster', 'language-host.cjs')}'\n`;
    writeFileSync(join(bin, 'pulumi-language-nodejs'), host, { mode: 0o755 });
    const args = ['import', '--stack', 'local', '--file', file, '--generate-code=false', '--yes', '--skip-preview'];
    await execa(toolPath(tools, 'pulumi'), [...args, '--non-interactive'], {
      cwd: stack.workDir,
      env: {
        HOME: folder,
        PATH: `${bin}:${process.env.PATH}`,
        KUBECONFIG: controlPlane().cluster.kubeconfig,
        PULUMI_HOME: join(folder, 'pulumi'),
        PULUMI_BACKEND_URL: `file://${join(stateDir, 'backend')}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(stateDir, 'passphrase'),
      },
    });
    const state = JSON.parse(readFileSync(checkpointPath(join(stateDir, 'backend'), 'memory-fleet', 'local'), 'utf8'));
    const claim = { ...claimName, metadata: { ...claimName.metadata, namespace: place } };
    const volume = state.checkpoint.latest.resources.find(({ urn }: { urn: string }) =>
      urn.endsWith('::memory-mcp-volume'),
    );
    assert.equal(volume?.id, `${place}/memory-mcp-data`);
    assert.equal(volume.protect, true);
    assert.equal(volume.outputs.metadata.uid, (await live(claim))?.metadata?.uid);
  });
});
