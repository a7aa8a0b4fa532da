import { lookup } from 'node:dns/promises';
import { messageOf } from '../../base/failure';
import type { Address } from '../../mcp/connection';
import type { Finding } from '../../report/report';
import { certificateFindings } from './certificate';

/** What the operator said about the way to a host name. */
export interface HostOptions {
  readonly address?: Address | undefined;
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Checks what comes before any request: that the host name is known, and that its certificate is good. */
export async function hostFindings(url: string, options: HostOptions): Promise<readonly Finding[]> {
  const { hostname, port, protocol } = new URL(url);
  const named = await nameFinding(hostname, options.address);
  if (named.status === 'failed' || protocol !== 'https:') return [named];
  const address = { host: hostname, port: port === '' ? 443 : Number(port), ...options.address };
  return [named, ...(await certificateFindings({ hostname, ...options, address }))];
}

async function nameFinding(hostname: string, address: Address | undefined): Promise<Finding> {
  const subject = `DNS ${hostname}`;
  if (address !== undefined) {
    const remedy = 'leave --address out to check it too';
    return { subject, status: 'skipped', found: `--address ${address.host} stands for it`, remedy };
  }
  try {
    const found = await lookup(hostname, { all: true });
    return { subject, status: 'ok', found: found.map((each) => each.address).join(', ') };
  } catch (error) {
    const remedy = 'publish the address of the Gateway under this name, or name it by --address to go on without';
    return { subject, status: 'failed', found: messageOf(error), remedy };
  }
}
