import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { KnowledgeServer } from './knowledge-server';

/**
 * The stand-in of Personal Knowledge MCP as a program that is started with the environment of a container: it asks for
 * its stores in the order in which the real one does, opens its port only then, and ends when the real one ends.
 *
 * @see https://github.com/sethships/PersonalKnowledgeMCP/blob/c11ada4/src/index.ts
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const tier = (env.DEFAULT_INSTANCE ?? 'private').toUpperCase();
  if (env.REQUIRE_AUTH_FOR_DEFAULT_INSTANCE === 'true')
    fail('access to the default instance is denied without a token');
  if ((env.EMBEDDING_PROVIDER ?? 'openai') === 'openai' && !env.OPENAI_API_KEY) fail('OPENAI_API_KEY is not set');
  const ports: Readonly<Record<string, string>> = { PRIVATE: '8000', WORK: '8001', PUBLIC: '8002' };
  const host = env[`INSTANCE_${tier}_CHROMADB_HOST`] ?? 'localhost';
  const port = env[`INSTANCE_${tier}_CHROMADB_PORT`] ?? ports[tier];
  const token = env[`INSTANCE_${tier}_CHROMADB_AUTH_TOKEN`];
  const chroma = () => answers(`http://${host}:${port}/api/v2`, token);
  if (!(await withRetries(chroma))) fail(`no Chroma at ${host}:${port}`);
  const graph = env.FALKORDB_PASSWORD ? await openGraph(env) : undefined;
  const stores = { chroma, ...(graph ? { graph: async () => !graph.destroyed } : {}) };
  const server = await KnowledgeServer.started({ env, stores, isUnpatched: env.STAND_IN_UNPATCHED === 'true' });
  process.once('SIGTERM', () => {
    graph?.removeAllListeners('close').destroy();
    void server.stop().then(() => process.exit(0));
  });
  console.log(`listening on port ${server.port}`);
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}

/** Its token is asked for by everything but the heartbeat. */
async function answers(url: string, token: string | undefined): Promise<boolean> {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const paths = ['heartbeat', 'tenants/default_tenant/databases/default_database/collections'];
  const statuses = paths.map((path) => fetch(`${url}/${path}`, { headers }).then(({ ok }) => ok));
  return (await Promise.all(statuses.map((ok) => ok.catch(() => false)))).every(Boolean);
}

async function withRetries(attempt: () => Promise<boolean>): Promise<boolean> {
  for (const seconds of [1, 2, 4]) {
    if (await attempt()) return true;
    await sleep(seconds * 1000);
  }
  return attempt();
}

/** One that is away now stays away; one that breaks later takes the process with it. */
async function openGraph(env: NodeJS.ProcessEnv): Promise<Socket | undefined> {
  const { FALKORDB_HOST = 'localhost', FALKORDB_PASSWORD, FALKORDB_PORT = '6380', FALKORDB_USER = 'default' } = env;
  const words = ['AUTH', FALKORDB_USER, FALKORDB_PASSWORD ?? ''].map(
    (word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`,
  );
  const socket = connect(Number(FALKORDB_PORT), FALKORDB_HOST);
  const answer = await new Promise<string>((resolve) => {
    socket.once('connect', () => socket.write(`*3\r\n${words.join('')}`));
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('error', (error) => resolve(error.message));
  });
  if (!answer.startsWith('+OK')) {
    console.error(`no graph: ${answer.trim()}`);
    socket.destroy();
    return undefined;
  }
  return socket.on('error', () => undefined).once('close', () => fail('the connection to the graph is gone'));
}

void main(process.env);
