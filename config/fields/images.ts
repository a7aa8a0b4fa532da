import { portFault } from './hosts';
import { text } from './text';

// The grammar of https://github.com/distribution/reference, of which this asks for lower case and a tag besides.
const host = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*|\\[[0-9a-f:]+\\]';
const path = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
const named = `((${host})(:\\d+)?/)?${path}(/${path})*`;
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';

const expected = 'an image with its tag and, where known, its digest: registry/name:1.2.3@sha256:…';

function imageFault(value: string): string | undefined {
  if (/^[a-z0-9+.-]+:\/\//i.test(value))
    return `${expected}; without a scheme: ${value.replace(/^[^:]+:\/\/([^/]*@)?/s, '')}`;
  if (value.includes('//')) return `${expected}; with one "/" between its parts`;
  const [before = '', digest] = value.split('@');
  const name = before.replace(/:[^/:]*$/, '');
  if (/[A-Z]/.test(name)) return `${expected}; its name in lower case`;
  if (!/:[^/]*$/.test(before))
    return `${expected}; ${digest === undefined ? 'the tag is missing' : 'the tag too, so that people see the version'}`;
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return `${expected}; a digest is sha256: and 64 hexadecimal digits in lower case`;
  const port = /^[^/]*:(\d+)\//.exec(before)?.[1];
  if (port !== undefined && portFault(port) !== undefined) return `${expected}; ${portFault(port)}`;
  if (name.length > 255) return `${expected}; a name of at most 255 characters`;
  if (/:latest$/.test(before)) return 'a tag that names a version; "latest" names none';
  return undefined;
}

/** What names of images begin with: a registry, with folders or without. */
export const imageBeginning = (form: string, expected: string) =>
  text(new RegExp(`^(${form}(${host})(:\\d+)?(/${path})*)$`), expected, 255, (value) => {
    const port = /^[^/]*:(\d+)(\/|$)/.exec(value)?.[1];
    return port === undefined || portFault(port) === undefined ? undefined : `${expected}; ${portFault(port)}`;
  });

/** A container image with a tag, optionally with its digest; `latest` names no version and is refused. */
export const image = text(new RegExp(`^${named}:${tag}(@sha256:[0-9a-f]{64})?$`), expected, 500, imageFault);
