// A namespace over HTTP.

import type { ChangeOptions } from '../api/common.ts';
import type { Keys } from '../api/keys.ts';
import type { Names } from '../api/names.ts';
import type { Namespace } from '../api/ordinal.ts';
import type { Transaction, TransactResult } from '../api/transactions.ts';
import type { WatchEvent, WatchOptions } from '../api/watch.ts';
import { KeysClient } from './keys-client.ts';
import { NamesClient } from './names-client.ts';
import { NamespaceSender } from './namespace-sender.ts';
import type { Sender } from './sender.ts';
import { transact } from './transactions-client.ts';
import { watch } from './watch-client.ts';

/** What there is of a namespace over HTTP. */
export type RemoteNamespace = Pick<Namespace, 'names' | 'keys' | 'transact' | 'watch'>;

export class NamespaceClient implements RemoteNamespace {
  readonly names: Names;
  readonly keys: Keys;
  readonly #sender: NamespaceSender;

  /** @throws RangeError when no namespace is called that */
  constructor(sender: Sender, namespace: string) {
    const within = new NamespaceSender(sender, namespace);
    this.names = new NamesClient(within);
    this.keys = new KeysClient(within);
    this.#sender = within;
  }

  transact(transaction: Transaction, options?: ChangeOptions): Promise<TransactResult> {
    return transact(this.#sender, transaction, options);
  }

  watch(options?: WatchOptions): AsyncIterable<WatchEvent> {
    return watch(this.#sender, options);
  }
}
