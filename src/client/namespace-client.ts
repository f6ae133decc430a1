// A namespace over HTTP.

import type { ChangeOptions } from '../api/common.ts';
import type { Elections } from '../api/elections.ts';
import type { Groups } from '../api/groups.ts';
import type { HistoryOptions, HistoryPage } from '../api/history.ts';
import type { Keys } from '../api/keys.ts';
import type { Leases } from '../api/leases.ts';
import type { Locks } from '../api/locks.ts';
import type { Names } from '../api/names.ts';
import type { Namespace } from '../api/ordinal.ts';
import type { Sequences } from '../api/sequences.ts';
import type { Transaction, TransactResult } from '../api/transactions.ts';
import type { WatchEvent, WatchOptions } from '../api/watch.ts';
import { ElectionsClient } from './elections-client.ts';
import { GroupsClient } from './groups-client.ts';
import { history } from './history-client.ts';
import { KeysClient } from './keys-client.ts';
import { LeasesClient } from './leases-client.ts';
import { LocksClient } from './locks-client.ts';
import { NamesClient } from './names-client.ts';
import { NamespaceSender } from './namespace-sender.ts';
import type { Sender } from './sender.ts';
import { SequencesClient } from './sequences-client.ts';
import { transact } from './transactions-client.ts';
import { watch } from './watch-client.ts';

export class NamespaceClient implements Namespace {
  readonly names: Names;
  readonly keys: Keys;
  readonly leases: Leases;
  readonly locks: Locks;
  readonly elections: Elections;
  readonly groups: Groups;
  readonly sequences: Sequences;
  readonly #sender: NamespaceSender;

  /** @throws RangeError when no namespace is called that */
  constructor(sender: Sender, namespace: string) {
    const within = new NamespaceSender(sender, namespace);
    this.names = new NamesClient(within);
    this.keys = new KeysClient(within);
    this.leases = new LeasesClient(within);
    this.locks = new LocksClient(within);
    this.elections = new ElectionsClient(within);
    this.groups = new GroupsClient(within);
    this.sequences = new SequencesClient(within);
    this.#sender = within;
  }

  transact(transaction: Transaction, options?: ChangeOptions): Promise<TransactResult> {
    return transact(this.#sender, transaction, options);
  }

  history(options?: HistoryOptions): Promise<HistoryPage> {
    return history(this.#sender, options);
  }

  watch(options?: WatchOptions): AsyncIterable<WatchEvent> {
    return watch(this.#sender, options);
  }
}
