// The API over HTTP, on any transport.

import type { DiagnoseOptions, DiagnoseResult } from '../api/diagnostics.ts';
import type { Names } from '../api/names.ts';
import type { Ordinal } from '../api/ordinal.ts';
import type { Stream } from '../api/streams.ts';
import { AppendQueues, type IdempotentAppends } from './append-queues.ts';
import { diagnose } from './diagnostics-client.ts';
import { NamespaceClient } from './namespace-client.ts';
import { NamespacesClient } from './namespaces-client.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { StreamClient } from './stream-client.ts';
import { StreamsClient } from './streams-client.ts';
import type { Transport } from './transport.ts';

export interface ConnectOptions extends Omit<SenderOptions, 'transport' | 'url'> {
  /** Carries the requests. Default: `fetch`. */
  readonly transport?: Transport | undefined;
  /** Default: `batches`. */
  readonly idempotentAppends?: IdempotentAppends | undefined;
}

/** The base URL for a transport that knows the address of the API itself. */
const NOWHERE = 'https://ordinal.invalid';

/** @param to the address of the API, or a transport that knows it */
export function connect(to: string | URL | Transport, options: ConnectOptions = {}): Ordinal {
  const { transport = fetch, idempotentAppends, ...rest } = options;
  const sender = new Sender(
    typeof to === 'function' ? { ...rest, transport: to, url: NOWHERE } : { ...rest, transport, url: to },
  );
  return new OrdinalClient(sender, new AppendQueues(sender, idempotentAppends));
}

class OrdinalClient implements Ordinal {
  readonly #sender: Sender;
  readonly #queues: AppendQueues;
  /** One object each, since it remembers the positions that it has seen. */
  readonly #namespaces = new Map<string, NamespaceClient>();

  constructor(sender: Sender, queues: AppendQueues) {
    this.#sender = sender;
    this.#queues = queues;
  }

  get namespaces(): NamespacesClient {
    return new NamespacesClient(this.#sender);
  }

  get streams(): StreamsClient {
    return new StreamsClient(this.#sender);
  }

  namespace(name = 'default'): NamespaceClient {
    const namespace = this.#namespaces.get(name) ?? new NamespaceClient(this.#sender, name);
    this.#namespaces.set(name, namespace);
    return namespace;
  }

  names(namespace?: string): Names {
    return this.namespace(namespace).names;
  }

  stream(path: string): Stream {
    return new StreamClient(this.#sender, path, this.#queues);
  }

  diagnose(options?: DiagnoseOptions): Promise<DiagnoseResult> {
    return diagnose(this.#sender, options);
  }

  async close(): Promise<void> {
    await this.#queues.idle();
    await this.#sender.idle();
  }
}
