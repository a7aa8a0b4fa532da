import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeQdrant } from './fake-qdrant';

/** The stand-in of Qdrant as a program that is started with the environment of a container. Its points outlive a stop. */
async function main({
  QDRANT__SERVICE__API_KEY: apiKey,
  QDRANT__SERVICE__HOST: host = '0.0.0.0',
  QDRANT__SERVICE__HTTP_PORT: port = '6333',
  QDRANT__STORAGE__STORAGE_PATH: storage = './storage',
}: NodeJS.ProcessEnv): Promise<void> {
  const file = join(storage, 'kept.json');
  const qdrant = await FakeQdrant.started({ host, port: Number(port) });
  qdrant.apiKey = apiKey;
  qdrant.restore(kept(file));
  process.once('SIGTERM', () => {
    mkdirSync(storage, { recursive: true });
    writeFileSync(file, JSON.stringify(qdrant.kept()));
    void qdrant.stop().then(() => process.exit(0));
  });
}

function kept(file: string): ReturnType<FakeQdrant['kept']> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

void main(process.env);
