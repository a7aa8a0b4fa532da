import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { doctor } from '../../operate/commands/doctor/doctor';
import type { Finding } from '../../operate/report/report';
import { type Checkout, mergedCheckout } from '../support/cluster/checkout';
import {
  controlPlane,
  kubeconfigFor,
  projectDir,
  removeIssuers,
  removeNamespace,
} from '../support/cluster/control-plane';
import { cloudNativePgDefinitions } from '../support/cluster/definitions';
import { type Remove, servePorts } from '../support/cluster/kubelet';
import { withDefinitions } from '../support/cluster/with-definitions';
import { World } from '../support/cluster/world';

const database = '/apis/postgresql.cnpg.io/v1/namespaces/rae-memory/clusters/rae-memory-postgresql';

describe('the production checklist of stack prod on a real control plane', () => {
  const world = new World();
  const removes: Remove[] = [];
  let checkout: Checkout;
  let server: Server;

  before(async () => {
    removes.push(
      await withDefinitions(
        ...cloudNativePgDefinitions,
        'podmonitors.monitoring.coreos.com',
        'prometheuses.monitoring.coreos.com',
      ),
    );
    await world.bringProd();
    checkout = await mergedCheckout('production-prod', 'prod');
    symlinkSync(join(projectDir, 'docs'), join(checkout.root, 'docs'));
    await execa('git', ['add', 'Pulumi.prod.yaml'], { cwd: checkout.root });
    await checkout.merge();
    await (await checkout.open()).up();
    await bring();
  });
  after(async () => {
    server?.close();
    await Promise.all(checkout.plan().systems.map(({ namespace }) => removeNamespace(namespace)));
    await removeIssuers();
    await world.remove();
    for (const remove of removes.reverse()) await remove();
  });

  /** What others do: the operator has two of three servers, the issuer is ready, proxies stand before the servers. */
  async function bring(): Promise<void> {
    await world.say(database, { readyInstances: 2 });
    await world.sayReady('/apis/cert-manager.io/v1/clusterissuers/letsencrypt-prod');
    server = createServer(({ url = '' }, response) => {
      response.writeHead(/health|ready|live/.test(url) ? 200 : 401, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    for (const { namespace, operations } of checkout.plan().systems) {
      const ports = operations.servers.flatMap((each) => [each.ports.requests, each.ports.health]);
      if (ports.length > 0)
        removes.push(await servePorts({ namespace }, Object.fromEntries(ports.map((each) => [each, port]))));
    }
  }

  /** What the command says of each point, by its subject. */
  async function checked() {
    const { folder } = controlPlane();
    const run = { home: fleetHomeAt(folder), projectDir: checkout.root, signal: new AbortController().signal };
    const { error, log } = console;
    const said: string[] = [];
    console.log = (line: string) => said.push(line);
    console.error = () => {};
    try {
      const about = { stack: 'prod', kubeconfig: kubeconfigFor('prod'), json: true };
      await doctor(run, { ...about, production: true, report: join(folder, 'production.md') });
    } finally {
      Object.assign(console, { error, log });
    }
    const { findings } = JSON.parse(said.join('\n')) as { findings: readonly Finding[] };
    return new Map(findings.map((each) => [each.subject, each]));
  }

  it('is about what RAE and its database bring, and about nothing that is only others’', async () => {
    const findings = await checked();
    const expected = {
      'infrastructure: volumes have a class, are bound and can grow': 'ok',
      'infrastructure: cert-manager for TLS': 'ok',
      'infrastructure: Prometheus operator': 'ok',
      'security: network policies are there and enforced': 'ok',
      // The namespace of cert-manager is not the stack's.
      'security: Pod Security restricted is enforced': 'ok',
      'security: clients without a token are refused': 'ok',
      'security: service accounts may do no more than the plan says': 'ok',
      // Simulated pods run nothing that could be looked at.
      'security: rae-memory a connection that no policy allows is denied': 'missing',
      'reliability: rae-memory Redis writes down what it is told': 'missing',
      'cost: rae-memory cost tracking is on': 'ok',
      'cost: rae-memory budgets of tenants': 'yours',
      'cost: rae-memory alerts at 80 and 95 % of a budget': 'yours',
      'cost: rae-memory a way on without a provider': 'yours',
      'scaling: every container has a memory limit': 'ok',
      'scaling: rae-memory the API has 3 pods or more': 'ok',
      'scaling: rae-memory the API may grow to 20 pods': 'ok',
      'scaling: rae-memory workers scale': 'ok',
      'scaling: rae-memory a database that outgrows one pod': 'yours',
      'monitoring: monitors, probes and rules are there and read by a Prometheus': 'ok',
      'monitoring: dashboards are where Grafana finds them': 'ok',
      'performance: rae-memory the cache is used': 'yours',
      'performance: rae-memory slow queries are known': 'yours',
      'operations: the runbook has a section for each alert': 'ok',
    };
    const seen = Object.keys(expected).map((subject) => [subject, findings.get(subject)?.status]);
    assert.deepEqual(Object.fromEntries(seen), expected);
    const monitors = findings.get('monitoring: monitors, probes and rules are there and read by a Prometheus');
    assert.match(monitors?.found ?? '', /reads each PodMonitor: monitoring\/main/);
  });

  it('misses a server of the database, and names what exists once when all are there', async () => {
    const subject = 'reliability: what exists once';
    const before = (await checked()).get(subject);
    assert.deepEqual(
      [before?.status, before?.found],
      ['missing', 'PostgreSQL rae-memory-postgresql: 2 of 3 instances are ready'],
    );
    await world.say(database, { readyInstances: 3 });
    const after = (await checked()).get(subject);
    assert.equal(after?.status, 'yours');
    assert.match(
      after?.found ?? '',
      /^PostgreSQL rae-memory-postgresql: 3 of 3 instances are ready; one pod and one volume: memory-mcp, /,
    );
  });
});
