/** A demand that spans several keys: what must hold, else which key to blame and what it should have been. */
export interface Demand {
  readonly path: PropertyKey[];
  /** Completes the sentence "expected …". */
  readonly expected: string;
  readonly holds: boolean;
}

/** An encrypted key of the stack file is there exactly where a Secret is made from it. */
export function secretKeyDemands(
  key: string,
  value: unknown,
  source: string | undefined,
  path: PropertyKey[],
): Demand[] {
  return [
    {
      path: [key],
      expected: `no value, or ${path.join('.')} "config": nothing reads it`,
      holds: value === undefined || source === 'config',
    },
    {
      path: [key],
      expected: `an encrypted value: set it by \`pulumi config set --secret memory-fleet:${key}\``,
      holds: value !== undefined || source !== 'config',
    },
  ];
}

/** Said of a key that takes a Secret from a store where there is none. */
export const noSecretStore = 'another source, or cluster.externalSecrets set: no operator would make the Secret';
