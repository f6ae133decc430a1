// When a stream is over because nobody has used it, or because its time has come. It is not over by itself:
// who finds it expired deletes it, on condition that nobody has renewed it meanwhile. Pure.

import type { Expiry } from '../log/segment.ts';

/** A read renews only after this share of the time to live, so that not every read is a write. */
const SHARE_BEFORE_RENEWAL = 0.1;

export function isExpired(expiry: Expiry | undefined, nowMs: number): boolean {
  return expiry !== undefined && expiry.atMs <= nowMs;
}

/** The expiry after a use at this moment. Undefined: a use does not move it. */
export function renewedAtMs(expiry: Expiry | undefined, nowMs: number): number | undefined {
  return expiry?.ttlMs === undefined ? undefined : nowMs + expiry.ttlMs;
}

/** The same for a read. Undefined, too, when it was moved a short while ago. */
export function renewedByReadAtMs(expiry: Expiry | undefined, nowMs: number): number | undefined {
  if (expiry?.ttlMs === undefined) return undefined;
  const renewedMs = nowMs + expiry.ttlMs;
  return renewedMs - expiry.atMs >= expiry.ttlMs * SHARE_BEFORE_RENEWAL ? renewedMs : undefined;
}
