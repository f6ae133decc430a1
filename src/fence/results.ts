// The common types of all checks of a fencing token: the token, and the two ways in which a write fails.

import type { Failed } from '../api/common.ts';

/** A holder with a greater token has written. This one no longer holds the lock, so it has to stop. */
export interface Fenced {
  readonly kind: 'fenced';
  /**
   * True: this write did nothing, and never will. False: an earlier try of it may have taken effect, before
   * the greater token was written.
   */
  readonly definite: boolean;
  /** The greatest token written so far. Undefined where the store did not return it. */
  readonly fence: number | undefined;
}

/** @throws RangeError when `token` is not a fencing token */
export function checkToken(token: number): void {
  if (Number.isSafeInteger(token) && token >= 0) return;
  throw new RangeError(`a fencing token is a whole number from 0 on, not ${token}`);
}

/** A token as a store returns it: a number, or its digits. */
export function tokenIn(value: unknown): number | undefined {
  const token = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof token === 'number' || typeof token === 'bigint' ? Number(token) : undefined;
}

export function failed(definite: boolean, message: string): Failed {
  return { kind: 'failed', definite, message };
}
