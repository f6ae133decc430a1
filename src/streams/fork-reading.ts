// Reads of a fork that begin in the records of its source.

import { READ_RECORDS_MAX } from '../limits.ts';
import { type HeldRecords, heldRecords } from '../log/held-records.ts';
import type { Held } from '../log/held-segments.ts';
import type { Log } from '../log/log.ts';
import type { ReadLimits, TailResult } from '../log/reader.ts';
import type { Cursor, LogRecord, ReadResult, Records } from '../log/results.ts';
import { startOf } from '../log/segment.ts';
import { startOfLog } from '../log/start.ts';
import { type Store, StoreError } from '../log/store.ts';
import { isOfFork } from './inheritance.ts';
import { missingAt } from './rejections.ts';

/**
 * Records after a place of the fork, or from its first one: of its source, and then its own, as many as fit.
 *
 * @throws StoreError
 */
export async function readFork(
  store: Store,
  log: Log,
  place: number | Cursor | undefined,
  bytesMax: number,
): Promise<ReadResult> {
  for (;;) {
    const look = await log.checkTail();
    if (look.kind === 'missing') return missingAt(look);
    const result = await readIncarnation(store, log, look, place, bytesMax);
    if (result) return result;
  }
}

/** Undefined where another incarnation has begun since the look. */
async function readIncarnation(
  store: Store,
  log: Log,
  look: TailResult,
  place: number | Cursor | undefined,
  bytesMax: number,
): Promise<ReadResult | undefined> {
  const { metadata } = look.segment;
  const { origin, incarnation } = metadata;
  // Another stream has been created in its place.
  if (!origin) {
    const result = await log.read(place, { bytesMax });
    return isForkNow(result) ? undefined : result;
  }
  const ownAfter = startOf({ base: incarnation, metadata });
  const start = startOfLog(look);
  const after = typeof place === 'object' ? place.after : (place ?? start);
  if (after < start) return { kind: 'trimmed', first: start + 1 };
  if (after > origin.upTo && after < ownAfter) return { kind: 'trimmed', first: ownAfter + 1 };
  if (after >= origin.upTo) return unlessOver(await log.read(Math.max(after, ownAfter), { bytesMax }));
  const wanted = { recordsMax: READ_RECORDS_MAX, bytesMax };
  const { records, next, isFull } = await inherited(store, origin, after, wanted);
  const cursor = { after: next, base: incarnation, freshAt: look.freshAt };
  const ofSource: Records = { kind: 'records', records, cursor, upToDate: false, metadata };
  if (isFull) return ofSource;
  const left = leftOf(wanted, records);
  const own = unlessOver(await log.read({ ...cursor, after: ownAfter }, left));
  if (own?.kind !== 'records') return own;
  // A single record may be larger than what is left.
  return bytesOf(own.records) > left.bytesMax ? ofSource : { ...own, records: [...records, ...own.records] };
}

/** A log answers with its own records alone. */
function isForkNow(result: ReadResult): boolean {
  return isOfFork(result) || (result.kind === 'records' && result.metadata.origin !== undefined);
}

/**
 * What was read of the log itself. It has not been trimmed as far as that, so another incarnation has begun,
 * behind any position of this one.
 */
function unlessOver(result: ReadResult): ReadResult | undefined {
  return result.kind === 'trimmed' ? undefined : result;
}

/** Records of the source, as many as are wanted and there. @throws StoreError */
export async function inherited(
  store: Store,
  origin: Held,
  after: number,
  wanted: ReadLimits,
): Promise<HeldRecords> {
  const records: LogRecord[] = [];
  for (let at = after; ; ) {
    const left = leftOf(wanted, records);
    if (at >= origin.upTo) return { records, next: at, isFull: false };
    if (left.recordsMax <= 0 || left.bytesMax <= 0) return { records, next: at, isFull: true };
    const part = await heldRecords(store, origin, at, left);
    if (records.length > 0 && bytesOf(part.records) > left.bytesMax)
      return { records, next: at, isFull: true };
    records.push(...part.records);
    if (part.isFull) return { records, next: part.next, isFull: true };
    if (part.next === at) throw new StoreError('the source has lost records', LOST);
    at = part.next;
  }
}

const LOST = { definite: true, retryable: false };

function leftOf({ recordsMax, bytesMax }: ReadLimits, records: readonly LogRecord[]): ReadLimits {
  return { recordsMax: recordsMax - records.length, bytesMax: bytesMax - bytesOf(records) };
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((sum, { data }) => sum + data.length, 0);
}
