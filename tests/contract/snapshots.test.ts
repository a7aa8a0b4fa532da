import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { execa } from 'execa';

const scripts = resolve('components/kit/parts/snapshots/scripts');

/** An API server whose storage makes no snapshot, and which refuses to start the Deployments of REFUSED so many times. */
const driver = `
import atexit, json, os, signal, sys, time
sys.path.insert(0, sys.argv[1])
import cluster
replicas, refused = {}, json.loads(os.environ["REFUSED"])
def request(method, path, document=None, content=None):
    name = path.split("/")[-2]
    if method == "PATCH":
        count = document["spec"]["replicas"]
        if count > 0 and refused.get(name, 0) > 0:
            refused[name] -= 1
            raise cluster.Failed(f"{name} was refused")
        if count > 0 and os.environ.get("ENDED"):
            os.kill(os.getpid(), signal.SIGTERM)
        replicas[name] = count
        return {}
    if method == "POST":
        raise cluster.Failed("the storage makes none")
    return {"status": {"selector": "a=b"}, "items": []}
cluster.request, cluster.counts, time.sleep = request, dict, lambda _: None
cluster.account = lambda file: "ns"
atexit.register(lambda: print(json.dumps(replicas)))
import make
`;

describe('servers that are stopped while snapshots are cut', () => {
  async function cut(env: Readonly<Record<string, string>>) {
    const { exitCode, stdout } = await execa('python3', ['-B', '-c', driver, scripts], {
      env: {
        ...{ ACTION: 'snapshots', NAME: 'snapshots', DEADLINE_SECONDS: '60', CLAIMS: 'data', CLASS: '', LABELS: '{}' },
        ...{ KEEP: '1', WRITERS: 'first=2 second=3', REFUSED: '{}', ...env },
      },
      reject: false,
    });
    const [answer = '', replicas = ''] = stdout.split('\n');
    return { exitCode, why: JSON.parse(answer).why, replicas: JSON.parse(replicas) };
  }

  it('are started again where the storage fails, and where the API server is away for a moment', async () => {
    const started = { exitCode: 1, why: 'the storage makes none', replicas: { first: 2, second: 3 } };
    assert.deepEqual(await cut({}), started);
    assert.deepEqual(await cut({ REFUSED: '{"first":5,"second":3}' }), started);
  });

  it('are started again also where one of them cannot be, which is named', async () => {
    assert.deepEqual(await cut({ REFUSED: '{"first":1000}' }), {
      ...{ exitCode: 1, why: 'not started again: first: first was refused', replicas: { first: 0, second: 3 } },
    });
  });

  it('are started again where the pod is ended just then', async () => {
    const { replicas } = await cut({ ENDED: 'yes' });
    assert.deepEqual(replicas, { first: 2, second: 3 });
  });
});
