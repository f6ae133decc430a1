// The parts of a stream that are loaded on demand.

import { onDemand } from '../on-demand.ts';

export const loadedCreation = onDemand(() => import('./creation.ts'));
export const loadedDescription = onDemand(() => import('./description.ts'));
export const loadedForkCreation = onDemand(() => import('./fork-creation.ts'));
export const loadedForkReading = onDemand(() => import('./fork-reading.ts'));
export const loadedHolds = onDemand(() => import('./holds.ts'));
export const loadedRecordPages = onDemand(() => import('./record-pages.ts'));
export const loadedRefusals = onDemand(() => import('./refusals.ts'));
export const loadedTimes = onDemand(() => import('./times.ts'));
export const loadedTrimming = onDemand(() => import('./trimming.ts'));

/** For a program that must not wait for its disk later, such as one on virtual time. */
export async function loadStreamParts(): Promise<void> {
  await Promise.all([loadedCreation(), loadedRefusals(), loadedTrimming()]);
  await Promise.all([loadedDescription(), loadedRecordPages(), loadedTimes()]);
  await Promise.all([loadedForkCreation(), loadedForkReading(), loadedHolds()]);
}
