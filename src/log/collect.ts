// Collects records from segments, as many as fit a page.

import { isLarge } from './batch.ts';
import type { LargeRecords, Wanted } from './large-reads.ts';
import { loadedLargeReads } from './on-demand.ts';
import type { ReadLimits } from './reader.ts';
import { type LogRecord, recordsOf } from './results.ts';
import { decoded, entriesAfter, type PositionedEntry, type Segment } from './segment.ts';
import type { Store } from './store.ts';

interface Place {
  readonly store: Store;
  readonly log: string;
  readonly after: number;
}

interface Collected {
  readonly records: LogRecord[];
  /** The segment that was looked at last. */
  readonly segment: Segment | undefined;
  /** Whether there were more than fit. */
  readonly isFull: boolean;
}

/** Undefined if bytes that an entry names are gone: its segment is being removed. @throws StoreError */
export async function collect(
  place: Place,
  chain: readonly Segment[],
  { recordsMax, bytesMax }: ReadLimits,
): Promise<Collected | undefined> {
  const records: LogRecord[] = [];
  let bytes = 0;
  for (const segment of chain) {
    for (const entry of entriesAfter(segment, place.after)) {
      const found = await recordsIn(place, entry, {
        after: place.after,
        recordsMax: recordsMax - records.length,
        bytesMax: bytesMax - bytes,
        isFirst: records.length === 0,
      });
      if (!found) return undefined;
      for (const record of found.records) {
        bytes += record.data.length;
        const isOver = records.length >= recordsMax || (records.length > 0 && bytes > bytesMax);
        if (isOver) return { records, segment, isFull: true };
        records.push(record);
      }
      if (found.isCut) return { records, segment, isFull: true };
    }
  }
  return { records, segment: chain.at(-1), isFull: false };
}

/** Of a large entry just those for which there is room: their bytes are loaded for it. */
async function recordsIn(
  { store, log }: Place,
  entry: PositionedEntry,
  wanted: Wanted,
): Promise<LargeRecords | undefined> {
  if (!isLarge(entry.entry)) return { records: [...recordsOf([decoded(entry)], wanted.after)], isCut: false };
  const { largeRecords } = await loadedLargeReads();
  return largeRecords(store, log, entry, wanted);
}
