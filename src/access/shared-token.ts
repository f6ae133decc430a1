// One secret that every client shares: enough for a server in a private network.

import { createHash, timingSafeEqual } from 'node:crypto';
import { type Admit, OPERATOR } from './principal.ts';

export const SHARED_TOKEN_LENGTH_MIN = 16;

/** @param token at least `SHARED_TOKEN_LENGTH_MIN` characters of those that a Bearer token may have */
export function admitSharedToken(token: string): Admit {
  const expected = digest(token);
  return async ({ bearerToken, presented }) => {
    // Digests have one length, so the comparison takes equally long for every token.
    if (bearerToken !== undefined && timingSafeEqual(digest(bearerToken), expected)) {
      return { kind: 'admitted', principal: OPERATOR };
    }
    return {
      kind: 'unauthenticated',
      presented,
      detail: 'the request needs the bearer token of this server',
    };
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
