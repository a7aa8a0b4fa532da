import type { Image } from '../../../operate/oci/image';
import { accounts, busyboxFiles, certificateFiles, path, programFiles } from './parts';

/** BusyBox and curl, for pods of tests that try who reaches whom. */
export async function tool(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ nobody: { ids: [65534, 65534], home: '/' } }),
      ...certificateFiles(),
      ...(await busyboxFiles()),
      ...(await programFiles('/usr/bin/curl', 'curl')),
    },
    config: { User: '65534:65534', Env: [path], Cmd: ['sh'] },
  };
}
