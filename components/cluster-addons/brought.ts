import { createSecret, fromTerminal } from '../kit/parts/bringing';
import type { Brought } from '../system/brought';
import type { ClusterAddonsSettings } from './settings';
import type { DnsSettings, IssuerSettings } from './settings/issuers';

/** The Secrets that issuers read, all of them in the namespace of cert-manager. */
export function brought({ certManager: { namespace }, issuers }: ClusterAddonsSettings): Brought[] {
  return Object.entries(issuers).flatMap(([name, issuer]) => ofIssuer(namespace, name, issuer));
}

function ofIssuer(namespace: string, name: string, issuer: IssuerSettings): Brought[] {
  const without = `${name} issues no certificate`;
  switch (issuer.type) {
    case 'selfSigned':
      return [];
    case 'ca':
      return [
        {
          kind: 'Secret',
          name: issuer.secretName,
          keys: [['tls.crt', 'tls.key']],
          what: `certificate and key of the authority ${name}`,
          without,
          by: 'person',
          command: () => `kubectl -n ${namespace} create secret tls ${issuer.secretName} --cert=FILE --key=FILE`,
        },
      ];
    case 'step':
      return [entry(namespace, issuer.provisioner.password, `password of the provisioner of ${name}`, without)];
    case 'acme':
      return issuer.solver.challenge === 'dns01'
        ? ofDns(issuer.solver.dns).map((secret) => entry(namespace, secret, `key of ${name} for its DNS`, without))
        : [];
  }
}

interface Entry {
  readonly secretName: string;
  readonly secretKey: string;
}

function ofDns(dns: DnsSettings): Entry[] {
  switch (dns.provider) {
    case 'cloudflare':
    case 'digitalocean':
      return [dns.token];
    case 'rfc2136':
      return [dns.key];
    case 'route53':
      return dns.secretAccessKey ? [dns.secretAccessKey] : [];
  }
}

function entry(namespace: string, { secretKey, secretName }: Entry, what: string, without: string): Brought {
  return {
    kind: 'Secret',
    name: secretName,
    keys: [[secretKey]],
    what,
    without,
    by: 'person',
    command: () => `${fromTerminal} | ${createSecret(namespace, secretName)} --from-file=${secretKey}=/dev/stdin`,
  };
}
