import { execa } from 'execa';
import type { ToolName, ToolPin } from './manifest';

/**
 * How near a found version must come to the pinned one.
 *
 * Kubernetes and etcd keep their behaviour within a minor release. The engine, the provider and kwok are taken exactly:
 * the SDKs in package-lock.json match one engine and one provider, and kwok's stages come from the same release.
 */
export function fits(name: ToolName, found: string, pinned: string): boolean {
  if (!keepsBehaviourWithinMinor(name)) return found === pinned;
  const [major, minor] = found.split('.');
  const [pinnedMajor, pinnedMinor] = pinned.split('.');
  return major === pinnedMajor && minor === pinnedMinor;
}

function keepsBehaviourWithinMinor(name: ToolName): boolean {
  return name === 'etcd' || name.startsWith('kube');
}

/** Finds the version in what a tool printed; undefined where it printed something else. */
export function parseVersion(pin: ToolPin, output: string): string | undefined {
  return new RegExp(pin.versionPattern, 'm').exec(output)?.[1];
}

/**
 * Asks a binary for its version.
 *
 * @param environment replaces the process environment, so that asking touches nobody's configuration
 * @returns undefined where the file does not run, prints something else, or takes longer than ten seconds
 */
export async function versionOf(
  pin: ToolPin,
  path: string,
  environment: Record<string, string>,
): Promise<string | undefined> {
  const result = await execa(path, pin.versionArgs, {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
    extendEnv: false,
    env: environment,
  });
  return parseVersion(pin, `${result.stdout}\n${result.stderr}`);
}
