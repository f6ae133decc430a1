// Maintenance of the streams that need it. What their retention no longer keeps is hidden, and what is hidden
// long enough is removed. A stream that has expired is deleted, though nobody asks for it any more. Loaded
// with the first call.

import type { DescribeResult } from '../api/streams.ts';
import type { Clock, Random } from '../clock.ts';
import { STREAMS_MAINTAINED_MAX } from '../limits.ts';
import type { Log } from '../log/log.ts';
import type { HeldAfter } from '../log/retention.ts';
import { isExpired } from '../streams/expiry.ts';

/** How many streams are looked after in one go. */
const STREAMS_AT_ONCE = 16;

export interface StreamMaintenanceParts {
  /** The paths of the streams that maintenance has to look after, in order. @throws StoreError */
  paths(): Promise<readonly string[]>;
  readonly open: (path: string) => Log;
  /** A look at a stream, which deletes one that has expired and was not renewed meanwhile. */
  readonly describe: (path: string) => Promise<DescribeResult>;
  readonly clock: Clock;
  /** Draws where a call begins, if there is more to do than for one. */
  readonly random: Random;
  /** Default: nothing holds a stream. */
  readonly heldAfter?: HeldAfter | undefined;
  /** A stream that cannot be looked after keeps no other from it. */
  readonly onError: (error: unknown, log: string) => void;
}

export interface MaintainedStreams {
  /** Those that this call has looked after. */
  readonly streams: number;
  /** Those that it has found expired, and deleted. */
  readonly streamsExpired: number;
  readonly segmentsRemoved: number;
}

/**
 * Looks after `STREAMS_MAINTAINED_MAX` streams at most. Safe to repeat, and to run in several processes at
 * once: call it on a schedule.
 *
 * @throws StoreError
 */
export async function maintainStreams(parts: StreamMaintenanceParts): Promise<MaintainedStreams> {
  const paths = portionOf(await parts.paths(), parts.random);
  let streamsExpired = 0;
  let segmentsRemoved = 0;
  for (let index = 0; index < paths.length; index += STREAMS_AT_ONCE) {
    const some = paths.slice(index, index + STREAMS_AT_ONCE);
    for (const done of await Promise.all(some.map((path) => maintainStream(path, parts)))) {
      streamsExpired += done.isDeleted ? 1 : 0;
      segmentsRemoved += done.segmentsRemoved;
    }
  }
  return { streams: paths.length, streamsExpired, segmentsRemoved };
}

/**
 * Each call begins anywhere, and goes on at the first path after the last one. So every path has the same
 * chance, and no process has to remember how far another one has come.
 */
function portionOf(paths: readonly string[], random: Random): readonly string[] {
  if (paths.length <= STREAMS_MAINTAINED_MAX) return paths;
  const begin = Math.floor(random.fraction() * paths.length);
  return [...paths.slice(begin), ...paths.slice(0, begin)].slice(0, STREAMS_MAINTAINED_MAX);
}

async function maintainStream(
  path: string,
  { open, describe, clock, heldAfter, onError }: StreamMaintenanceParts,
): Promise<{ readonly isDeleted: boolean; readonly segmentsRemoved: number }> {
  const log = open(path);
  try {
    const { expiry, segmentsRemoved } = await log.retain(heldAfter);
    if (!isExpired(expiry, clock.nowMs())) return { isDeleted: false, segmentsRemoved };
    const described = await describe(path);
    if (described.kind === 'failed') onError(new Error(described.message), log.name);
    return { isDeleted: described.kind === 'missing', segmentsRemoved };
  } catch (error) {
    onError(error, log.name);
    return { isDeleted: false, segmentsRemoved: 0 };
  }
}
