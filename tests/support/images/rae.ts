import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { raeSources } from '../contract/rae-application';
import { raePackages } from '../contract/rae-python';
import { debianSlimFiles } from './debian-slim';
import { accounts, extensionsBelow, folderFiles, path } from './parts';
import { python } from './python';

const compiled = (name: string) => name === '__pycache__';

/**
 * The stand-in of the application as the recipe of images/rae makes its image: the same user, folders and programs, with
 * this machine's Python.
 */
export async function rae(name: string): Promise<Image> {
  const [base, packages] = [await python(name), await raePackages()];
  const environment = '/opt/venv';
  return {
    name,
    files: {
      ...base.files,
      ...(await debianSlimFiles()),
      ...accounts({ rae: { ids: [1000, 1000], home: '/tmp' } }),
      ...(await librariesOf(extensionsBelow(packages, compiled))),
      ...folderFiles(`${environment}/lib`, packages, [0, 0], compiled),
      ...Object.fromEntries(
        Object.entries(programs).map(([program, [from, main]]) => [
          `${environment}/bin/${program}`,
          {
            text: `#!/usr/local/bin/python3\nimport sys\nfrom ${from} import ${main}\nsys.exit(${main}())\n`,
            executable: true,
          },
        ]),
      ),
      ...folderFiles('/app', raeSources, [0, 0], compiled),
    },
    config: {
      User: '1000:1000',
      Env: [
        path.replace('=', `=${environment}/bin:`),
        ...[`PYTHONPATH=${environment}/lib`, 'HOME=/tmp', 'PYTHONDONTWRITEBYTECODE=1', 'PYTHONUNBUFFERED=1'],
      ],
      Cmd: ['uvicorn', 'apps.memory_api.main:app'],
      WorkingDir: '/app',
    },
  };
}

/** Programs of the packages, each with its module and its function. */
const programs: Readonly<Record<string, readonly [module: string, main: string]>> = {
  alembic: ['alembic.config', 'main'],
  celery: ['celery.__main__', 'main'],
  uvicorn: ['uvicorn.main', 'main'],
};
