import * as pulumi from '@pulumi/pulumi';

/** One resource as the engine would have got it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/**
 * Runs a program without engine and provider, and records what it registers. Options such as `protect` and `parent`
 * never reach mocks; see `resourceOptions` for those.
 *
 * @param secretKeys the keys of `config` that the stack file holds encrypted, in whole or in part
 */
export async function recordRegistrations(
  program: () => unknown,
  config: Record<string, string> = {},
  stack = 'test',
  secretKeys: string[] = [],
): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registrations.push({ type, name, inputs });
        return { id: `${name}-id`, state: inputs };
      },
      call({ token }) {
        throw new Error(`the program calls ${token}, which nothing here expects`);
      },
    },
    'memory-fleet',
    stack,
  );
  pulumi.runtime.setAllConfig(config, secretKeys);
  const outputs = (await program()) as object | undefined;
  // Registrations end in promises of their own; the outputs depend on all that matter.
  for (const value of Object.values(outputs ?? {})) await resolved(pulumi.output(value));
  await pulumi.runtime.disconnect();
  return registrations;
}

/** The value of an output, once it is known. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
