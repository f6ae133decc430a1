// An append wakes all live readers of a stream in one turn of the event loop. Most of them are at one place,
// and share the read that follows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import type { From, PieceResult } from './piece.ts';

/** The reads that begin with the next turn, by place. */
const asked = new WeakMap<Log, Map<string, Promise<PieceResult>>>();

/**
 * Runs `read` once for all readers that ask for it in this turn. It begins after each of these calls, so it
 * is as linearizable as a read of one's own.
 */
export function sharedRead(
  log: Log,
  from: From,
  bytesMax: number,
  read: () => Promise<PieceResult>,
): Promise<PieceResult> {
  const reads = asked.get(log) ?? new Map<string, Promise<PieceResult>>();
  asked.set(log, reads);
  const place = `${typeof from === 'object' ? `${from.base} ${from.after}` : from} ${bytesMax}`;
  const shared = reads.get(place) ?? nextTurn().then(() => begin(place));
  reads.set(place, shared);
  return shared;

  function begin(at: string): Promise<PieceResult> {
    reads.delete(at);
    return read();
  }
}
