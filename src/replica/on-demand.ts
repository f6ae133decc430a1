// Saving and removing snapshots, which most processes never do. Loaded with the first that is due.

import type { SnapshotPlace } from './snapshot-writes.ts';

type SnapshotWrites = typeof import('./snapshot-writes.ts');

let snapshotWrites: SnapshotWrites | undefined;

export async function loadedSnapshotWrites(): Promise<SnapshotWrites> {
  snapshotWrites ??= await import('./snapshot-writes.ts');
  return snapshotWrites;
}

/** See `snapshot-writes.ts`. @throws StoreError */
export async function removeSnapshots(place: SnapshotPlace, position: number): Promise<void> {
  return (await loadedSnapshotWrites()).removeSnapshots(place, position);
}
