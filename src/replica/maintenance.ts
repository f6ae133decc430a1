// Maintenance, which keeps a namespace cheap to open: it keeps a snapshot close behind the log, and trims the
// records that snapshots have made needless.

import type { Clock } from '../clock.ts';
import { type Store, StoreError } from '../log/store.ts';
import { loadedSnapshotWrites } from './on-demand.ts';
import type { Replica } from './replica.ts';

export interface Maintained {
  /** Commands that a replica has to replay after the newest snapshot. */
  readonly snapshotLag: number;
  /** Position of the newest snapshot; 0 when there is none. */
  readonly snapshotAt: number;
  readonly segmentsRemoved: number;
  /** Why a snapshot that is due could not be saved; undefined when all is well. The caller must report it. */
  readonly snapshotFailure: unknown;
}

/**
 * Brings the replica up to date, so that it saves a snapshot when one is due, and trims the log to the
 * snapshot before the newest: replicas that are just loading that one still find the records after it. Chunks
 * that are left over from snapshots are removed. Safe to repeat, and to run in several processes at once.
 *
 * @throws StoreError
 * @throws ReplicaStoppedError
 */
export async function maintainNamespace<State, Command, Result, Change>(
  store: Store,
  replica: Replica<State, Command, Result, Change>,
  options: { clock?: Clock } = {},
): Promise<Maintained> {
  const { log } = replica;
  const look = await replica.read(() => undefined);
  if (look.kind !== 'read')
    throw new StoreError(`the namespace cannot be read: ${look.kind}`, { definite: true, retryable: true });
  await replica.idle();
  const { tidySnapshots } = await loadedSnapshotWrites();
  const { newest, previous } = await tidySnapshots({ store, log: log.name, ...options });
  const trimmed = previous ? await log.trim(previous.position) : undefined;
  return {
    snapshotLag: look.position - (newest?.position ?? 0),
    snapshotAt: newest?.position ?? 0,
    segmentsRemoved: trimmed?.kind === 'trimmed' ? trimmed.segmentsRemoved : 0,
    snapshotFailure: replica.snapshotFailure,
  };
}
