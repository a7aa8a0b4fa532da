import { z } from 'zod';

// Every message of these fields completes the sentence "expected …" of a configuration problem.

/** Says what is wrong with a value by saying what was expected instead; nothing where the value is right. */
export type Judge = (value: string) => string | undefined;

/**
 * Text of a given form; any other type of value gets the same message.
 *
 * @param form what editors check as well, and what the judge can rely on
 * @param judge what a regular expression cannot tell, or tells without a reason: its words come before the general ones
 */
export const text = (form: RegExp, expected: string, longest = 1024, judge: Judge = () => undefined) => {
  const error = ({ input }: { readonly input?: unknown }) => {
    const day = printedTime.exec(String(input))?.[1];
    return day === undefined
      ? (judge(String(input)) ?? expected)
      : `${expected}; a date stands in quotes, "${day}", or YAML takes it for a time`;
  };
  return z
    .string({ error: expected })
    .max(longest, { error })
    .regex(form, { error })
    .refine((value) => value.length > longest || !form.test(value) || judge(value) === undefined, { error });
};

/** How the engine hands on what YAML takes for a time, such as `2024-08-28` without quotes. */
const printedTime = /^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} \S+$/;

/** A whole number in a closed range. */
export const integer = (minimum: number, maximum: number) =>
  z
    .int({ error: `a whole number from ${minimum} to ${maximum}` })
    .min(minimum, { error: `a whole number from ${minimum} to ${maximum}` })
    .max(maximum, { error: `a whole number from ${minimum} to ${maximum}` });

/** A sentence for those who read the preview: why something holds. */
export const reason = text(/\S.{8,}\S/, 'a reason of at least ten characters');

/** A folder or file inside a repository, a bucket or a volume. */
export const relativePath = text(
  /^(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*$/,
  'a relative path such as deploy/k8s/overlays/goddess',
  1024,
  (value) => {
    if (value.includes('\\')) return `a relative path with "/" between its parts, such as deploy/k8s/overlays/goddess`;
    if (value.startsWith('/')) return 'a relative path: without "/" at its start';
    if (value.endsWith('/')) return 'a relative path: without "/" at its end';
    if (/(^|\/)\.\.?(\/|$)/.test(value)) return 'a relative path without "." and ".." in it';
    return undefined;
  },
);
