import { createServer } from 'node:net';

/** As many free loopback ports as there are names. They are held together, so that none is given twice. */
export async function freePorts<P extends number>(names: readonly P[]): Promise<Record<P, number>> {
  const held = await Promise.all(names.map(hold));
  const ports = held.map(({ port }) => port);
  await Promise.all(held.map(({ release }) => release()));
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Record<P, number>;
}

function hold(): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      const release = () => new Promise<void>((done) => server.close(() => done()));
      resolve({ port: address.port, release });
    });
  });
}
