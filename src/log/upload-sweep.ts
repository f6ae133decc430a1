// Removes the bytes that no entry names: their writer has died, or does not know what became of its append
// (rule 9).

import type { Clock } from '../clock.ts';
import { isLarge } from './batch.ts';
import type { Intent } from './intent.ts';
import { decodeLargeEntry } from './large-entry.ts';
import type { WriteResult } from './results.ts';
import { repeat } from './retry.ts';
import type { Segment } from './segment.ts';
import { StoreError } from './store.ts';
import { trimPointOf } from './trim-point.ts';
import { agedUploads, type Upload, withGivenUp } from './uploads.ts';
import {
  changeUploads,
  forgetUploads,
  lookAtUploads,
  removeBlobs,
  type UploadPlace,
} from './uploads-store.ts';

export interface UploadSweepParts extends UploadPlace {
  readonly clock: Clock;
  /** How long a writer has for its append. */
  readonly ageMinMs: number;
  /** A batch with one empty record. */
  readonly tombstone: () => Uint8Array;
  readonly write: (intent: Intent) => Promise<WriteResult>;
}

export interface UploadsSwept {
  readonly removed: number;
  /** Uploads that a later call has to look at. */
  readonly pending: number;
}

const SCAN_BYTES = 256 * 1024;

/**
 * Safe to repeat, and to run in several processes. The age is no part of what makes it safe: a writer whose
 * upload is given up is refused, and stores its bytes anew.
 *
 * @throws StoreError
 */
export async function sweepUploads(parts: UploadSweepParts): Promise<UploadsSwept> {
  const nowMs = parts.clock.nowMs();
  const { pending } = await repeat(parts, () => lookAtUploads(parts));
  if (agedUploads({ generation: 0, pending }, nowMs, parts.ageMinMs).length === 0)
    return { removed: 0, pending: pending.length };
  let aged: readonly Upload[] = [];
  const { generation } = await changeUploads(parts, (before) => {
    aged = agedUploads(before, nowMs, parts.ageMinMs);
    return withGivenUp(before, aged);
  });
  await giveUp(parts, generation);
  const named = await namedFrom(parts, Math.min(...aged.map(({ base }) => base)));
  const orphans = aged.filter(({ id }) => !named.has(id));
  for (const orphan of orphans) await removeBlobs(parts, orphan);
  await forgetUploads(parts, aged);
  return { removed: orphans.length, pending: (await lookAtUploads(parts)).pending.length };
}

/**
 * Once this has answered, no append whose upload is of an earlier generation gets in: the write is to the
 * segment that such an append is sent to, so one of the two comes first.
 */
async function giveUp(parts: UploadSweepParts, generation: number): Promise<void> {
  const conditions = { uploadGeneration: generation };
  for (;;) {
    const { segment } = await repeat(parts, () => parts.store.last(parts.log));
    if ((segment?.metadata.uploadsFrom ?? 0) >= generation) return;
    const update = { entry: undefined, givesUp: true, conditions };
    const changed = await parts.write({ update, create: 'never', contentType: undefined });
    if (changed.kind === 'refused' && changed.reason === 'missing') {
      // There is no segment that could refuse a late append, so one is made: that of a log which is deleted.
      const ended = { entry: parts.tombstone(), end: 'deleted', givesUp: true, conditions } as const;
      const opened = await parts.write({ update: ended, create: 'must-be-new', contentType: undefined });
      if (opened.kind === 'failed') throw notGivenUp(opened.message);
    } else if (changed.kind === 'failed') {
      throw notGivenUp(changed.message);
    }
  }
}

function notGivenUp(message: string): StoreError {
  return new StoreError(`uploads could not be given up: ${message}`, { definite: true, retryable: true });
}

/** The ids of the large entries in segments from `base` on that are not behind the trim point. */
async function namedFrom(parts: UploadSweepParts, base: number): Promise<ReadonlySet<string>> {
  const { store, log } = parts;
  // A segment behind the trim point proves nothing (rule 6). What it has named is removed already.
  const trimPoint = await repeat(parts, () => store.metadataRecord(log, 'trim-point'));
  const named = new Set<string>();
  for (let from = Math.max(base, trimPointOf(trimPoint).sweptTo); ; ) {
    const { segments, complete } = await repeat(parts, () => store.range(log, from, SCAN_BYTES));
    for (const { id } of segments.flatMap(largeEntriesIn)) named.add(id);
    const last = segments.at(-1);
    if (complete || !last) return named;
    from = last.base + 1;
  }
}

export function largeEntriesIn({ entries }: Segment): Pick<Upload, 'id' | 'chunks'>[] {
  return entries.filter(isLarge).map((entry) => {
    const { id, chunks } = decodeLargeEntry(entry);
    return { id: Buffer.from(id).toString('hex'), chunks };
  });
}
