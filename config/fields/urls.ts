import { domainToASCII } from 'node:url';
import { hostFault, portFault } from './hosts';
import { subdomain } from './names';
import { type Judge, text } from './text';

/** A URL by the letters of its parts, nothing decoded or guessed. */
interface Parts {
  readonly scheme: string;
  readonly user?: string | undefined;
  readonly host: string;
  readonly port?: string | undefined;
  /** From the first "/" on; empty where there is none. */
  readonly path: string;
}

/** What a kind of URL may have. */
interface UrlRules {
  /** Ends every message that does not say it better; names an example. */
  readonly expected: string;
  readonly schemes: readonly string[];
  /** Whether a port must be there. */
  readonly port?: 'required';
  /** Something behind the host: must be there, must not, or may also ask by "?". */
  readonly path?: 'required' | 'none' | 'query';
}

function urlFault(value: string, rules: UrlRules): string | undefined {
  const { expected, path = 'optional', port, schemes } = rules;
  const strange = /[^\x21-\x7e]|["<>\\^`{|}]/u.exec(value)?.[0];
  if (strange !== undefined) return strangeFault(value, strange, expected);
  const parts = partsOf(value);
  if (parts === undefined) return schemeFault(value, rules);
  if (!schemes.includes(parts.scheme)) return expected;
  if (parts.user !== undefined && (parts.scheme !== 'ssh' || !/^[\w][\w.-]*$/.test(parts.user))) {
    return `${expected}, without ${parts.scheme === 'ssh' ? 'a password in it' : 'user name or password'}: what logs in belongs in a Secret`;
  }
  if (parts.port !== undefined && parts.scheme === 'ssh' && !/^\d*$/.test(parts.port)) {
    return `${expected}; behind ":" is a port there, and a path begins with "/": ${written({ ...parts, path: `/${parts.port}${parts.path}`, port: undefined })}`;
  }
  if (parts.port?.includes(':')) return `${expected}; there, an address of IPv6 in brackets`;
  const fault = hostFault(parts.host) ?? (parts.port === undefined ? undefined : portFault(parts.port));
  if (fault !== undefined) return `${expected}; there, ${fault}`;
  if (port === 'required' && parts.port === undefined) return `${expected}, with its port`;
  if (/%(?![0-9A-Fa-f]{2})/.test(parts.path)) return `${expected}; "%" is written %25 there`;
  if (path === 'none' && !/^\/?$/.test(parts.path)) return `${expected}; nothing behind host and port`;
  if (parts.path.includes('#')) return `${expected}; without "#"`;
  if (path !== 'query' && parts.path.includes('?')) return `${expected}; without "?"`;
  if (path === 'required' && /^\/*$/.test(parts.path)) return `${expected}; the path behind the host is missing`;
  return undefined;
}

function partsOf(value: string): Parts | undefined {
  const found = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?(\[[^\]/?#]*\]|[^:/?#[\]]*)(?::([^/?#]*))?([/?#].*)?$/.exec(
    value,
  );
  if (!found) return undefined;
  const [, scheme = '', user, host = '', port, path = ''] = found;
  return { scheme, user, host, port, path };
}

function written({ host, path, port, scheme, user }: Parts): string {
  return `${scheme}://${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}${path}`;
}

function strangeFault(value: string, strange: string, expected: string): string {
  if (strange === '\\') return `${expected}; with "/", not "\\"`;
  if (/\s/.test(strange)) return `${expected}; without blanks`;
  const [, host = ''] = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:?#]*)/i.exec(value) ?? [];
  const ascii = domainToASCII(host);
  if (host.includes(strange) && ascii !== '') return `${expected}; its host is spelt ${ascii}`;
  if (strange.charCodeAt(0) < 0x20 || strange.charCodeAt(0) === 0x7f) return `${expected}; without control characters`;
  const escaped = Buffer.from(strange).toString('hex').toUpperCase().replace(/../g, '%$&');
  return `${expected}; "${strange}" is written ${escaped} there`;
}

/** For what has no scheme, or an unknown one: the same as the URL that was probably meant. */
function schemeFault(value: string, { expected, schemes }: UrlRules): string {
  const [, user, host, path] = /^(?:([\w.-]+)@)?([\w.-]+):(?!\/\/|\d+(?:\/|$))\/?([^:@]+)$/.exec(value) ?? [];
  if (schemes.includes('ssh') && host !== undefined) {
    return `${expected}: ${written({ scheme: 'ssh', user, host, path: `/${path}` })}`;
  }
  const [scheme = 'https'] = schemes;
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/[^@]*)?$/.test(value)) return `${expected}: ${scheme}://${value}`;
  const lower = value.replace(/^[A-Za-z]+(?=:\/\/)/, (found) => found.toLowerCase());
  if (lower !== value && !value.includes('@')) return `${expected}: ${lower}`;
  return expected;
}

const url = (form: RegExp, rules: UrlRules) => {
  const judge: Judge = (value) => urlFault(value, rules);
  return text(form, rules.expected, 2048, judge);
};

/** An https URL without credentials in it: a token belongs in a Secret. */
export const httpsUrl = url(/^https:\/\/[^\s/@]+(\/\S*)?$/, {
  expected: 'an https:// URL without user name or password',
  schemes: ['https'],
  path: 'query',
});

/** The root of a server behind https, such as an object storage. */
export const httpsOrigin = url(/^https:\/\/[^\s/@?#]+\/?$/, {
  expected: 'an https:// URL of host and port alone, such as https://storage.example.org',
  schemes: ['https'],
  path: 'none',
});

/** A git repository that is reached by https. */
export const gitHttpsUrl = url(/^https:\/\/[^\s/@?#]+\/[^\s?#]+$/, {
  expected:
    'the https:// URL of a git repository without user name or password, such as https://github.com/example/memories',
  schemes: ['https'],
  path: 'required',
});

/** A git repository that is reached by https, or by ssh with a key. */
export const gitUrl = url(/^(https:\/\/[^\s/@?#]+|ssh:\/\/([\w][\w.-]*@)?[^\s/@?#]+)\/[^\s?#]+$/, {
  expected:
    'an https:// URL without user name or password, or an ssh:// URL, such as ssh://git@github.com/example/code',
  schemes: ['ssh', 'https'],
  path: 'required',
});

const deliveryRules: UrlRules = {
  expected:
    'the URL of a git repository as Argo CD takes it, without password: https://, ssh://, user@host:path, or http:// to a Service of the cluster, such as http://gitea.git.svc:3000/team/fleet.git',
  schemes: ['ssh', 'https', 'http'],
  path: 'required',
};

/** A git repository that Argo CD reaches: also in the way that ssh writes hosts and paths, and unencrypted inside of the cluster. */
export const deliveryUrl = text(
  /^((https?:\/\/[^\s/@?#]+|ssh:\/\/([\w][\w.-]*@)?[^\s/@?#]+)\/[^\s?#]+|[\w][\w.-]*@[\w.-]+:(?!\d+(\/|$))[^\s?#@:]+)$/,
  deliveryRules.expected,
  2048,
  (value) => {
    const [, login, path] = /^([\w][\w.-]*@[\w.-]+):(?!\/\/)\/?([^:@]+)$/.exec(value) ?? [];
    const fault = urlFault(login === undefined ? value : `ssh://${login}/${path}`, deliveryRules);
    if (fault !== undefined || !value.startsWith('http://')) return fault;
    const host = partsOf(value)?.host ?? '';
    return /^[^.]+\.[^.]+\.svc(\.|$)/.test(host)
      ? undefined
      : `${deliveryRules.expected}; outside of the cluster by https or ssh, because whoever is on the way could change what is applied`;
  },
);

/** Where spans are sent by gRPC. */
export const otlpEndpoint = url(/^https?:\/\/[^\s/@?#]+:\d{1,5}\/?$/, {
  expected: 'an OTLP gRPC endpoint such as http://collector.monitoring.svc:4317',
  schemes: ['http', 'https'],
  port: 'required',
  path: 'none',
});

/** A proxy that clients send their requests to. */
export const proxyUrl = url(/^http:\/\/[^\s/@?#]+:\d{1,5}\/?$/, {
  expected: 'the http:// URL of a proxy, such as http://proxy.example.org:3128',
  schemes: ['http'],
  port: 'required',
  path: 'none',
});

/** The origin of a web page, as a browser writes it: nothing after host and port, and no port that is the scheme's own. */
export const webOrigin = url(new RegExp(`^(https://(?!.*:443$)|http://(?!.*:80$))${subdomain}(:[1-9]\\d{0,4})?$`), {
  expected: 'an origin as browsers write it, such as https://chat.example.org or http://localhost:5173',
  schemes: ['https', 'http'],
  path: 'none',
});
