import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../../components/stack';
import type { Examined } from '../../../../operate/commands/doctor/check';
import { finding } from '../../../../operate/commands/doctor/check';
import { madeSecrets } from '../../../../operate/commands/doctor/checks/made-secrets';

const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const plan = describeStack(
  parseStack(
    {
      cluster: { externalSecrets: { store: 'vault' }, sealedSecrets: { certificate } },
      memoryMcp: {
        token: { source: 'externalSecret', remoteKey: 'github' },
        authentication: { mode: 'bearer', secret: { source: 'sealed', sealedValue: 'A'.repeat(400) } },
      },
    },
    'test',
  ),
);
// As the operators' own documentation and code have the paths, conditions and messages.
const external = '/apis/external-secrets.io/v1/namespaces/memory-mcp/externalsecrets/memory-mcp-github-token';
const sealed = '/apis/bitnami.com/v1alpha1/namespaces/memory-mcp/sealedsecrets/memory-mcp-bearer';
const condition = (type: string, status: string, message?: string) => ({
  status: { conditions: [{ type, status, message }] },
});

describe('Secrets that operators make, as doctor sees them', () => {
  const cases: readonly [string, Record<string, object>, readonly string[]][] = [
    ['before up', {}, ['ok', 'ok']],
    ['while nobody acts', { [external]: {}, [sealed]: { status: {} } }, ['warning', 'warning']],
    [
      'once they are made',
      { [external]: condition('Ready', 'True'), [sealed]: condition('Synced', 'True') },
      ['ok', 'ok'],
    ],
    [
      'when they cannot be made',
      {
        [external]: condition('Ready', 'False', 'could not get secret data from provider'),
        [sealed]: condition('Synced', 'False', 'no key could decrypt secret (token)'),
      },
      ['missing', 'missing'],
    ],
  ];
  for (const [title, objects, expected] of cases) {
    it(title, async () => {
      const look = { at: async (path: string) => objects[path] };
      const examined = { stack: { name: 'test', plan }, look } as unknown as Examined;
      const findings = await Promise.all(madeSecrets(examined).map(finding));
      assert.deepEqual(
        findings.map(({ subject }) => subject),
        ['ExternalSecret memory-mcp-github-token', 'SealedSecret memory-mcp-bearer'],
      );
      assert.deepEqual(
        findings.map(({ status }) => status),
        expected,
      );
      if (title.startsWith('when')) assert.match(findings[1]?.found ?? '', /no key could decrypt secret/);
    });
  }
});
