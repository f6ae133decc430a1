// Parts that most requests do not need: saving and removing snapshots, and the past. They are loaded with
// the first request that needs them.

import type { SnapshotPlace } from './snapshot-writes.ts';

type Replays = typeof import('./replay.ts');
type SnapshotWrites = typeof import('./snapshot-writes.ts');

let replays: Replays | undefined;
let snapshotWrites: SnapshotWrites | undefined;

export async function loadedReplay(): Promise<Replays> {
  replays ??= await import('./replay.ts');
  return replays;
}

export async function loadedSnapshotWrites(): Promise<SnapshotWrites> {
  snapshotWrites ??= await import('./snapshot-writes.ts');
  return snapshotWrites;
}

/** See `snapshot-writes.ts`. @throws StoreError */
export async function removeSnapshots(place: SnapshotPlace, position: number): Promise<void> {
  return (await loadedSnapshotWrites()).removeSnapshots(place, position);
}

/** For a program that must not wait for its disk later, such as one on virtual time. */
export async function loadReplicaParts(): Promise<void> {
  await Promise.all([loadedReplay(), loadedSnapshotWrites()]);
}
