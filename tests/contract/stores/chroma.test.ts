import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { chromaBackup } from '../../../components/kit/stores/chroma/backup';
import { type ChromaArgs, chromaObjects, chromaUser } from '../../../components/kit/stores/chroma/objects';
import { runJob } from '../../support/contract/job-pod';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { configMapsOf } from '../../support/images/store-pod';
import { storePods } from '../../support/images/store-pods';
import { chromaArgs } from '../../support/stores';

const { image, token } = chromaArgs;
const source = token?.source;
const secrets = { 'stores/token': 'a-token\n', ...backupPassword };

/** The real client of the image, with a collection whose index is large enough to be kept in files. */
const client = `
import chromadb, hashlib, json, sys, urllib.request
from chromadb.config import Settings
settings = Settings(
    anonymized_telemetry=False,
    chroma_client_auth_provider="chromadb.auth.token_authn.TokenAuthClientProvider",
    chroma_client_auth_credentials=sys.argv[1],
)
open_ = lambda database="default_database": chromadb.HttpClient(host="127.0.0.1", settings=settings, database=database)
# Of whole 64ths: an index of directions gives its vectors back to the last digit but one.
vector = lambda n: [each / 64 for each in (1 + n % 64, n // 64, *((n * 31 + d * n * 7) % 64 for d in range(6)))]
whole = lambda vector: [round(each * 64, 3) for each in map(float, vector)]
`;
const write = `${client}
notes = open_().create_collection("notes", metadata={"hnsw:space": "cosine", "about": "tests"})
for start in range(0, 1500, 500):
    ids = range(start, start + 500)
    notes.add(
        ids=[f"n{n}" for n in ids],
        embeddings=[vector(n) for n in ids],
        documents=[None if n % 7 == 0 else f"Text {n} über ✓" for n in ids],
        metadatas=[None if n % 5 == 0 else {"n": n, "even": n % 2 == 0, "share": n / 3} for n in ids],
    )
open_().create_collection("empty")
urllib.request.urlopen(urllib.request.Request(
    "http://127.0.0.1:8000/api/v2/tenants/default_tenant/databases",
    b'{"name": "other"}',
    {"Authorization": "Bearer " + sys.argv[1]},
))
open_("other").create_collection("few").add(ids=["x"], embeddings=[[0.1, 0.2]], uris=["file:///x"])
`;
/** Everything that a client sees of everything. */
const read = `${client}
def seen(database):
    for name in sorted(str(each) for each in open_(database).list_collections()):
        collection = open_(database).get_collection(name, embedding_function=None)
        every = collection.get(include=["embeddings", "documents", "metadatas", "uris"])
        rows = sorted(zip(every["ids"], map(whole, every["embeddings"]), every["documents"], every["metadatas"], every["uris"]))
        near = rows and collection.query(query_embeddings=[[each / 64 for each in rows[-1][1]]], n_results=1)["ids"]
        yield name, collection.metadata, len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest(), near
print(json.dumps([list(seen(name)) for name in ("default_database", "other")]))
`;

describe('Chroma in its image, as the plan runs it', function () {
  this.timeout(480_000);
  const pods = storePods(image);

  const start = (volume: string, change: Partial<ChromaArgs> = {}, values: Record<string, string> = secrets) =>
    pods.start(chromaObjects({ ...chromaArgs, ...change }), { 'data-chromadb-0': volume }, values);
  const python = async (pod: ImagePod, script: string, token = 'a-token'): Promise<string> => {
    const { exitCode, stderr, stdout } = await pod.exec('python3', '-B', '-c', script, token);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  const backup = chromaBackup({
    store: 'chromadb',
    toolsImage: image,
    url: 'http://chromadb.stores.svc:8000',
    token: source,
    cluster: chromaArgs.cluster,
    image,
    resources: chromaArgs.resources,
    storageSize: '1Gi',
  });
  const { configMaps: scripts, ...jobs } = storeJobs([backup], chromaUser);
  const run = (purpose: keyof typeof jobs, network: ImagePod | undefined, more: object = {}) =>
    runJob(jobs[purpose], {
      configMaps: { ...scripts, ...configMapsOf(chromaObjects(chromaArgs)) },
      volumes: { '/repository': pods.images.volume('repository') },
      secrets,
      addresses: { 'chromadb.stores.svc': podAddress },
      inImage: pods.images.bundle,
      ...(network ? { network } : {}),
      ...more,
    });

  it('keeps what it was given, tells nobody but those who show the token, and writes to its volumes alone', async () => {
    const pod = await start('first');
    assert.deepEqual([await pod.passes('readinessProbe'), await pod.passes('livenessProbe')], [true, true]);
    await python(pod, write);
    const before = await python(pod, read);
    const { exitCode, stderr } = await pod.exec('python3', '-B', '-c', read, 'another');
    assert.deepEqual([exitCode, /Forbidden|403/.test(stderr)], [1, true]);
    await pod.stop();
    assert.ok(readdirSync(pods.images.volume('first')).includes('chroma.sqlite3'));
    const again = await start('first');
    assert.equal(await python(again, read), before);
    assert.doesNotMatch(again.output, /a-token|telemetry|Traceback/);
    await again.stop();
  });

  it('waits for a token that others bring, never starts with an empty one, and asks for none where there is none', async () => {
    assert.ok(source);
    const made = { source: { ...source, source: 'config' as const }, key: 'token' };
    await assert.rejects(start('second', { token: made }, { 'stores/token': '' }), /No credentials/);
    const open = await start('second', { token: undefined });
    const list =
      'import urllib.request as r; r.urlopen("http://127.0.0.1:8000/api/v2/tenants/default_tenant/databases")';
    await python(open, list);
    await open.stop();
  });

  it('is backed up while it runs, tried out beside it, and restored into an empty one and into a used one', async () => {
    const counts = { chroma: { empty: 0, notes: 1500, 'few in database other': 1 } };
    const first = await start('first');
    const before = await python(first, read);
    const made = await run('backup', first);
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, counts], made.output);
    const drill = await run('drill', undefined);
    assert.deepEqual([drill.said?.ok, drill.said?.counts], [true, counts], drill.output);

    const empty = await start('third');
    const restored = await run('restore', empty);
    assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
    assert.equal(await python(empty, read), before);

    await python(
      first,
      `${client}
notes = open_().get_collection("notes")
notes.delete(ids=["n1", "n2"])
notes.upsert(ids=["n3"], embeddings=[[0.5] * 8], documents=["changed"])
open_().create_collection("later").add(ids=["l"], embeddings=[[1.0]])
`,
    );
    const refused = await run('restore', first);
    assert.deepEqual([refused.container, refused.said?.ok], ['guard', false], refused.output);
    const overwritten = await run('restore', first, { env: { OVERWRITE: '1' } });
    assert.equal(overwritten.said?.ok, true, overwritten.output);
    const [own, other] = JSON.parse(await python(first, read));
    const [ownBefore, otherBefore] = JSON.parse(before);
    assert.deepEqual([own.filter(([name]: string[]) => name !== 'later'), other], [ownBefore, otherBefore]);
    assert.equal(own.length, ownBefore.length + 1, 'a collection that is not in the backup is left alone');
  });

  it('never shows the token in what a backup says', async () => {
    const pod = await start('third');
    const wrong = await run('backup', pod, { secrets: { ...secrets, 'stores/token': 'wrong-one' } });
    assert.match(wrong.said?.why ?? '', /Chroma answered 403: the key is refused$/);
    const none = await run('backup', pod, { secrets: backupPassword });
    assert.match(none.said?.why ?? '', /there is no entry token of Secret stores, the key of Chroma: make it/);
    assert.doesNotMatch(`${wrong.output}${none.output}`, /wrong-one|a-token/);
  });
});
