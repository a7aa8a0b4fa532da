import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { requiredPython } from '../contract/python';
import { accounts, busyboxFiles, certificateFiles, folderFiles, path } from './parts';

/** What the image has removed, what belongs to this machine, and what no script in a pod uses. */
const left =
  /^(test|tests|idle_test|__pycache__|site-packages|dist-packages|idlelib|tkinter|turtledemo|lib2to3|ensurepip|config-.*|.*\.a)$/;

const asked =
  'import os, sys, sysconfig; print(os.path.realpath(sys.executable)); print(sysconfig.get_path("stdlib")); print(sysconfig.get_config_var("DESTSHARED"))';

/**
 * This machine's Python with its standard library as the official image has it.
 *
 * @see https://github.com/docker-library/python/blob/master/3.13/alpine3.22/Dockerfile
 */
export async function python(name: string): Promise<Image> {
  const answer = execFileSync(requiredPython(), ['-c', asked], { encoding: 'utf8' });
  const [program = '', library = '', modules = ''] = answer.trim().split('\n');
  const version = basename(library);
  const extensions = readdirSync(modules).filter((file) => file.endsWith('.so') && !file.startsWith('_tkinter'));
  return {
    name,
    files: {
      ...accounts(),
      ...certificateFiles(),
      ...(await busyboxFiles()),
      ...(await librariesOf([program, ...extensions.map((file) => join(modules, file))])),
      ...folderFiles(`/usr/local/lib/${version}`, library, [0, 0], (file) => left.test(file)),
      [`/usr/local/bin/${version}`]: { from: program },
      '/usr/local/bin/python3': { link: version },
      '/usr/local/bin/python': { link: 'python3' },
    },
    config: { Env: [path], Cmd: ['python3'] },
  };
}
