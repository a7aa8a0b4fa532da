import assert from 'node:assert/strict';
import { exporterObjects } from '../../components/kit/parts/exporter';
import { exporterSettings } from '../../components/kit/settings/exporter';
import { falkordbObjects } from '../../components/kit/stores/falkordb/objects';
import { queueMetrics } from '../support/alerts/metrics';
import { orSkip } from '../support/contract/missing';
import { ImagePod, podAddress } from '../support/images/pod';
import { StoreImages } from '../support/images/store-pod';
import { falkordbArgs } from '../support/stores';

const password = "a b'c%2F";
const secrets = { 'stores/graph': password };
const settings = exporterSettings('redis').parse({});
assert.ok(settings);
const exporter = exporterObjects({
  ...{ name: 'redis-exporter', settings, selector: { app: 'exporter' }, podLabels: { app: 'exporter' } },
  ...{ metadata: (name: string) => ({ name }), serviceAccountName: 'default', imagePullSecrets: [], after: [] },
  store: {
    ...{ kind: 'redis', host: 'falkordb', port: 6379, lists: ['db1=celery'] },
    ...{ password: falkordbArgs.password.source, passwordKey: falkordbArgs.password.key },
  },
});

describe('the length of a queue, as the exporter of Redis tells it', function () {
  this.timeout(240_000);
  let images: StoreImages;
  let server: ImagePod;
  let pod: ImagePod;
  before(async function () {
    this.timeout(0);
    images = await orSkip(this, () => StoreImages.of(falkordbArgs.image, settings.image));
    server = await images.started(
      falkordbObjects(falkordbArgs),
      { 'data-falkordb-0': images.volume('falkordb') },
      { secrets },
    );
    const { object } = exporter['redis-exporter'] ?? {};
    assert.ok(object?.kind === 'Deployment' && object.spec?.template.spec);
    const surroundings = { image: images.bundle, paths: {}, secrets, network: server };
    pod = await ImagePod.started(object.spec.template.spec, {
      ...surroundings,
      addresses: { 'falkordb:': `${podAddress}:` },
    });
  });
  after(async () => {
    await pod?.kill();
    await server?.kill();
    await images?.remove();
  });

  const cli = (...args: readonly string[]) =>
    server.exec(
      'sh',
      '-c',
      'REDISCLI_AUTH=$1; export REDISCLI_AUTH; shift; exec redis-cli "$@"',
      'sh',
      password,
      ...args,
    );
  const lengths = async () => (await pod.answer(9121, '/metrics'))?.match(/^redis_key_size\{.*/gm) ?? [];
  const one = (length: number) => [`redis_key_size{db="db1",key="celery"} ${length}`];

  it('is a series of its own, of that database alone, and 0 where nothing waits', async () => {
    assert.deepEqual(await lengths(), one(0));
    await cli('-n', '1', 'rpush', 'celery', 'a', 'b', 'c');
    await cli('-n', '0', 'rpush', 'celery', 'another');
    assert.deepEqual(await lengths(), one(3));
    await cli('-n', '1', 'del', 'celery');
    assert.deepEqual(await lengths(), one(0));
  });

  it('comes with every other series that alerts and panels of a queue read', async () => {
    const page = (await pod.answer(9121, '/metrics')) ?? '';
    for (const metric of queueMetrics) assert.match(page, new RegExp(`^${metric}[ {]`, 'm'), metric);
  });
});
