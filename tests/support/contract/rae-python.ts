import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requiredPython } from './python';
import { pythonPackage } from './python-package';

const image = join(__dirname, '..', '..', '..', 'images', 'rae', 'requirements.txt');
/** In the versions of upstream's list, see images/rae/Dockerfile. */
const pins = [
  ...['celery==5.6.2', 'kombu==5.6.2', 'billiard==4.2.4', 'vine==5.1.0', 'redis==7.3.0'],
  ...['alembic==1.18.4', 'psycopg2-binary==2.9.11', 'asyncpg==0.31.0'],
  ...['fastapi==0.135.1', 'starlette==0.52.1', 'pydantic==2.12.5', 'uvicorn', 'httpx==0.28.1'],
  ...['prometheus-fastapi-instrumentator==7.1.0', 'prometheus_client==0.24.1'],
];

/**
 * A folder with what the image of RAE has for its API, its migration and its queue.
 *
 * @throws Missing where there is no Python with pip, or no package index can be reached
 */
export function raePackages(): Promise<string> {
  return pythonPackage('rae-python', ['-c', image, ...pins], [...pins, readFileSync(image, 'utf8')].join('\n'));
}

/**
 * The same as variables by which it is found.
 *
 * @throws Missing where there is no Python with pip, or no package index can be reached
 */
export async function raePython(): Promise<{ readonly PATH: string; readonly PYTHONPATH: string }> {
  const folder = await raePackages();
  // What PATH leads to may be a script that chooses an interpreter, each time anew.
  const python = execFileSync(requiredPython(), ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  const path = [join(folder, 'bin'), dirname(python.trim()), process.env.PATH ?? ''].join(':');
  return { PATH: path, PYTHONPATH: folder };
}
