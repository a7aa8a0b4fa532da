import { z } from 'zod';
import { dnsLabel, encryptedValue } from '../../../config/fields';
import { random } from '../../../config/random';
import { type SecretEntries, secretSet, secretSetValues } from '../../kit/settings/secret-set';
import { secretName } from '../names';

/** The entries of the Secret, under the keys of upstream's guide. Each container gets those that it reads, and no other. */
export const entries = {
  postgresPassword: {
    about: 'password of PostgreSQL',
    secretKey: 'postgres-password',
    value: 'random',
    without: 'neither PostgreSQL nor what uses it starts',
  },
  redisPassword: {
    about: 'password of Redis',
    secretKey: 'redis-password',
    value: 'random',
    without: 'neither Redis nor what uses it starts',
  },
  redisUrl: {
    about: 'URL of a Redis that somebody else runs',
    secretKey: 'redis-url',
    value: 'given',
    without: 'nothing that uses Redis starts',
  },
  jwtSecret: {
    about: 'key that tokens are signed with (SECRET_KEY)',
    secretKey: 'jwt-secret',
    value: 'random',
    without: 'the API does not start',
  },
  apiMasterKey: {
    about: 'master key of the API itself (API_KEY)',
    secretKey: 'api-master-key',
    value: 'random',
    without: 'the API does not start',
  },
  openaiApiKey: {
    about: 'API key of OpenAI',
    secretKey: 'openai-api-key',
    value: 'given',
    without: 'nothing asks models of OpenAI',
  },
  anthropicApiKey: {
    about: 'API key of Anthropic',
    secretKey: 'anthropic-api-key',
    value: 'given',
    without: 'nothing asks models of Anthropic',
  },
  geminiApiKey: {
    about: 'API key of Google Gemini',
    secretKey: 'gemini-api-key',
    value: 'given',
    without: 'nothing asks models of Google',
  },
  grokApiKey: {
    about: 'API key of xAI',
    secretKey: 'grok-api-key',
    value: 'given',
    without: 'nothing asks models of xAI',
  },
  deepseekApiKey: {
    about: 'API key of DeepSeek',
    secretKey: 'deepseek-api-key',
    value: 'given',
    without: 'nothing asks models of DeepSeek',
  },
} as const satisfies SecretEntries;

export type Entry = keyof typeof entries;

/** Entries without which nothing starts, however the rest is set up. */
export type AlwaysRead = 'jwtSecret' | 'apiMasterKey';

/** Where the Secret comes from. */
export const secrets = secretSet<Entry>(entries, secretName, ['rae'])
  .prefault({ source: 'existing' })
  .describe('The Secret, and which of its optional entries are read: those that are named.');

/** Encrypted values, below `secrets.rae` of a stack file. */
export const raeSecrets = secretSetValues<Entry>(entries)
  .extend({
    clients: z
      .record(dnsLabel, random(encryptedValue.optional().describe('Key of one client, encrypted.')))
      .prefault({})
      .describe('Keys of the clients by their names.'),
    backupPassword: random(encryptedValue.optional().describe('Password of the backups, encrypted.')),
  })
  .prefault({})
  .describe('Encrypted values of RAE.');

export type RaeSecrets = z.output<typeof raeSecrets>;
