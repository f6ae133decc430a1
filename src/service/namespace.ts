// A namespace that is open in this process, with all its recipes.

import type { ChangeOptions } from '../api/common.ts';
import type { HistoryOptions, HistoryPage } from '../api/history.ts';
import type * as api from '../api/ordinal.ts';
import type { Transaction, TransactResult } from '../api/transactions.ts';
import type { WatchEvent, WatchOptions } from '../api/watch.ts';
import { type Random, systemRandom } from '../clock.ts';
import { Elections } from '../coordination/elections.ts';
import { Groups } from '../coordination/groups.ts';
import type { Kernel } from '../coordination/kernel.ts';
import { Keys } from '../coordination/key-values.ts';
import { Leases } from '../coordination/leases.ts';
import { Locks } from '../coordination/locks.ts';
import { Names } from '../coordination/names.ts';
import { Sequences } from '../coordination/sequences.ts';
import { loadedHistory, loadedTransactions, loadedWatches } from './on-demand.ts';

export class Namespace implements api.Namespace {
  readonly kernel: Kernel;
  readonly names: Names;
  readonly keys: Keys;
  readonly leases: Leases;
  readonly locks: Locks;
  readonly elections: Elections;
  readonly groups: Groups;
  readonly sequences: Sequences;

  constructor(kernel: Kernel, random: Random = systemRandom) {
    this.kernel = kernel;
    this.names = new Names(kernel);
    this.keys = new Keys(kernel);
    this.leases = new Leases(kernel);
    this.locks = new Locks(kernel, random);
    this.elections = new Elections(kernel, random);
    this.groups = new Groups(kernel, random);
    this.sequences = new Sequences(kernel);
  }

  async transact(transaction: Transaction, options?: ChangeOptions): Promise<TransactResult> {
    const { transact } = await loadedTransactions();
    return transact(this.kernel, transaction, options);
  }

  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    const { history } = await loadedHistory();
    return history(this.kernel, options);
  }

  async *watch(options?: WatchOptions): AsyncGenerator<WatchEvent, void, undefined> {
    const { watch } = await loadedWatches();
    yield* watch(this.kernel, options);
  }
}
