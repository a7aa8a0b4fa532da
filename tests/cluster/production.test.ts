import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { execa } from 'execa';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { connect, get } from '../../operate/cluster/api';
import { doctor } from '../../operate/commands/doctor/doctor';
import type { Finding } from '../../operate/report/report';
import { type Checkout, makeCheckout } from '../support/cluster/checkout';
import { controlPlane, kubeconfigFor, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { type Remove, servePorts } from '../support/cluster/kubelet';
import { withDefinitions } from '../support/cluster/with-definitions';
import { World } from '../support/cluster/world';
import { madeAuthority } from '../support/contract/authority';

const namespace = 'checklist';
const host = 'context.lab.example.org';
const days = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString();

describe('the production checklist on a real control plane', () => {
  const world = new World();
  const removes: Remove[] = [];
  let checkout: Checkout;
  let server: Server;
  /** Whether the server answers those who show no token. */
  let isOpen = false;

  before(async () => {
    removes.push(await withDefinitions('prometheuses.monitoring.coreos.com'));
    await world.bringLab();
    checkout = await makeCheckout('production', 'lab');
    symlinkSync(join(projectDir, 'docs'), join(checkout.root, 'docs'));
    checkout.change({
      cluster: {
        storageClass: 'local-path',
        sharedStorageClass: 'nfs-client',
        ingress: { certificateIssuer: { name: 'lab-ca' } },
        monitoring: { labels: { release: 'kube-prometheus-stack' } },
      },
      contextEngine: {
        namespace: { name: namespace },
        image: 'registry.example.org/context-engine:1',
        preset: 'full',
        exposure: { kind: 'ingress', hostname: host },
        authentication: { mode: 'bearer' },
      },
    });
    await execa('git', ['add', 'Pulumi.lab.yaml'], { cwd: checkout.root });
    await checkout.merge();
    await (await checkout.open()).up();
    await bring();
  });
  after(async () => {
    server?.close();
    await removeNamespace(namespace);
    await world.remove();
    for (const remove of removes.reverse()) await remove();
  });

  /** What others do for the stack: tokens, a certificate, addresses, a backup, and pods that answer. */
  async function bring(): Promise<void> {
    for (const [name, key] of [
      ['context-engine-bearer', 'token'],
      ['context-engine-backup', 'password'],
    ] as const) {
      await make('v1', 'Secret', name, { stringData: { [key]: 'a value of some length' } });
    }
    const { certificate, key } = await (await madeAuthority()).issue(host, 90);
    await make('v1', 'Secret', 'context-engine-tls', { stringData: { 'tls.crt': certificate, 'tls.key': key } });
    const ingresses = await list('/apis/networking.k8s.io/v1', 'ingresses');
    assert.ok(ingresses.length > 0);
    for (const name of ingresses) {
      await world.say(path('/apis/networking.k8s.io/v1', 'ingresses', name), {
        loadBalancer: { ingress: [{ ip: '192.0.2.7' }] },
      });
    }
    await backedUp(0);
    await world.makeDaemonSet('promtail');
    server = createServer(({ headers, url = '' }, response) => {
      const status = url.includes('readyz') || headers.authorization || isOpen ? 200 : 401;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const servers = checkout.plan().systems.flatMap(({ operations }) => operations.servers);
    assert.ok(servers.length > 0);
    const ports = servers.flatMap((each) => [each.ports.requests, each.ports.health]);
    removes.push(await servePorts({ namespace }, Object.fromEntries(ports.map((each) => [each, port]))));
  }

  const path = (api: string, plural: string, name = '') => `${api}/namespaces/${namespace}/${plural}/${name}`;
  const make = (apiVersion: string, kind: string, name: string, rest: object) =>
    controlPlane().objects.create({ apiVersion, kind, metadata: { name, namespace }, ...rest } as KubernetesObject);
  const api = () => connect(controlPlane().cluster.kubeconfig);
  async function list(group: string, plural: string): Promise<string[]> {
    const found = await get<{ items: { metadata: { name: string } }[] }>(await api(), path(group, plural).slice(0, -1));
    return (found?.items ?? []).map(({ metadata }) => metadata.name);
  }
  async function patch(where: string, body: object): Promise<void> {
    const answer = await (await api()).send('PATCH', where, { body, contentType: 'application/merge-patch+json' });
    assert.equal(answer.status, 200, answer.body);
  }
  async function remove(where: string): Promise<void> {
    const { status, body } = await (await api()).send('DELETE', where);
    assert.ok(status < 300, body);
  }
  /** The runs of backup and drill that went well last, so many days ago. */
  async function backedUp(ago: number): Promise<void> {
    for (const name of ['context-engine-backup', 'context-engine-backup-drill']) {
      await world.say(path('/apis/batch/v1', 'cronjobs', name), { lastSuccessfulTime: days(ago) });
    }
  }

  /** What the command says of each point, by its subject, and the page that it writes. */
  async function checked() {
    const report = join(controlPlane().folder, 'production.md');
    const run = {
      home: fleetHomeAt(controlPlane().folder),
      projectDir: checkout.root,
      signal: new AbortController().signal,
    };
    const { error, log } = console;
    const said: string[] = [];
    console.log = (line: string) => said.push(line);
    console.error = () => {};
    let exitCode: number;
    try {
      const about = { stack: 'lab', kubeconfig: kubeconfigFor('lab'), json: true };
      exitCode = await doctor(run, { ...about, production: true, report });
    } finally {
      Object.assign(console, { error, log });
    }
    const { findings } = JSON.parse(said.join('\n')) as { findings: readonly Finding[] };
    const statuses = Object.fromEntries(findings.map(({ status, subject }) => [subject, status]));
    const found = (subject: string) => findings.find((each) => each.subject === subject)?.found ?? 'nothing';
    return { exitCode, statuses, found, page: readFileSync(report, 'utf8') };
  }

  it('tells what is good, what is not, and what is for a person', async () => {
    const { exitCode, found, page, statuses } = await checked();
    assert.deepEqual(statuses, {
      'infrastructure: Kubernetes 1.23 or newer': 'ok',
      'infrastructure: at least 3 nodes that take pods': 'ok',
      'infrastructure: 16 GB and 4 cores on each of them': 'ok',
      // Nothing has mounted the claim of the backups yet.
      'infrastructure: volumes have a class, are bound and can grow': 'missing',
      'infrastructure: a way in, with an address': 'ok',
      'infrastructure: cert-manager for TLS': 'ok',
      'infrastructure: Prometheus operator': 'ok',
      'infrastructure: everything else that doctor asks for': 'ok',
      'security: network policies are there and enforced': 'ok',
      'security: Pod Security restricted is enforced': 'ok',
      'security: secrets come from a store': 'yours',
      'security: TLS certificates are there and do not end soon': 'ok',
      'security: clients without a token are refused': 'ok',
      'security: secrets are younger than 90 days': 'ok',
      'security: service accounts may do no more than the plan says': 'ok',
      'cost: providers have a limit of their own': 'yours',
      'cost: what pods may take of the cluster is bounded': 'ok',
      // The API of metrics is served here, and has none of any pod.
      'scaling: autoscalers are there, as planned, and see their load': 'missing',
      'scaling: every container has a memory limit': 'ok',
      // Simulated kubelets tell nothing of volumes.
      'scaling: no volume is fuller than 70 %': 'missing',
      'monitoring: monitors, probes and rules are there and read by a Prometheus': 'ok',
      'monitoring: dashboards are where Grafana finds them': 'ok',
      'monitoring: logs are collected': 'ok',
      'monitoring: servers say that they are healthy': 'ok',
      'monitoring: somebody outside watches the way in': 'yours',
      'reliability: every backup is young enough': 'ok',
      'reliability: every backup was tried out lately': 'ok',
      'reliability: the way back from a lost cluster is rehearsed': 'yours',
      'reliability: another region': 'yours',
      'reliability: what exists once': 'yours',
      'performance: it was tried under the load that is expected': 'yours',
      'performance: a burst of requests is refused': 'yours',
      'operations: what is deployed is written down': 'ok',
      'operations: the runbook has a section for each alert': 'ok',
      'operations: somebody is called when an alert goes off': 'yours',
      'operations: there is a plan for incidents': 'yours',
      'operations: an upgrade was tried elsewhere first': 'yours',
    });
    assert.equal(exitCode, 1);
    assert.match(found('infrastructure: a way in, with an address'), /at 192\.0\.2\.7/);
    assert.match(
      found('infrastructure: volumes have a class, are bound and can grow'),
      /context-engine-backup Pending/,
    );
    assert.match(page, /\| stack \| `lab`: context-engine \|/);
    assert.match(page, /\| network policies are there and enforced \| ok \| \d+ policies; .*by Calico \|/);
  });

  it('finds what was broken on purpose', async () => {
    const [policy = ''] = await list('/apis/networking.k8s.io/v1', 'networkpolicies');
    await remove(path('/apis/networking.k8s.io/v1', 'networkpolicies', policy));
    await patch(`/api/v1/namespaces/${namespace}`, {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
    });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    const subjects = [{ kind: 'ServiceAccount', name: 'context-engine', namespace }];
    await world.make('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'too-much', { roleRef, subjects });
    await make('v1', 'Pod', 'unlimited', { spec: { containers: [{ name: 'hungry', image: 'registry.test/x:1' }] } });
    await patch(path('/api/v1', 'configmaps', 'context-engine-dashboard'), {
      metadata: { labels: { grafana_dashboard: null } },
    });
    await remove(path('/apis/monitoring.coreos.com/v1', 'prometheusrules', 'context-engine'));
    await patch('/api/v1/nodes/node-1', { spec: { unschedulable: true } });
    removes.push(() => patch('/api/v1/nodes/node-1', { spec: { unschedulable: null } }));
    const [autoscaler = ''] = await list('/apis/autoscaling/v2', 'horizontalpodautoscalers');
    await patch(path('/apis/autoscaling/v2', 'horizontalpodautoscalers', autoscaler), { spec: { maxReplicas: 77 } });
    await agedSecret('context-engine-bearer', 200);
    await backedUp(100);
    isOpen = true;
    const { exitCode, found, statuses } = await checked();
    assert.equal(exitCode, 1);
    for (const [subject, words] of [
      ['infrastructure: at least 3 nodes that take pods', /^2: node-2, node-3$/],
      ['security: network policies are there and enforced', new RegExp(`NetworkPolicy ${policy} is not there`)],
      ['security: Pod Security restricted is enforced', /checklist has baseline/],
      ['security: clients without a token are refused', /answered with status 200/],
      ['security: secrets are younger than 90 days', /^context-engine-bearer 200 days$/],
      ['security: service accounts may do no more than the plan says', /list pods everywhere/],
      ['scaling: autoscalers are there, as planned, and see their load', /to 77, and \d+ to \d+ is planned/],
      ['scaling: every container has a memory limit', /^hungry of unlimited$/],
      [
        'monitoring: monitors, probes and rules are there and read by a Prometheus',
        /PrometheusRule context-engine is not/,
      ],
      ['monitoring: dashboards are where Grafana finds them', /context-engine-dashboard is not there with its labels/],
      ['reliability: every backup is young enough', /last good run 100 d/],
      ['reliability: every backup was tried out lately', /last good one 100 d.*at most 90 d/],
    ] as const) {
      assert.equal(statuses[subject], 'missing', subject);
      assert.match(found(subject), words, subject);
    }
    // What was not touched is as good as before.
    assert.equal(statuses['security: TLS certificates are there and do not end soon'], 'ok');
    assert.equal(statuses['monitoring: logs are collected'], 'ok');
  });

  /** A Secret whose data somebody wrote so many days ago: the API server keeps the times that it is given with a change. */
  async function agedSecret(name: string, ago: number): Promise<void> {
    const where = path('/api/v1', 'secrets', name);
    type Fields = { managedFields: { time: string }[]; annotations?: Record<string, string> };
    const secret = await get<{ metadata: Fields }>(await api(), where);
    assert.ok(secret);
    for (const each of secret.metadata.managedFields) each.time = days(ago);
    secret.metadata.annotations = { 'test.memory-fleet/aged': 'true' };
    const { status, body } = await (await api()).send('PUT', where, { body: secret });
    assert.equal(status, 200, body);
  }
});
