import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { testToolPath } from '../test-tool';

/** Labels of a series or of an alert. */
export type Labels = Readonly<Record<string, string>>;

/** One series: its metric, its labels, and its samples a minute apart in promtool's notation (`1x9` = ten times 1). */
export interface Series {
  readonly metric: string;
  readonly labels: Labels;
  readonly samples: string;
}

/** A rule as a PrometheusRule has it, as far as the tests look at it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Rules in groups, which is both the spec of a PrometheusRule and a rule file of Prometheus. */
export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Which alerts of a rule fire at a minute, by the labels that they take from their series. None = it is silent. */
export interface Expectation {
  readonly alert: string;
  readonly minute: number;
  readonly firing: readonly Labels[];
}

/** Prometheus' own checker, with a rule file in a folder of its own. */
export interface Promtool {
  /** Checks a rule file, every warning an error. @returns what promtool says */
  check(rules: RuleFile): Promise<string>;
  /**
   * Evaluates rules once a minute over some series.
   * @throws Error with promtool's own account where an expectation does not hold
   */
  test(rules: RuleFile, series: readonly Series[], expectations: readonly Expectation[]): Promise<void>;
  /** Removes the folder. */
  tidy(): void;
}

/** Obtains promtool as every tool is obtained: from the search path, the cache, or built. */
export async function promtool(projectDir: string): Promise<Promtool> {
  const tool = await testToolPath(projectDir, 'promtool');
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-alerts-'));
  const write = (name: string, content: unknown) => {
    const file = join(folder, name);
    writeFileSync(file, stringify(content));
    return file;
  };
  const run = async (...args: string[]) => {
    const { exitCode, all } = await execa(tool, args, { all: true, reject: false });
    if (exitCode !== 0) throw new Error(all);
    return all;
  };
  return {
    check: (rules) => run('check', 'rules', '--lint=all', '--lint-fatal', write('rules.yaml', rules)),
    test: async (rules, series, expectations) => {
      write('rules.yaml', rules);
      await run('test', 'rules', write('test.yaml', testFile(rules, series, expectations)));
    },
    tidy: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function testFile(rules: RuleFile, series: readonly Series[], expectations: readonly Expectation[]) {
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series.map(({ metric, labels, samples }) => ({
          series: `${metric}{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`,
          values: samples,
        })),
        alert_rule_test: expectations.map(({ alert, minute, firing }) => {
          const rule = ruleOf(rules, alert);
          return {
            eval_time: `${minute}m`,
            alertname: alert,
            exp_alerts: firing.map((labels) => ({
              exp_labels: { ...labels, ...rule.labels },
              exp_annotations: rule.annotations,
            })),
          };
        }),
      },
    ],
  };
}

/** The rule of an alert. promtool takes an alert that no rule has for a silent one, so its name must not be misspelt. */
function ruleOf({ groups }: RuleFile, alert: string): Rule {
  const found = groups.flatMap(({ rules }) => rules).find((rule) => rule.alert === alert);
  if (!found) throw new Error(`no rule is called ${alert}`);
  return found;
}
