// Trims a stream. Loaded with the first that is trimmed.

import type * as api from '../api/streams.ts';
import { POSITION_MAX } from '../limits.ts';
import type { Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import type { Ended } from '../log/results.ts';
import type { HeldAfter } from '../log/retention.ts';
import { startOfLog } from '../log/start.ts';
import { StoreError } from '../log/store.ts';
import { failed, MISSING, rejected } from './rejections.ts';
import type { StreamRegister } from './stream.ts';

const NO_POSITION = rejected('invalid-request', 'a stream is trimmed before a position, which is from 1 on');

interface TrimmingParts {
  readonly log: Log;
  readonly register: StreamRegister;
  /** At the end of the stream. One that has expired is over. @throws StoreError */
  look(): Promise<TailResult | Ended>;
  /** Default: nothing holds it. */
  readonly heldAfter?: HeldAfter | undefined;
}

/**
 * The stream is noted down first, so that maintenance gives the storage back when it is old enough, wherever
 * this process ends.
 *
 * @throws StoreError when nothing has been trimmed
 */
export async function trimStream(
  before: number,
  { log, register, look, heldAfter }: TrimmingParts,
): Promise<api.TrimResult> {
  if (!Number.isSafeInteger(before) || before < 1 || before > POSITION_MAX) return NO_POSITION;
  const end = await look();
  if (end.kind === 'missing') return MISSING;
  // Not beyond the tail as it was seen: a stream that is created anew meanwhile begins after it.
  const held = await heldAfter?.(log.name);
  const trimTo = Math.min(before - 1, end.segment.tail, held ?? end.segment.tail);
  const start = startOfLog(end);
  if (trimTo <= end.readableAfter) return { kind: 'trimmed', earliest: start + 1 };
  await register.add(true);
  try {
    const trimmed = await log.trim(trimTo);
    if (trimmed.kind === 'missing') return MISSING;
    return { kind: 'trimmed', earliest: Math.max(trimmed.first, start + 1) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Some of its writes may have happened. To trim again does no harm.
    return failed({ definite: false, message: error.message });
  }
}
