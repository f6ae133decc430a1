// Maintenance of the streams that are trimmed. Loaded with the first that is due.

import type { Log } from '../log/log.ts';
import { trimPointOf } from '../log/trim-point.ts';

export interface TrimmedStreamsParts {
  /** The paths of the streams that maintenance has to trim. @throws StoreError */
  paths(): Promise<readonly string[]>;
  readonly open: (path: string) => Log;
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
      segmentsRemoved += await maintainStream(log);
    } catch (error) {
      parts.onError(error, log.name);
    }
  }
  return { streams: paths.length, segmentsRemoved };
}

/** One round trip where nothing is to be done. Answers how many segments were removed. @throws StoreError */
async function maintainStream(log: Log): Promise<number> {
  const look = await log.checkTail();
  // The sweep of deleted logs gives its storage back.
  if (look.kind === 'missing') return 0;
  const { pending, trimmedTo } = trimPointOf(look.records['trim-point']);
  if (!pending) return 0;
  const trimmed = await log.trim(trimmedTo);
  return trimmed.kind === 'trimmed' ? trimmed.segmentsRemoved : 0;
}
