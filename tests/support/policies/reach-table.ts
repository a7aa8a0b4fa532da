import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Connection, Place } from './judge';

const labels = z.record(z.string(), z.string());
const pod = z.strictObject({ namespace: z.string(), labels });
const end = z.union([
  pod,
  z.strictObject({ entity: z.string(), address: z.string().optional() }),
  z.strictObject({ host: z.string(), address: z.string().optional() }),
  z.strictObject({ address: z.string() }),
]);
const ends = z.record(z.string(), end);
interface Names extends Array<string | Names> {}
const names: z.ZodType<string | Names> = z.lazy(() => z.union([z.string(), z.array(names)]));
const row = z.strictObject({
  from: names,
  to: names,
  ports: z.array(z.union([z.int(), z.string().regex(/^\d+\/(TCP|UDP)$/)])).min(1),
  why: z.string(),
});
const table = z.strictObject({
  stack: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  /** Labels that several pods have, for aliases in the file. */
  common: labels.optional(),
  pods: z.record(z.string(), pod),
  made: z.record(z.string(), pod.extend({ by: z.string() })).default({}),
  /** Port of the cluster's resolver itself, behind its Service. */
  dnsPort: z.int().default(53),
  others: ends.default({}),
  strangers: z.record(z.string(), pod).default({}),
  groups: z.record(z.string(), names).default({}),
  allowed: z.array(row),
  denied: z.array(row).default([]),
});

/** A port that nothing has, of both protocols. */
const unusedPort = 9;

/** Who reaches whom, as a person wrote it down. */
export interface ReachTable {
  readonly name: string;
  /** The stack that it is about, or a configuration of its own. */
  readonly stack?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Pods of ours: those of the plan, and those that operators make. */
  readonly ours: readonly Place[];
  /** Pods that operators make out of objects of the plan, each with that object, as `kind name`. */
  readonly made: readonly { readonly by: string; readonly place: Place }[];
  readonly dns: Place;
  readonly dnsPort: number;
  /** What must be allowed. */
  readonly allowed: readonly Connection[];
  /** What must be denied: everything else between a pod of ours and any other end, on any port of the table and one more. */
  readonly denied: readonly Connection[];
  /** What no policy of ours may touch: pods of others in our namespaces, with everybody who is not ours. */
  readonly untouched: readonly Connection[];
}

/** The tables of a folder: of its stacks, and of its variants. */
export function reachTables(folder: string): ReachTable[] {
  const read = (file: string) => parse(readFileSync(file, 'utf8'), { merge: true }) as unknown;
  const everywhere = ends.parse(read(join(folder, 'everywhere.yaml')));
  return ['', 'variants'].flatMap((below) =>
    readdirSync(join(folder, below))
      .filter((file) => file.endsWith('.yaml') && file !== 'everywhere.yaml')
      .map((file) => readTable(basename(file, '.yaml'), everywhere, read(join(folder, below, file)))),
  );
}

/** @throws Error where the table contradicts itself or names what it does not know */
export function readTable(name: string, everywhere: z.output<typeof ends>, content: unknown): ReachTable {
  const { allowed, config, denied, dnsPort, groups, made, others, pods, stack, strangers } = table.parse(content);
  const fail = (message: string): never => {
    throw new Error(`${name}: ${message}`);
  };
  const numbers = counter();
  const places = (list: z.output<typeof ends>) =>
    Object.entries(list).map(([each, end]) => placeOf(each, end, numbers()));
  const ofOperators = Object.entries(made).map(([each, { by, ...pod }]) => ({
    by,
    place: placeOf(each, pod, numbers()),
  }));
  const ours = [...places(pods), ...ofOperators.map(({ place }) => place)];
  const theirs = places(strangers);
  const notOurs = [...theirs, ...places({ ...everywhere, ...others })];
  const known = new Map<string, Place>();
  for (const place of [...ours, ...notOurs]) {
    if (known.has(place.name) || place.name in groups) fail(`two ends are named ${place.name}`);
    known.set(place.name, place);
  }
  const named = (wanted: string | Names): Place[] => {
    if (typeof wanted !== 'string') return wanted.flatMap(named);
    const group = groups[wanted];
    return group ? named(group) : [known.get(wanted) ?? fail(`there is no ${wanted}`)];
  };
  const connectionsOf = (rows: z.output<typeof table>['allowed']) => {
    const found = rows.flatMap(({ from, ports, to }) =>
      named(from).flatMap((source) =>
        named(to).flatMap((target) => ports.map((port) => ({ from: source, to: target, ...portOf(port) }))),
      ),
    );
    const foreign = found.find(({ from, to }) => from === to || (notOurs.includes(from) && notOurs.includes(to)));
    if (foreign) fail(`not between a pod of ours and another end: ${inWords(foreign)}`);
    return found;
  };
  const wanted = new Map(connectionsOf(allowed).map((each) => [inWords(each), each]));
  const unwanted = connectionsOf(denied);
  const both = unwanted.find((each) => wanted.has(inWords(each)));
  if (both) fail(`allowed and denied: ${inWords(both)}`);
  const rows = [...wanted.values(), ...unwanted];
  const portsOf = (wantedProtocol: string) =>
    new Set(rows.filter(({ protocol }) => protocol === wantedProtocol).map(({ port }) => port)).add(unusedPort);
  const ports = (['TCP', 'UDP'] as const).flatMap((protocol) =>
    [...portsOf(protocol)].map((port) => ({ port, protocol })),
  );
  const every = (from: Place, to: Place): Connection[] =>
    from === to ? [] : ports.map((port) => ({ from, to, ...port }));
  const bothWays = (a: Place, b: Place) => [...every(a, b), ...every(b, a)];
  return {
    name,
    stack,
    config,
    ours,
    made: ofOperators,
    dns: known.get('DNS') ?? fail('there is no DNS'),
    dnsPort,
    allowed: [...wanted.values()],
    denied: ours
      .flatMap((our) => [
        ...ours.flatMap((other) => every(our, other)),
        ...notOurs.flatMap((other) => bothWays(our, other)),
      ])
      .filter((each) => !wanted.has(inWords(each))),
    untouched: theirs.flatMap((stranger) => notOurs.flatMap((other) => bothWays(stranger, other))),
  };
}

/** A connection in the words of its table. */
export function inWords({ from, port, protocol, to }: Connection): string {
  return `${from.name} to ${to.name}, ${protocol} ${port}`;
}

function placeOf(name: string, value: z.output<typeof end>, number: number): Place {
  if ('labels' in value) return { name, address: `10.1.0.${number}`, pod: value };
  // Hosts that have a name have an address on the internet, where the table gives them no other.
  if ('host' in value) return { name, address: value.address ?? `203.0.113.${number}`, host: value.host };
  if ('entity' in value) return { name, address: value.address ?? '192.168.0.9', entity: value.entity };
  return { name, address: value.address };
}

function portOf(port: number | string): Pick<Connection, 'port' | 'protocol'> {
  const [number, protocol] = String(port).split('/');
  return { port: Number(number), protocol: protocol === 'UDP' ? 'UDP' : 'TCP' };
}

function counter(): () => number {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}
