import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import { parse, stringify } from 'yaml';
import type { SystemPlan } from '../../components/system';
import { dashboardOf, queriesOf } from '../support/alerts/dashboard';
import { exporterMetrics, selectorsOf } from '../support/alerts/metrics';
import { rulesOf } from '../support/alerts/samples';
import { madeAuthority } from '../support/contract/authority';
import { send } from '../support/contract/http';
import { freePorts } from '../support/contract/ports';
import { Running } from '../support/contract/process';
import { ImagePod, podAddress } from '../support/images/pod';
import { storePods } from '../support/images/store-pods';
import { testToolPath } from '../support/test-tool';
import { describedInstance, facts } from '../support/unit/personal-knowledge';

const projectDir = join(__dirname, '..', '..');
const plan = describedInstance(
  { postgres: { exporter: {} }, graph: { kind: 'falkordb', exporter: {} } },
  'work',
  facts,
);
/** What addresses, shells, formats and logs trip over, ended with a line break as files end. */
const passwords = { postgres: `a b@c/d:e?f%20'g"h\\i,j`, falkordb: `a b@c/d:e?f%20'g"h\\i,j` } as const;
const secrets = {
  'pk-mcp-secrets/POSTGRES_PASSWORD': `${passwords.postgres}\n`,
  'pk-mcp-secrets/FALKORDB_PASSWORD': `${passwords.falkordb}\n`,
};
/** Whether the store answers, and where the numbers are. */
const stores = { postgres: ['pg_up', 9187], falkordb: ['redis_up', 9121] } as const;
type Store = keyof typeof stores;

/** Everything that alerts and panels ask an exporter, as selectors. */
function askedOf({ namespace }: SystemPlan, store: Store) {
  const alerts = rulesOf(plan).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  const panels = queriesOf(dashboardOf(plan)).map(([, { expr }]) => expr);
  return [...alerts, ...panels]
    .flatMap(selectorsOf)
    .filter(({ labels }) => labels === `namespace="${namespace}",job="${store}-exporter"`);
}

/** Names and labels of the samples of an exporter, with their values. */
function samplesOf(page: string) {
  return [...page.matchAll(/^([a-z_:]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, metric, labels = '', value]) => ({
    metric,
    labels: [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label),
    value: Number(value),
  }));
}

describe('an exporter of a store, as the plan runs it', function () {
  this.timeout(240_000);
  const pods = storePods(...Object.keys(stores).map((store) => deploymentOf(store as Store).image ?? ''));

  function deploymentOf(store: Store) {
    const { object } = Object.values(plan.objects).find(
      ({ object: { kind, metadata } }) => kind === 'Deployment' && metadata.name === `${store}-exporter`,
    ) as { object: IDeployment };
    const spec = object.spec?.template.spec;
    const [container] = spec?.containers ?? [];
    assert.ok(spec && container);
    return { ...container, pod: { ...spec, initContainers: [] } };
  }

  const running: Partial<Record<Store, ImagePod>> = {};
  const started = async (store: Store) => {
    const own = Object.entries(plan.objects).filter(([key]) => key.startsWith(store) && !key.includes('exporter'));
    running[store] ??= await pods.start(Object.fromEntries(own), { [`data-${store}-0`]: store }, secrets);
    return running[store];
  };

  /** @param network that of the store, so that it is reached without a name. @default one where nothing else is */
  const exporting = async (store: Store, network?: ImagePod, values: Record<string, string> = secrets) =>
    pods.keep(
      await ImagePod.started(deploymentOf(store).pod, {
        ...{ image: pods.images.bundle, paths: {}, secrets: values, network },
        addresses: { [`${store}:`]: `${podAddress}:` },
      }),
    );
  const scraped = async (pod: ImagePod, store: Store) => {
    const page = await pod.answer(stores[store][1], '/metrics');
    assert.ok(page !== undefined, pod.output);
    return samplesOf(page);
  };
  const hides = ({ output }: ImagePod, ...parts: readonly string[]) => {
    for (const part of parts) assert.ok(!output.includes(part), output);
  };
  const up = async (pod: ImagePod, store: Store) =>
    (await scraped(pod, store)).filter(({ metric }) => metric === stores[store][0]).map(({ value }) => value);

  it('is asked by alerts and panels for series that are held against it here', () => {
    const asked = (['postgres', 'falkordb'] as const).flatMap((store) => askedOf(plan, store));
    assert.deepEqual([...new Set(asked.map(({ metric }) => metric))].sort(), [...exporterMetrics].sort());
  });

  for (const store of ['postgres', 'falkordb'] as const) {
    it(`has every series of ${store} that alerts and panels read, whatever the password, and shows it to nobody`, async () => {
      const pod = await exporting(store, await started(store));
      assert.ok(await pod.passes('readinessProbe'));
      const samples = await scraped(pod, store);
      for (const { metric } of askedOf(plan, store)) {
        const found = samples.filter((sample) => sample.metric === metric);
        assert.ok(found.length > 0, metric);
        for (const { labels, value } of found) {
          assert.ok(value >= 0, metric);
          // Prometheus has labels of these names itself: it would give the exporter's another one.
          for (const label of ['namespace', 'job']) assert.ok(!labels.includes(label), metric);
        }
      }
      assert.deepEqual(await up(pod, store), [1]);
      const { args, command } = deploymentOf(store);
      for (const value of Object.values(secrets)) assert.ok(!JSON.stringify([args, command]).includes(value.trim()));
      hides(pod, 'a b@', 'e?f', '%20');
      await pod.kill();
    });

    it(`says that ${store} is down where it is away, and where it refuses the password`, async () => {
      const alone = await exporting(store);
      assert.deepEqual(await up(alone, store), [0], alone.output);
      const wrong = Object.fromEntries(Object.keys(secrets).map((key) => [key, 'wrong one']));
      const refused = await exporting(store, await started(store), wrong);
      assert.deepEqual(await up(refused, store), [0], refused.output);
      for (const pod of [alone, refused]) hides(pod, 'a b@', 'e?f', '%20', 'wrong one');
    });
  }
});

describe('the blackbox exporter, with the module that docs/monitoring.md has for it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-blackbox-'));
  let exporter: Running;
  let server: Server;
  let secured: Server;
  let port: number;
  let health: readonly [status: number, body: object] = [200, {}];
  before(async function () {
    this.timeout(0);
    const program = await testToolPath(projectDir, 'blackbox_exporter');
    const page = readFileSync(join(projectDir, 'docs', 'monitoring.md'), 'utf8');
    const [, written = ''] = /```yaml\n(modules:[\s\S]*?)```/.exec(page) ?? [];
    // The first is the one that every configuration of the exporter begins with.
    const modules = { http_2xx: { prober: 'http' }, ...parse(written).modules };
    const config = join(folder, 'config.yml');
    writeFileSync(config, stringify({ modules }));
    ({ 9115: port } = await freePorts([9115]));
    server = createServer((_, response) => {
      const [status, body] = health;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const authority = await madeAuthority();
    const { certificate, key } = await authority.issue('localhost', 10);
    secured = createSecureServer(
      { cert: `${certificate}\n${authority.intermediate.certificate}`, key },
      (_, response) => response.end('{}'),
    );
    for (const each of [server, secured]) await new Promise<void>((done) => each.listen(0, '127.0.0.1', done));
    const trusted = join(folder, 'root.pem');
    writeFileSync(trusted, authority.root.certificate);
    exporter = new Running(program, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`], {
      SSL_CERT_FILE: trusted,
    });
    for (const end = Date.now() + 20_000; ; await sleep(50)) {
      if ((await send({ port, path: '/-/healthy' }).catch(() => undefined))?.status === 200) return;
      assert.ok(Date.now() < end && !exporter.hasEnded, exporter.output);
    }
  });
  after(async () => {
    await exporter?.stop();
    server?.close();
    secured?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As Prometheus asks, by the module that a Probe of the plan names. */
  const probed = async (job: string, answer: readonly [status: number, body: object]) => {
    health = answer;
    const { object } = Object.values(plan.objects).find(({ object: { metadata } }) => metadata.name === job) ?? {};
    const { module } = (object as unknown as { spec: { module: string } }).spec;
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
    const { body } = await send({ port, path: `/probe?module=${module}&target=${encodeURIComponent(target)}` });
    const [success] = samplesOf(body).filter(({ metric }) => metric === 'probe_success');
    return success ? success.value : body.trim();
  };
  const [own, graph] = ['pk-mcp-service-health', 'pk-mcp-service-graph'] as const;
  const said = (checks: object, status = 'healthy') => ({ status, version: '1.0.0', uptime: 3, checks });
  const ok = { status: 'healthy', latencyMs: 1 };

  it('tells a server with its graph from one that has lost it and calls itself healthy', async () => {
    const [whole, without] = [said({ chromadb: ok, neo4j: ok }), said({ chromadb: ok })];
    assert.deepEqual([await probed(own, [200, whole]), await probed(graph, [200, whole])], [1, 1]);
    assert.deepEqual([await probed(own, [200, without]), await probed(graph, [200, without])], [1, 0]);
    const sick = said({ chromadb: { status: 'unhealthy' }, neo4j: ok }, 'degraded');
    assert.deepEqual([await probed(own, [503, sick]), await probed(graph, [503, sick])], [0, 0]);
  });

  it('sees when a certificate ends, and says nothing of one that it does not trust', async () => {
    const { port: own } = secured.address() as AddressInfo;
    const ends = async (host: string) => {
      const { body } = await send({ port, path: `/probe?module=http_2xx&target=https://${host}:${own}/health` });
      return samplesOf(body).flatMap(({ metric, value }) =>
        metric === 'probe_ssl_earliest_cert_expiry' ? [Math.round((value * 1000 - Date.now()) / 86_400_000)] : [],
      );
    };
    assert.deepEqual([await ends('localhost'), await ends('127.0.0.1')], [[10], []]);
  });

  it('is asked for by the name that the page has: any other has no series at all', async () => {
    const { body, status } = await send({ port, path: '/probe?module=http_2xx_graph&target=http://127.0.0.1/' });
    assert.deepEqual([status, body.trim(), samplesOf(body)], [400, 'Unknown module "http_2xx_graph"', []]);
  });
});
