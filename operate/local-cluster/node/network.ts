import { runChild } from '../../base/child';
import { Failure } from '../../base/failure';
import { waitFor } from '../../base/wait';
import { lastLines } from '../../toolchain/go';
import { cannotStart, type Inside, logOf, mustRunInside, runInside, startDetached } from './namespaces';
import { addresses, machineAddress } from './place';
import type { Programs } from './programs';

/**
 * Connects a node: outwards by slirp4netns, an ordinary process that speaks for it, so that neither a rule nor a route of
 * the machine changes; to this machine's API server by a cable that has an end here, over which logs and commands of pods go.
 * Both are gone when the node's namespaces are.
 *
 * @param port the API server's, on the loopback address
 */
export async function connectNode(inside: Inside, programs: Programs, port: number): Promise<void> {
  await outwards(inside, programs);
  await cable(inside, programs);
  await shield(inside, port);
}

async function outwards(inside: Inside, programs: Programs): Promise<void> {
  const { place, pid, env } = inside;
  const log = logOf(place, 'slirp4netns');
  const options = ['--configure', '--mtu=65520', String(pid), 'outside'];
  const started = startDetached(programs.path('slirp4netns'), options, log, env);
  const up = async () => {
    if (started.code !== undefined) throw cannotStart('a way outwards', log);
    const { stdout } = await runInside(inside, 'ip', ['-4', 'route', 'show', 'default']);
    return stdout.includes('outside') || undefined;
  };
  if (!(await waitFor(up, { seconds: 10, period: 50 }))) throw cannotStart('a way outwards', log);
}

async function cable(inside: Inside, programs: Programs): Promise<void> {
  const { place, pid, env } = inside;
  const { name, machine, node } = place.cable;
  const onMachine = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await runChild(programs.path('ip'), args, { env });
    if (exitCode !== 0) throw new Failure(`no cable to the real node: ${lastLines(stderr, 1)}`, 'leave out --real');
  };
  await onMachine('link', 'add', name, 'type', 'veth', 'peer', 'name', 'machine', 'netns', String(pid));
  await onMachine('address', 'add', `${machine}/30`, 'dev', name);
  await onMachine('link', 'set', name, 'up');
  await mustRunInside(inside, 'ip', ['link', 'set', 'lo', 'up']);
  await mustRunInside(inside, 'ip', ['address', 'add', `${node}/30`, 'dev', 'machine']);
  await mustRunInside(inside, 'ip', ['link', 'set', 'machine', 'up']);
}

/** Of what listens on the machine's loopback address the API server alone is reached, by pods too: the store has no password. */
async function shield(inside: Inside, port: number): Promise<void> {
  const leaving = ['-t', 'mangle', '-A', 'POSTROUTING', '-d', machineAddress];
  await mustRunInside(inside, 'iptables', [...leaving, '-p', 'tcp', '--dport', String(port), '-j', 'ACCEPT']);
  await mustRunInside(inside, 'iptables', [...leaving, '-j', 'DROP']);
  // A Service that is not routed yet is no place outside: some other network may have its address.
  const services = ['-t', 'mangle', '-A', 'POSTROUTING', '-o', 'outside', '-d', addresses.services];
  await mustRunInside(inside, 'iptables', [...services, '-j', 'DROP']);
}
