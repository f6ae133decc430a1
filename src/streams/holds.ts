// The holds of forks on their source. A fork begins with a hold, then with its own first segment; it ends
// with its tombstone, then with the release of the hold. No step is about two logs, and a process can end
// after any of them. What it leaves is put right by whoever finds it in the way: a trim, a sweep, a creation.
//
// A hold may be released as soon as its fork can never exist, or no longer: where another incarnation is in
// its place, or a tombstone. A fork that may still come is first precluded, by a tombstone in its place. One
// that is deleted keeps its hold as long as it has forks itself.

import { assert } from '../assert.ts';
import { releaseLog } from '../log/holds.ts';
import { StoreError } from '../log/store.ts';
import { type Hold, holdsIn } from '../log/trim-point.ts';
import { streamOf } from '../resource-names.ts';
import { isExpired } from './expiry.ts';
import type { ForkParts } from './fork-parts.ts';

/** So long a hold without a fork is taken for one of a creation on its way. Not needed to be right. */
const CREATION_MS = 60_000;

type Standing =
  /** Its fork exists, or has forks itself. */
  | 'stands'
  /** Its fork has not begun, and still may. */
  | 'to-come'
  /** Its fork will never exist again. */
  | 'over';

/**
 * Releases the holds on a log whose forks are over. `held`: some stand. `pending`: none does, and some may be
 * of creations on their way. Once there are none left, a deleted log releases its own hold on its source.
 *
 * @throws StoreError
 */
export async function clearPlace(parts: ForkParts, log: string): Promise<'free' | 'held' | 'pending'> {
  const { records } = await parts.repeat(() => parts.store.last(log));
  let isPending = false;
  for (const hold of holdsIn(records['trim-point'])) {
    const standing = await standingAfterRepair(parts, log, hold, CREATION_MS);
    if (standing === 'stands') return 'held';
    isPending ||= standing === 'to-come';
  }
  if (isPending) return 'pending';
  await settleOrigin(parts, log);
  return 'free';
}

/**
 * The position after which forks need all records of a log. Holds that are over are released first; the trim
 * itself stops at those that are left. @throws StoreError
 */
export async function heldAfter(parts: ForkParts, log: string): Promise<number | undefined> {
  const { records } = await parts.repeat(() => parts.store.last(log));
  const holds = holdsIn(records['trim-point']).toSorted((one, other) => one.after - other.after);
  for (const hold of holds) {
    if ((await standingAfterRepair(parts, log, hold, CREATION_MS)) !== 'over') return hold.after;
  }
  return undefined;
}

/** Releases the hold of a creation that does not go on, unless another one has made a fork of it. */
export async function withdraw(parts: ForkParts, source: string, hold: Hold): Promise<void> {
  await standingAfterRepair(parts, source, hold, 0);
}

/**
 * Releases the hold of a fork that is deleted and has no forks. Where that was the last one on a deleted
 * source, the same for the source.
 *
 * @throws StoreError
 */
export async function settleOrigin(parts: ForkParts, log: string): Promise<void> {
  for (let at = log; ; ) {
    const { segment, records } = await parts.repeat(() => parts.store.last(at));
    const { origin, ended, incarnation } = segment?.metadata ?? {};
    const isHeld = holdsIn(records['trim-point']).length > 0;
    if (ended !== 'deleted' || !origin || incarnation === undefined || isHeld) return;
    await release(parts, origin.log, { log: at, incarnation });
    at = origin.log;
  }
}

async function standingAfterRepair(
  parts: ForkParts,
  source: string,
  hold: Hold,
  creationMs: number,
): Promise<Standing> {
  for (;;) {
    const standing = await standingOf(parts, source, hold);
    if (standing === 'stands') return standing;
    if (standing === 'over') {
      await release(parts, source, hold);
      return standing;
    }
    if (parts.nowMs() - hold.atMs < creationMs) return standing;
    await announce(parts, hold.log);
    const precluded = await parts.open(pathOf(hold)).log.preclude(hold.incarnation);
    if (precluded.kind === 'failed') throw unavailable(precluded.message);
  }
}

async function standingOf(parts: ForkParts, source: string, hold: Hold): Promise<Standing> {
  const { segment, records } = await parts.repeat(() => parts.store.last(hold.log));
  if (!segment) return 'to-come';
  const { tail, metadata } = segment;
  const { incarnation, origin, ended, expiry } = metadata;
  // The incarnation before may have got one more tombstone, in the place where the fork would begin.
  if (incarnation < hold.incarnation) return tail > hold.incarnation ? 'over' : 'to-come';
  if (incarnation > hold.incarnation || origin?.log !== source) return 'over';
  if (ended === 'deleted') return holdsIn(records['trim-point']).length > 0 ? 'stands' : 'over';
  if (!isExpired(expiry, parts.nowMs())) return 'stands';
  const end = await parts.open(pathOf(hold)).look();
  return end.kind === 'end' ? 'stands' : standingOf(parts, source, hold);
}

/** A source that is deleted is announced first, so that the sweep comes back for its storage. */
async function release(
  parts: ForkParts,
  source: string,
  hold: Pick<Hold, 'log' | 'incarnation'>,
): Promise<void> {
  const { segment } = await parts.repeat(() => parts.store.last(source));
  if (segment?.metadata.ended === 'deleted') await announce(parts, source);
  await parts.repeat(() => releaseLog(parts.store, source, hold));
}

async function announce(parts: ForkParts, log: string): Promise<void> {
  const announced = await parts.announce(log);
  if (announced.kind !== 'appended') throw unavailable('what is to be swept could not be noted down');
}

function pathOf({ log }: Hold): string {
  const path = streamOf(log);
  assert(path !== undefined, `a hold of ${log}`);
  return path;
}

function unavailable(message: string): StoreError {
  return new StoreError(message, { definite: true, retryable: true });
}
