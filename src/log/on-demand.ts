// The parts of a log that are loaded on demand.

import { onDemand } from '../on-demand.ts';

export const loadedDeletedLogsSweep = onDemand(() => import('./deleted-logs-sweep.ts'));
export const loadedLargeReads = onDemand(() => import('./large-reads.ts'));
export const loadedPositions = onDemand(() => import('./request-positions.ts'));
export const loadedSharedRefusal = onDemand(() => import('./shared-refusal.ts'));
export const loadedStart = onDemand(() => import('./start.ts'));
export const loadedTimeSearch = onDemand(() => import('./time-search.ts'));
export const loadedTrimmer = onDemand(() => import('./trimmer.ts'));
export const loadedRetention = onDemand(() => import('./retention.ts'));
export const loadedUpload = onDemand(() => import('./upload.ts'));
export const loadedUploadSweep = onDemand(() => import('./upload-sweep.ts'));

/** For a program that must not wait for its disk later, such as one on virtual time. */
export async function loadLogParts(): Promise<void> {
  await Promise.all([loadedPositions(), loadedRetention(), loadedSharedRefusal(), loadedTrimmer()]);
  await Promise.all([loadedLargeReads(), loadedUpload(), loadedUploadSweep()]);
  await Promise.all([loadedDeletedLogsSweep(), loadedStart(), loadedTimeSearch()]);
}
