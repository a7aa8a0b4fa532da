/** What a command came to. */
export interface Ran {
  readonly code: number;
  readonly text: string;
}

/** What a command prints, without printing it. */
export async function captured(work: () => Promise<number>): Promise<Ran> {
  const { log } = console;
  let text = '';
  console.log = (line: string) => {
    text += `${line}\n`;
  };
  try {
    return { code: await work(), text };
  } finally {
    console.log = log;
  }
}
