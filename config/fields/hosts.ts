import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { label, subdomain } from './names';
import { type Judge, text } from './text';

/** What is wrong with a name as the name of a host; nothing where it is one. */
export function hostnameFault(value: string): string | undefined {
  if (/^[a-z]+:\/\//i.test(value))
    return `${namesOnly}: ${value.replace(/^[a-z]+:\/\/([^/@]*@)?([^/:?#]*).*$/is, '$2')}`;
  if (isIP(value.replace(/^\[|\]$/g, '')) !== 0) return 'a host name, not an address';
  if (value.endsWith('.')) return `${namesOnly}, and without a dot at its end`;
  const ascii = domainToASCII(value);
  if (/[^\x20-\x7e]/.test(value) && ascii !== '') return `${namesOnly}; this one is spelt ${ascii}`;
  if (/^[a-z0-9.-]+$/i.test(value) && value !== value.toLowerCase()) return `${namesOnly}, in lower case`;
  if (value.split('.').some((part) => part.length > 63))
    return 'a host name whose parts have at most 63 characters each';
  // Browsers, and what else reads URLs as they do, take such a name for an address.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(value))
    return 'a host name whose last part is no number: it would be taken for an address';
  return undefined;
}

const namesOnly = 'a host name in lower case, without scheme, port or path';

/** A host name without scheme, port or path. */
export const hostname = text(
  new RegExp(`^${subdomain}$`),
  `${namesOnly}, such as memories.example.org`,
  253,
  hostnameFault,
);

const routedFault: Judge = (value) =>
  hostnameFault(value) ??
  (value.includes('.')
    ? undefined
    : 'a host name with its domain, such as memories.example.org: one word is found by nobody outside');

/** A host name that users outside of the cluster ask for. Certificates and resolvers want a domain. */
export const publicHostname = text(
  new RegExp(`^${label}(\\.${label})+$`),
  `${namesOnly}, such as memories.example.org`,
  253,
  routedFault,
);

/** The name or address by which a client may call a server: what stands in its Host header, without the port. */
export const hostOrAddress = text(
  new RegExp(`^(${subdomain}|\\[[0-9a-f:.]+\\])$`),
  'a host name or an address without scheme, port or path; IPv6 in brackets',
  253,
  (value) => {
    if (isIP(value) === 4 || (/^\[.*\]$/.test(value) && isIP(value.slice(1, -1)) === 6)) return undefined;
    if (isIP(value) === 6) return `an address in brackets: [${value}]`;
    if (value.startsWith('[')) return 'an address of IPv6 in brackets, such as [2001:db8::1]';
    return hostnameFault(value);
  },
);

/** A host name, or all names below a domain. */
export const hostPattern = text(
  new RegExp(`^(\\*\\.)?${subdomain}$`),
  'a host name such as huggingface.co, or "*." and a domain for all names below it',
  253,
  (value) => hostnameFault(value.replace(/^\*\./, '')),
);

/** What is wrong with the number of a port, as text; nothing where it is one. */
export function portFault(port: string): string | undefined {
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535 ? undefined : 'a port from 1 to 65535';
}

/** A host with its port: names, and addresses of which IPv6 has brackets. */
export const hostAndPort = (expected: string) =>
  text(new RegExp(`^(${subdomain}\\.?|\\[[0-9a-f:.]+\\]):\\d{1,5}$`), expected, 260, (value) => {
    const [, host = '', port] = /^(.*?)(?::(\d+))?$/s.exec(value) ?? [];
    if (port === undefined) return undefined;
    return portFault(port) ?? (hostFault(host) && `${expected}: ${hostFault(host)}`);
  });

/** What is wrong with the host of a URL: a name, which may end with a dot, or an address, of which IPv6 has brackets. */
export function hostFault(host: string): string | undefined {
  if (isIP(host) === 4) return undefined;
  if (isIP(host) === 6) return `[${host}], an address in brackets`;
  if (host.startsWith('['))
    return isIP(host.slice(1, -1)) === 6 && host.endsWith(']') && !host.includes('%')
      ? undefined
      : 'an address of IPv6 in brackets';
  const name = host.replace(/\.$/, '').toLowerCase();
  const fault = hostnameFault(name);
  if (fault !== undefined) return fault;
  return name.length <= 253 && new RegExp(`^${urlLabel}(\\.${urlLabel})*$`).test(name)
    ? undefined
    : 'a host name or an address';
}

/** A label of a host that is only looked up: some have "_" in their names. */
const urlLabel = '[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?';
