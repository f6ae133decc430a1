// Saves and removes snapshots. Loaded with the first one that is saved, or with maintenance.

import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import { repeat } from '../log/retry.ts';
import type { Store } from '../log/store.ts';
import {
  isBeingSaved,
  isKept,
  withGivenUp,
  withNewest,
  withoutAbandoned,
  withoutLeftOver,
  withoutUpTo,
  withSaving,
} from './snapshot-changes.ts';
import {
  type SnapshotContent,
  type SnapshotRecord,
  type SnapshotRef,
  snapshotsOf,
} from './snapshot-record.ts';
import { chunkKey, describeSnapshot } from './snapshots.ts';

/** The snapshots of one log. */
export interface SnapshotPlace {
  readonly store: Store;
  readonly log: string;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * How long a call is repeated, so that a throttle or a lost answer ends no snapshot. All calls here may be
 * made twice.
 */
const CALL_TIMEOUT_MS = 10_000;

/** Random, so that no two savers ever have an attempt in common. */
const ATTEMPT_BYTES = 8;

/**
 * Saves the chunks of the state at `position`, and removes chunks that are left over from other snapshots.
 * Safe to repeat and to run in several processes. Answers whether the snapshot is, or was for a while, one of
 * those that are kept. It is not when a newer one is there, or when it took so long that other savers took it
 * for abandoned.
 *
 * @throws StoreError
 */
export async function saveSnapshot(
  place: SnapshotPlace,
  position: number,
  encoded: Iterable<Uint8Array>,
): Promise<boolean> {
  const { store, log, clock = systemClock } = place;
  const chunks: Uint8Array[] = [];
  for (const chunk of encoded) {
    chunks.push(chunk);
    // A large state takes long to encode, and the process serves requests meanwhile.
    await clock.sleep(0);
  }
  const ref = await announced(place, describeSnapshot(position, chunks));
  try {
    for (const [index, chunk] of chunks.entries()) {
      await repeated(place, () => store.putBlob(chunkKey(log, ref, index), chunk));
    }
  } catch (error) {
    // Should this fail too, the attempt is taken for abandoned some time later.
    await changed(place, (record) => withGivenUp(record, ref)).catch(() => undefined);
    throw error;
  }
  const record = await changed(place, (before) => withNewest(before, ref));
  await removeLeftOver(place, record);
  return isKept(record, ref);
}

/**
 * Removes the chunks that are no longer needed: those of replaced snapshots, and those of failed attempts.
 * Answers the record as it is then.
 *
 * @throws StoreError
 */
export async function tidySnapshots(place: SnapshotPlace): Promise<SnapshotRecord> {
  const { clock = systemClock } = place;
  const record = await changed(place, (before) => withoutAbandoned(before, clock.nowMs()));
  await removeLeftOver(place, record);
  return record;
}

/**
 * Removes the snapshots of a log that was deleted at `position`. Safe to repeat.
 *
 * @throws StoreError
 */
export async function removeSnapshots(place: SnapshotPlace, position: number): Promise<void> {
  await removeLeftOver(place, await changed(place, (before) => withoutUpTo(before, position)));
}

/** @throws StoreError */
export function lookAtSnapshots(place: SnapshotPlace): Promise<SnapshotRecord> {
  return repeated(place, async () => snapshotsOf(await place.store.metadataRecord(place.log, 'snapshot')));
}

/**
 * Before the first chunk is written, the record names the chunks that there may be. Each try is an attempt of
 * its own, unless an earlier one is still in the record: one that arrived, and has been taken for abandoned
 * since, may lose its chunks at any time.
 */
async function announced(place: SnapshotPlace, content: SnapshotContent): Promise<SnapshotRef> {
  const { clock = systemClock, random = systemRandom } = place;
  const fresh = () => ({ ...content, attempt: Buffer.from(random.bytes(ATTEMPT_BYTES)).toString('hex') });
  let ref: SnapshotRef = fresh();
  await changed(place, (before) => {
    const record = withoutAbandoned(before, clock.nowMs());
    if (!isBeingSaved(record, ref)) ref = fresh();
    return withSaving(record, ref, clock.nowMs());
  });
  return ref;
}

async function removeLeftOver(place: SnapshotPlace, { leftOver }: SnapshotRecord): Promise<void> {
  if (leftOver.length === 0) return;
  const { store, log } = place;
  for (const ref of leftOver) {
    for (let index = 0; index < ref.chunks; index += 1) {
      await repeated(place, () => store.removeBlob(chunkKey(log, ref, index)));
    }
  }
  // Only now, so that after a failure the next saver still finds them.
  await changed(place, (record) => withoutLeftOver(record, leftOver));
}

/**
 * Changes the record while other processes may change it, too. `change` may be called several times, also
 * after a try that took effect.
 */
async function changed(
  place: SnapshotPlace,
  change: (record: SnapshotRecord) => SnapshotRecord,
): Promise<SnapshotRecord> {
  const { store, log } = place;
  for (;;) {
    const outcome = await repeated(place, async () => {
      const record = await store.metadataRecord(log, 'snapshot');
      const before = snapshotsOf(record);
      const after = change(before);
      if (after === before) return after;
      const set = await store.setMetadataRecord(log, 'snapshot', JSON.stringify(after), record?.version ?? 0);
      return set === 'set' ? after : undefined;
    });
    if (outcome) return outcome;
  }
}

function repeated<T>(place: SnapshotPlace, call: () => Promise<T>): Promise<T> {
  const { clock = systemClock, random = systemRandom } = place;
  return repeat({ clock, random, timeoutMs: CALL_TIMEOUT_MS }, call);
}
