// What the packet of `addAuth` makes of a client.

import { createHash } from 'node:crypto';
import type { Identity } from './tree/acl.ts';
import { ofAddress, ofPassword } from './tree/identities.ts';

/** Undefined: the scheme is none of ours, or takes nobody this way. */
export function authenticated(
  scheme: string,
  credentials: Uint8Array | null,
  address: string,
): Identity | undefined {
  switch (scheme) {
    case 'digest': {
      if (!credentials) return undefined;
      const text = Buffer.from(credentials).toString('utf8');
      return ofPassword(text, createHash('sha1').update(text, 'utf8').digest('base64'));
    }
    case 'ip':
      return ofAddress(address);
    default:
      return undefined;
  }
}

/** The identities with one more, unless it is there already. */
export function withIdentity(identities: readonly Identity[], added: Identity): readonly Identity[] {
  const isThere = identities.some(({ scheme, id }) => scheme === added.scheme && id === added.id);
  return isThere ? identities : [...identities, added];
}
