// The parts of a replica that are loaded on demand: saving and removing snapshots, and the past.

import { onDemand } from '../on-demand.ts';
import type { SnapshotPlace } from './snapshot-writes.ts';

export const loadedReplay = onDemand(() => import('./replay.ts'));
export const loadedSnapshotWrites = onDemand(() => import('./snapshot-writes.ts'));

/** See `snapshot-writes.ts`. @throws StoreError */
export async function removeSnapshots(place: SnapshotPlace, position: number): Promise<void> {
  return (await loadedSnapshotWrites()).removeSnapshots(place, position);
}

/** For a program that must not wait for its disk later, such as one on virtual time. */
export async function loadReplicaParts(): Promise<void> {
  await Promise.all([loadedReplay(), loadedSnapshotWrites()]);
}
