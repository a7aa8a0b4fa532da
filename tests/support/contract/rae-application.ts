import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1';
import { translate } from './pod';
import { Running } from './process';
import { raePython } from './rae-python';

const scripts = join(__dirname, '..', '..', '..', 'components', 'rae', 'scripts');

/** The stand-in of the application; the image of it has the schema of these sources besides. */
export const raeSources = join(__dirname, 'rae');

/** A revision of a schema, as Alembic has it. */
export interface Revision {
  readonly name: string;
  readonly after?: string;
  readonly sql: string;
}

/**
 * The application's folder with stand-ins under the paths of the real one, and processes in it that run as
 * containers of the plan do, as far as a process can: they may write everywhere.
 */
export class RaeApplication {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-rae-'));
  readonly app = join(this.folder, 'app');
  /** What containers find at /tmp. */
  readonly tmp = join(this.folder, 'tmp');

  private constructor(
    private readonly python: Readonly<Record<string, string>>,
    schema: 'upstream' | 'none',
  ) {
    mkdirSync(this.tmp);
    const isOwn = (path: string) =>
      !/\/__pycache__$/.test(path) && (schema === 'upstream' || !/\/versions$/.test(path));
    cpSync(raeSources, this.app, { recursive: true, filter: isOwn });
  }

  /** @param schema its revisions: those of the stand-in of upstream's, or none yet @throws Missing */
  static async made(schema: 'upstream' | 'none' = 'none'): Promise<RaeApplication> {
    return new RaeApplication(await raePython(), schema);
  }

  #write(name: string, text: string): void {
    mkdirSync(dirname(join(this.app, name)), { recursive: true });
    writeFileSync(join(this.app, name), text);
  }

  /** Adds a revision to the schema that the application asks for. */
  revise({ after, name, sql }: Revision): void {
    const text = `from alembic import op

revision = "${name}"
down_revision = ${after === undefined ? 'None' : `"${after}"`}


def upgrade():
    op.execute(${JSON.stringify(sql)})
`;
    this.#write(`alembic/versions/${name}.py`, text);
  }

  /**
   * Starts a container of the plan.
   *
   * @param secrets values of Secrets, by `name/key`
   * @param here values of the environment that differ on this machine
   */
  start(
    container: IContainer,
    secrets: Readonly<Record<string, string>>,
    here: Readonly<Record<string, string>>,
  ): Running {
    const paths = { '/opt/rae': scripts, '/app': this.app, '/tmp': this.tmp };
    const { args, command, env } = translate(container, { paths, ports: {}, secrets });
    const [program = '', ...words] = [...command, ...args];
    return new Running(program, words, { ...this.python, ...env, ...here }, paths[container.workingDir as '/app']);
  }

  /** Runs Python where the application is. */
  run(script: string, env: Readonly<Record<string, string>>): Running {
    return new Running('python3', ['-B', '-c', script], { ...this.python, HOME: this.tmp, ...env }, this.app);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
