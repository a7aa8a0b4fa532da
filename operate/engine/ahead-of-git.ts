import { lookAhead } from '../../render/git-leads';

/** Lets the program run ahead of what Argo CD follows, where it is told to. It runs in this process and reads its environment. */
export async function aheadOfGit<T>(ahead: boolean, work: () => Promise<T>): Promise<T> {
  const before = process.env[lookAhead];
  if (ahead) process.env[lookAhead] = '1';
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env[lookAhead];
    else process.env[lookAhead] = before;
  }
}
