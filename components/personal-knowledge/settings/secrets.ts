import { z } from 'zod';
import { dnsLabel, encryptedValue } from '../../../config/fields';
import { random } from '../../../config/random';
import { type SecretEntries, secretSet, secretSetValues } from '../../kit/settings/secret-set';
import { names } from '../names';

/** The entries of the Secret of an instance. Each container gets those that it reads, and no other. */
export const entries = {
  openaiKey: {
    about: 'API key of OpenAI',
    secretKey: 'OPENAI_API_KEY',
    value: 'given',
    without: 'the server does not start',
  },
  postgresPassword: {
    about: 'password of PostgreSQL',
    secretKey: 'POSTGRES_PASSWORD',
    value: 'random',
    without: 'PostgreSQL does not start',
  },
  graphPassword: {
    about: 'password of FalkorDB',
    secretKey: 'FALKORDB_PASSWORD',
    value: 'random',
    without: 'neither FalkorDB nor the server starts',
  },
  neo4jPassword: {
    about: 'password of Neo4j',
    secretKey: 'NEO4J_PASSWORD',
    value: 'random',
    without: 'neither Neo4j nor the server starts',
  },
  chromaToken: {
    about: 'token that Chroma asks for',
    secretKey: 'CHROMADB_AUTH_TOKEN',
    value: 'random',
    without: 'neither Chroma nor the server starts',
  },
  githubToken: {
    about: 'token for private repositories on GitHub, and for updates of all',
    secretKey: 'GITHUB_PAT',
    value: 'given',
    without: 'the tools that update repositories answer that they are not available',
  },
  gitToken: {
    about: 'token for private repositories elsewhere',
    secretKey: 'GIT_PAT',
    value: 'given',
    without: 'these repositories cannot be cloned',
  },
} as const satisfies SecretEntries;

export type Entry = keyof typeof entries;

/** Where the Secret of an instance comes from. */
export const secrets = secretSet<Entry>(entries, names.secrets, ['personalKnowledge', 'NAME'])
  .prefault({ source: 'existing' })
  .describe('The Secret of the instance, and which of its optional entries are read: those that are named.');

/** Encrypted values of the instances by their names, below `secrets.personalKnowledge` of a stack file. */
export const personalKnowledgeSecrets = z
  .record(
    dnsLabel,
    secretSetValues<Entry>(entries).extend({
      bearer: random(encryptedValue.optional().describe('Bearer token of the proxy, encrypted.')),
      backupPassword: random(encryptedValue.optional().describe('Password of the backups, encrypted.')),
    }),
  )
  .prefault({})
  .describe('Encrypted values of Personal Knowledge MCP by the names of its instances.');

export type PersonalKnowledgeSecrets = z.output<typeof personalKnowledgeSecrets>;
