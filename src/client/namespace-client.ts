// A namespace over HTTP.

import type { Names } from '../api/names.ts';
import type { Namespace } from '../api/ordinal.ts';
import { NamesClient } from './names-client.ts';
import { NamespaceSender } from './namespace-sender.ts';
import type { Sender } from './sender.ts';

/** What there is of a namespace over HTTP. */
export type RemoteNamespace = Pick<Namespace, 'names'>;

export class NamespaceClient implements RemoteNamespace {
  readonly names: Names;

  /** @throws RangeError when no namespace is called that */
  constructor(sender: Sender, namespace: string) {
    const within = new NamespaceSender(sender, namespace);
    this.names = new NamesClient(within);
  }
}
