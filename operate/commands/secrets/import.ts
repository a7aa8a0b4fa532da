import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { placeholderFault } from '../../../config/fields';
import { Failure, messageOf } from '../../base/failure';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { setValue } from '../../stack-secrets/set';
import { keyOfValue, type WantedValue, wantedValues } from '../../stack-secrets/wanted';
import { toolPath } from '../../toolchain';
import { toolsStep } from '../../toolchain/tools-step';
import type { SecretsOptions } from './generate';

export interface ImportOptions extends SecretsOptions {
  /** File of variables, as `.env` files have them. */
  readonly file: string;
  /** Id of the system that they are for. */
  readonly system?: string | undefined;
}

/** A variable of the file, and the value of the stack that it is for. */
interface Matched {
  readonly variable: string;
  readonly text: string;
  readonly value: WantedValue;
}

/**
 * Encrypts the variables of a file into the stack file, each where the stack reads it. Nothing is written where one of them is
 * a placeholder.
 *
 * @returns 0, or 1 where the stack does not know a variable
 * @throws Failure where a value is none, a variable is for several systems, two are for one value, or the engine refuses;
 *   Interrupted
 */
export async function importSecrets(run: CommandRun, options: ImportOptions): Promise<number> {
  const { stack } = options;
  const values = wantedValues(run.projectDir, stack).filter(
    ({ system }) => options.system === undefined || system === options.system,
  );
  if (options.system !== undefined && values.length === 0) {
    const remedy = `\`fleet secrets generate -s ${stack}\` names every value that the stack reads`;
    throw new Failure(`stack ${stack} has no system ${options.system} with values from "config"`, remedy);
  }
  const variables = Object.entries(variablesOf(options.file));
  if (variables.length === 0) {
    throw new Failure(`${options.file} has no value`, 'name a file with lines such as NAME=value');
  }
  refusePlaceholders(variables);
  const matched = variables.flatMap(([variable, text]): Matched[] => {
    const value = valueFor(variable, values);
    return value ? [{ variable, text, value }] : [];
  });
  refuseSecondNames(matched);
  const step = startProgress(showingFor(options));
  if (matched.length > 0) {
    const pulumi = toolPath(await toolsStep(step, run, ['pulumi']), 'pulumi');
    await step(
      'Values',
      async (say) => {
        for (const { text, value, variable } of matched) {
          say(variable);
          await setValue({ ...run, pulumi, stack }, value, text);
        }
      },
      () => `Values: ${matched.length} set`,
    );
  }
  const names = values.flatMap(namesOf);
  const findings = variables.map(([variable]) =>
    finding(
      variable,
      names,
      matched.find((each) => each.variable === variable),
    ),
  );
  return printReport({ command: 'secrets import', stack, findings }, options);
}

function variablesOf(file: string): Readonly<Record<string, string>> {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`, 'name a file with lines such as NAME=value');
  }
}

function refusePlaceholders(variables: readonly (readonly [string, string])[]): void {
  const faults = variables.flatMap(([name, text]) => {
    const fault = placeholderFault(text);
    return fault === undefined ? [] : [`  ${name}: ${fault}`];
  });
  if (faults.length === 0) return;
  const message = `nothing is taken, because these are no secrets:\n${faults.join('\n')}`;
  throw new Failure(message, 'put their values in, or take their lines out');
}

/** Of two names of one value nobody could say which is meant. */
function refuseSecondNames(matched: readonly Matched[]): void {
  for (const { value, variable } of matched) {
    const first = matched.find((each) => each.value === value);
    if (first === undefined || first.variable === variable) continue;
    throw new Failure(`${first.variable} and ${variable} are both ${keyOfValue(value)}`, 'take one of them out');
  }
}

/** What a variable may be called: the path in capitals, or the key in the Secret where that is clear. */
function namesOf({ path, secretKey }: WantedValue): string[] {
  return [path.map(inCapitals).join('_'), secretKey];
}

/** `openaiApiKey` as `OPENAI_API_KEY`. */
function inCapitals(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}

/** @throws Failure where it may be one of several */
function valueFor(variable: string, values: readonly WantedValue[]): WantedValue | undefined {
  const found = values.filter((value) => namesOf(value).includes(variable));
  const [only, ...others] = found;
  if (others.length === 0) return only;
  const systems = found.map(({ system }) => system).join(', ');
  throw new Failure(`${variable} may be for several systems`, `choose by --system: ${systems}`);
}

function finding(variable: string, names: readonly string[], matched: Matched | undefined): Finding {
  if (!matched) {
    const remedy =
      names.length > 0 ? `the nearest name is ${closest(variable, names)}` : 'no value of it is from "config"';
    return { subject: variable, status: 'missing', found: 'the stack reads no such value', remedy };
  }
  const { value } = matched;
  const place = keyOfValue(value);
  return value.isThere
    ? {
        ...{ subject: variable, status: 'ok', found: `replaced ${place}` },
        remedy: 'raise its secretRevision, so that what reads it starts anew',
      }
    : { subject: variable, status: 'ok', found: `set ${place}` };
}
