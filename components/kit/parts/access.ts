import type { Access } from '../../system/operations';
import type { AuthenticationSettings } from '../settings/authentication';

/** Where the bearer token comes from that clients must show; undefined where they show none. */
export function bearerSource(
  authentication: AuthenticationSettings | undefined,
): Extract<AuthenticationSettings, { mode: 'bearer' }>['secret'] | undefined {
  return authentication?.mode === 'bearer' ? authentication.secret : undefined;
}

/** What a client has to show where servers are guarded like this. */
export function accessOf(authentication: AuthenticationSettings | undefined): Access {
  if (authentication?.mode === 'bearer') {
    const { secretName, secretKey } = authentication.secret;
    return { mode: 'bearer', secret: { name: secretName, key: secretKey } };
  }
  if (authentication?.mode === 'gateway') {
    return { mode: 'gateway', header: authentication.header, secretName: authentication.secretName };
  }
  return { mode: 'none' };
}
