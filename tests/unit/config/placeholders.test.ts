import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';
import { placeholderFault } from '../../../config/fields';
import { rawConfig } from '../../../config/parse';

// Written by hand, from the examples of the systems' own documentation and charts.
const placeholders = [
  ...[
    '',
    ' ',
    '\n',
    'password',
    'Password',
    'secret',
    'devpassword',
    'testpassword',
    'rae_password',
    'SECURE_PASSWORD',
  ],
  ...['changeme', 'CHANGEME', 'changeme-postgres', 'change-me', 'change-me-in-production', 'change_me', 'Change Me'],
  ...[
    'change-this-secret-key',
    'PLACEHOLDER',
    'PLACEHOLDER_REPLACE_ME',
    'my-placeholder',
    'REPLACE_ME',
    'replace-with-key',
  ],
  ...['your-openai-key', 'your_api_key', 'your-key', 'sk-your-openai-key', 'sk-your-key-here', '<token>', '<YOUR KEY>'],
  ...['$(openssl rand -base64 32)', '`openssl rand -hex 32`', '$TOKEN', '$' + '{TOKEN}', '{{ .Values.token }}'],
  ...['xxxxxxxx', 'XXXX', '********', '...', 'dev-key', 'todo', 'password\n'],
];
const values = [
  ...['sk-proj-4fXq0aB7cD', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'correct horse battery staple', 'passwords'],
  ...[
    'yourself',
    'Changes7',
    '3f',
    '$2b$12$abc',
    'p@$$w0rd-9',
    'a$(b)c',
    '-----BEGIN PRIVATE KEY-----\nMII',
    'xoxb-1-2',
  ],
];

describe('what is no secret', () => {
  for (const value of placeholders) {
    it(`is ${JSON.stringify(value)}`, () => {
      const fault = placeholderFault(value);
      assert.ok(fault);
      if (value.trim().length > 12) assert.ok(!fault.includes(value), fault);
    });
  }
  for (const value of values)
    it(`is not ${JSON.stringify(value)}`, () => assert.equal(placeholderFault(value), undefined));

  it('is refused where the engine has decrypted it, by its key and without the value', () => {
    const raw = (token: string) =>
      rawConfig(
        {
          'memory-fleet:memoryMcp': JSON.stringify({ token: { source: 'config' } }),
          'memory-fleet:secrets': JSON.stringify({ memoryMcp: { token } }),
        },
        'memory-fleet',
        (key) => key === 'memory-fleet:secrets',
      );
    assert.doesNotThrow(() => parseStack(raw('ghp_16C7e42F292c6912E7710c838347Ae178B4a'), 'test'));
    assert.throws(
      () => parseStack(raw('changeme-7b1e'), 'test'),
      ({ message }: Error) => {
        assert.match(message, /secrets\.memoryMcp\.token: found \[redacted\], expected a value of its own, because/);
        assert.ok(!message.includes('7b1e'), message);
        return true;
      },
    );
  });
});
