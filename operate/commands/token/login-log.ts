import type { LoginLog } from '../../../components/system/operations';

/** What a person has to do. */
export interface Request {
  readonly url: string;
  readonly code: string;
}

/** The URL and the code in a log; undefined while it has not both. */
export function requestIn(text: string, log: LoginLog): Request | undefined {
  const url = new RegExp(log.url).exec(text)?.[1];
  const code = new RegExp(log.code).exec(text)?.[1];
  return url === undefined || code === undefined ? undefined : { url, code };
}

/** Why a login has failed, by its log: in words where they are known, else its last line. */
export function reasonIn(text: string, log: LoginLog): string | undefined {
  const known = Object.entries(log.failures).find(([pattern]) => new RegExp(pattern).test(text));
  return known?.[1] ?? text.trim().split('\n').at(-1)?.trim();
}
