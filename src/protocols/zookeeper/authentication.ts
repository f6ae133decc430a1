// What the packet of `addAuth` makes of a client.

import { createHash } from 'node:crypto';
import type { Identity } from './tree/acl.ts';
import { ofAddress, ofPassword, SUPER } from './tree/identities.ts';

export interface Authenticator {
  readonly address: string;
  /** `user:digest` of the superuser. Undefined: there is none. */
  readonly superDigest: string | undefined;
}

/** What the client is from now on, too. Empty: the scheme is none of ours, or takes nobody this way. */
export function authenticated(
  scheme: string,
  credentials: Uint8Array | null,
  { address, superDigest }: Authenticator,
): readonly Identity[] {
  switch (scheme) {
    case 'digest': {
      if (!credentials) return [];
      const text = Buffer.from(credentials).toString('utf8');
      const shown = ofPassword(text, createHash('sha1').update(text, 'utf8').digest('base64'));
      return shown.id === superDigest ? [SUPER, shown] : [shown];
    }
    case 'ip':
      return [ofAddress(address)];
    default:
      return [];
  }
}

/** The identities with one more, unless it is there already. */
export function withIdentity(identities: readonly Identity[], added: Identity): readonly Identity[] {
  const isThere = identities.some(({ scheme, id }) => scheme === added.scheme && id === added.id);
  return isThere ? identities : [...identities, added];
}
