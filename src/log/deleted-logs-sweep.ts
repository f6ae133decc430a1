// The sweep of all announced logs. Loaded with the first one.

import { type Clock, systemClock } from '../clock.ts';
import { textOf } from '../encoding/binary.ts';
import { isLarge } from './batch.ts';
import type { ClearHolds, Swept } from './deleted-logs.ts';
import type { Log } from './log.ts';
import type { ReadResult } from './results.ts';
import { type Store, StoreError } from './store.ts';
import { heldAfter, holdsIn, trimPointOf } from './trim-point.ts';

export interface DeletedLogsParts {
  readonly announcements: Log;
  readonly open: (log: string) => Log;
  /** At the end of a log. */
  readonly look: (log: string) => ReturnType<Store['last']>;
  readonly removeRest: (log: string, upTo: number) => Promise<void>;
  readonly clearHolds: ClearHolds;
  readonly clock: Clock | undefined;
}

/** @throws StoreError */
export async function sweepDeletedLogs(parts: DeletedLogsParts): Promise<Swept> {
  const { announcements, clock = systemClock } = parts;
  const announced = await readAll(announcements);
  const pending = new Set<string>();
  let segmentsRemoved = 0;
  for (const [name, announcedAtMs] of announced.newest) {
    const swept = await sweepLog(parts, name);
    segmentsRemoved += swept.segmentsRemoved;
    // What was announced just now may be still to come.
    const isOld = clock.nowMs() - announcedAtMs > ANNOUNCED_TIMEOUT_MS;
    if (!swept.done || !isOld) pending.add(name);
  }
  const firstPending = announced.all.find(({ name }) => pending.has(name));
  const sweptTo = firstPending ? firstPending.position - 1 : (announced.all.at(-1)?.position ?? 0);
  // Also when there is nothing new: the segments that an earlier call has marked are old enough by now.
  await announcements.trim(sweptTo);
  return { segmentsRemoved, logsPending: pending.size };
}

/**
 * Longer than any request, and than clocks differ. A deletion that has not come by then will not: the request
 * that announced it is long over. An upload is announced again when it was late (`upload.ts`).
 */
const ANNOUNCED_TIMEOUT_MS = 3_600_000;

/** All announcements, and for each log the time of the newest. */
async function readAll(
  announcements: Log,
): Promise<{ all: { name: string; position: number }[]; newest: Map<string, number> }> {
  const all: { name: string; position: number }[] = [];
  const newest = new Map<string, number>();
  let result: ReadResult = await announcements.read();
  while (result.kind === 'records') {
    for (const { data, position, timeMs } of result.records) {
      const name = textOf(data);
      all.push({ name, position });
      newest.set(name, timeMs);
    }
    if (result.upToDate) break;
    result = await announcements.read(result.cursor);
  }
  return { all, newest };
}

async function sweepLog(
  { open, look, removeRest, clearHolds }: DeletedLogsParts,
  name: string,
): Promise<{ done: boolean; segmentsRemoved: number }> {
  const log = open(name);
  const uploads = await log.sweepUploads();
  const { segment, records } = await look(name);
  const isSwept = { done: uploads.pending === 0, segmentsRemoved: 0 };
  if (!segment) return isSwept;
  const { incarnation, ended } = segment.metadata;
  // The segment of the tombstone stays, and there may be large entries in it.
  if (ended === 'deleted' && segment.entries.some(isLarge)) await buryAgain(log);
  const endOfIncarnation = ended === 'deleted' ? segment.tail : incarnation;
  if (endOfIncarnation === 0) return isSwept;
  const isShared = segment.metadata.origin || holdsIn(records['trim-point']).length > 0;
  const cleared = isShared ? await clearHolds(name) : 'free';
  const heldFrom = cleared === 'free' ? endOfIncarnation : heldAfter(trimPointOf(records['trim-point']));
  await removeRest(name, Math.min(endOfIncarnation, heldFrom));
  const trimmed = await log.trim(endOfIncarnation);
  if (trimmed.kind === 'missing') return isSwept;
  const { pending, segmentsRemoved } = trimmed;
  // Where it is held, there is nothing more to do: the last one to release it announces it again.
  return { done: isSwept.done && !pending && cleared !== 'pending', segmentsRemoved };
}

/** @throws StoreError */
async function buryAgain(log: Log): Promise<void> {
  const buried = await log.buryAgain();
  if (buried.kind !== 'failed') return;
  const message = `a large append could not be swept: ${buried.message}`;
  throw new StoreError(message, { definite: true, retryable: true });
}
