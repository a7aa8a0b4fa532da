import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1';
import { translate } from './pod';
import { Running } from './process';
import { raePython } from './rae-python';

const scripts = join(__dirname, '..', '..', '..', 'components', 'rae', 'scripts');

/** Tasks of a stand-in: how long they take is told, and what they did is a file. */
const tasks = `import os, pathlib, time
from celery import Celery

celery_app = Celery("rae", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"])
celery_app.conf.beat_schedule = {"often": {"task": f"{__name__}.work", "schedule": 0.5, "args": (0, "often")}}


@celery_app.task
def work(seconds, name):
    place = pathlib.Path(os.environ["HOME"])
    (place / f"{name}-began").touch()
    time.sleep(seconds)
    (place / f"{name}-ended").touch()
    return name
`;

const migrations = {
  'alembic.ini': '[alembic]\nscript_location = alembic\n',
  'alembic/env.py': `import os
from sqlalchemy import create_engine, pool
from alembic import context

url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://", 1)
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`,
};

/** A revision of a schema, as Alembic has it. */
export interface Revision {
  readonly name: string;
  readonly after?: string;
  readonly sql: string;
}

/**
 * The application's folder with stand-ins under the paths of the real one, and processes in it that run as containers of the
 * plan do, as far as a process can: they may write everywhere.
 */
export class RaeApplication {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-rae-'));
  readonly app = join(this.folder, 'app');
  /** What containers find at /tmp. */
  readonly tmp = join(this.folder, 'tmp');

  private constructor(private readonly python: Readonly<Record<string, string>>) {
    mkdirSync(this.tmp);
    for (const name of ['apps', 'apps/memory_api', 'apps/memory_api/tasks']) this.#write(`${name}/__init__.py`, '');
    this.#write('apps/memory_api/tasks/background_tasks.py', tasks);
    for (const [name, text] of Object.entries(migrations)) this.#write(name, text);
  }

  /** @throws Missing */
  static async made(): Promise<RaeApplication> {
    return new RaeApplication(await raePython());
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
