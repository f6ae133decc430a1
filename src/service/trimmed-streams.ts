// Maintenance of the streams that are trimmed: what their retention no longer keeps is hidden, and what is
// hidden long enough is removed. Loaded with the first call.

import type { Log } from '../log/log.ts';
import type { HeldAfter } from '../log/retention.ts';

export interface TrimmedStreamsParts {
  /** The paths of the streams that maintenance has to trim. @throws StoreError */
  paths(): Promise<readonly string[]>;
  readonly open: (path: string) => Log;
  /** Default: nothing holds a stream. */
  readonly heldAfter?: HeldAfter | undefined;
  /** A stream that cannot be looked after keeps no other from it. */
  readonly onError: (error: unknown, log: string) => void;
}

export interface TrimmedStreams {
  readonly streams: number;
  readonly segmentsRemoved: number;
}

/** Safe to repeat, and to run in several processes at once: call it on a schedule. @throws StoreError */
export async function maintainTrimmedStreams(parts: TrimmedStreamsParts): Promise<TrimmedStreams> {
  const paths = await parts.paths();
  let segmentsRemoved = 0;
  for (const path of paths) {
    const log = parts.open(path);
    try {
      segmentsRemoved += (await log.retain(parts.heldAfter)).segmentsRemoved;
    } catch (error) {
      parts.onError(error, log.name);
    }
  }
  return { streams: paths.length, segmentsRemoved };
}
