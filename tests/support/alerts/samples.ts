import assert from 'node:assert/strict';
import type { SystemPlan } from '../../../components/system';
import type { Expectation, Labels, Promtool, RuleFile, Series } from './promtool';

/** Minutes of an hour: samples and expectations are counted in minutes. */
export const hour = 60;

/** Samples of so many minutes, all of one value. */
export const steady = (value: number, minutes: number) => `${value}x${minutes - 1}`;
export const missing = (minutes: number) => `_x${minutes}`;
export const sequence = (...samples: string[]) => samples.join(' ');
/** Counts of ten minutes each, from one to another. */
export const climb = (from: number, to: number) =>
  sequence(...Array.from({ length: to - from + 1 }, (_, each) => steady(from + each, 10)));

export const fires = (alert: string, minute: number, ...firing: Labels[]): Expectation => ({ alert, minute, firing });
export const silent = (alert: string, ...minutes: number[]): Expectation[] =>
  minutes.map((minute) => ({ alert, minute, firing: [] }));

/** The rules of a system's one PrometheusRule. */
export function rulesOf({ objects }: SystemPlan): RuleFile {
  const found = Object.values(objects).flatMap(({ object }) => (object.kind === 'PrometheusRule' ? [object] : []));
  assert.equal(found.length, 1);
  const [{ spec }] = found as unknown as [{ spec: RuleFile }];
  return spec;
}

/** Holds the rules of one system against series. */
export type Trial = (
  series: readonly Series[],
  ...expectations: readonly (Expectation | readonly Expectation[])[]
) => Promise<void>;

/** @param tool promtool, once it is there: tests are described before */
export function trialOf(rules: RuleFile, tool: () => Promtool): Trial {
  return (series, ...expectations) => tool().test(rules, series, expectations.flat());
}
