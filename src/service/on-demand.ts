// The parts of a namespace that are loaded on demand, and those of all layers together.

import { loadLogParts } from '../log/on-demand.ts';
import { onDemand } from '../on-demand.ts';
import { loadReplicaParts } from '../replica/on-demand.ts';
import { loadStreamParts } from '../streams/on-demand.ts';

export const loadedTransactions = onDemand(() => import('../coordination/transactions.ts'));
export const loadedHistory = onDemand(() => import('../coordination/history.ts'));
export const loadedWatches = onDemand(() => import('../coordination/watches.ts'));

/** Loads all of them: for a program that must not wait for its disk later, such as one on virtual time. */
export async function loadOnDemandParts(): Promise<void> {
  const own = [loadedTransactions(), loadedHistory(), loadedWatches()];
  await Promise.all([...own, loadLogParts(), loadReplicaParts(), loadStreamParts()]);
}
