// Parts that most requests do not need. They are loaded with the first request that does, so that the cold
// start of a function is short.

import { loadLogParts } from '../log/on-demand.ts';

type Transactions = typeof import('../coordination/transactions.ts');
type History = typeof import('../coordination/history.ts');
type Watches = typeof import('../coordination/watches.ts');

let transactions: Transactions | undefined;
let history: History | undefined;
let watches: Watches | undefined;

export async function loadedTransactions(): Promise<Transactions> {
  transactions ??= await import('../coordination/transactions.ts');
  return transactions;
}

export async function loadedHistory(): Promise<History> {
  history ??= await import('../coordination/history.ts');
  return history;
}

export async function loadedWatches(): Promise<Watches> {
  watches ??= await import('../coordination/watches.ts');
  return watches;
}

/** Loads all of them: for a program that must not wait for its disk later, such as one on virtual time. */
export async function loadOnDemandParts(): Promise<void> {
  await Promise.all([loadedTransactions(), loadedHistory(), loadedWatches(), loadLogParts()]);
}
