import assert from 'node:assert/strict';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { secretObjects } from '../../components/kit/parts/secrets';
import { clusterSchema } from '../../config/cluster';
import { seal } from '../../operate/sealing/seal';
import { judgeOfValues } from '../support/contract/values-judge';

// What the controller of Sealed Secrets makes of our objects and of what we seal, by its own code.

type Scope = 'strict' | 'namespace-wide' | 'cluster-wide';

const projectDir = join(__dirname, '..', '..');
const scopes: readonly Scope[] = ['strict', 'namespace-wide', 'cluster-wide'];
const values = {
  OPENAI_API_KEY: 'sk-proj-0123456789abcdef',
  POSTGRES_PASSWORD: 'Straße 7\n$(id) "quoted" \u{1f511}',
  long: 'x'.repeat(20_000),
};

describe('sealed values', function () {
  this.timeout(60_000);
  let certificate: string;
  let privateKey: string;
  let unsealed: (objects: readonly object[]) => Promise<readonly { value: unknown; error?: string }[]>;

  before(async function () {
    this.timeout(0);
    const pems = await generate([{ name: 'commonName', value: 'sealed-secrets' }], { keySize: 4096 });
    certificate = pems.cert;
    privateKey = pems.private;
    const ask = await judgeOfValues(projectDir);
    unsealed = (objects) =>
      ask(objects.map((object) => ({ kind: 'sealedSecret', text: JSON.stringify(object), privateKey })));
  });

  /** The object of a Secret with all values, sealed for a place, as it is registered for another one. */
  function objectFor(scope: Scope, name: string, namespace: string, sealedFor = { name, namespace, scope }) {
    const entries = Object.entries(values).map(([secretKey, value]) => ({
      secret: [],
      source: {
        ...({ source: 'sealed', secretName: name, secretKey, secretRevision: 0, scope } as const),
        sealedValue: seal(value, certificate, sealedFor),
      },
    }));
    const { set } = secretObjects({ name: 'any', namespace }, { set: { entries } }, clusterSchema.parse({}));
    assert.ok(set?.object.kind === 'SealedSecret');
    return set.object;
  }

  it('are what was sealed, in a Secret that outlives its object, in every scope', async () => {
    const answers = await unsealed(scopes.map((scope) => objectFor(scope, 'pk-mcp-secrets', 'pk-mcp-private')));
    for (const [index, { error, value }] of answers.entries()) {
      assert.equal(error, undefined, scopes[index]);
      const { annotations, ...secret } = value as { annotations: Record<string, string> };
      assert.deepEqual(secret, {
        ...{ name: 'pk-mcp-secrets', namespace: 'pk-mcp-private', type: 'Opaque', owners: 0, data: values },
      });
      assert.equal(annotations['sealedsecrets.bitnami.com/managed'], 'true');
    }
  });

  it('are unsealed elsewhere only as far as their scope goes', async () => {
    const sealedAt = (scope: Scope) => ({ name: 'one', namespace: 'work', scope });
    const places = [
      ['other', 'work'],
      ['one', 'public'],
    ] as const;
    const answers = await unsealed(
      scopes.flatMap((scope) => places.map(([name, namespace]) => objectFor(scope, name, namespace, sealedAt(scope)))),
    );
    assert.deepEqual(
      answers.map(({ error }) => (error === undefined ? 'unsealed' : 'refused')),
      ['refused', 'refused', 'unsealed', 'refused', 'unsealed', 'unsealed'],
    );
    assert.match(answers[0]?.error ?? '', /no key could decrypt secret/);
  });

  it('are sealed by no certificate that is out of date, not RSA or none', async () => {
    const place = { name: 'one', namespace: 'work', scope: 'strict' } as const;
    const later = new Date(Date.now() + 20 * 365 * 86_400_000);
    assert.throws(() => seal('x', certificate, place, later), /ended on/);
    const elliptic = await generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' });
    assert.throws(() => seal('x', elliptic.cert, place), /no key of RSA/);
    assert.throws(() => seal('x', 'nothing', place), /cannot be read/);
  });
});
