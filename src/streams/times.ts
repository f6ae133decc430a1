// The place of a time in a stream. Loaded with the first search.

import type * as api from '../api/streams.ts';
import type { Log } from '../log/log.ts';
import { MISSING, rejected } from './rejections.ts';

/** The end of the year 9999, the last one that RFC 3339 can say. */
const TIME_MS_MAX = 253_402_300_799_999;
const NO_TIME = rejected(
  'invalid-request',
  'a time is in whole milliseconds since 1970, up to the year 9999',
);
const TWO_PLACES = rejected(
  'invalid-request',
  'a read begins after a position or at a time, and not at both',
);

/** @throws StoreError */
export async function placeOfTime(
  log: Log,
  timeMs: number,
  after: number,
): Promise<number | typeof MISSING | api.StreamRejected> {
  if (after !== 0) return TWO_PLACES;
  if (!Number.isSafeInteger(timeMs) || timeMs < 0 || timeMs > TIME_MS_MAX) return NO_TIME;
  const place = await log.placeOfTime(timeMs);
  return place === 'missing' ? MISSING : place;
}
