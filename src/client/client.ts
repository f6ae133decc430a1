// The API as a TypeScript program sees it: names and streams, typed, over any transport.

import { NamesClient } from './names-client.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { StreamClient } from './stream-client.ts';

export interface ClientOptions extends Omit<SenderOptions, 'transport' | 'url'> {
  /** Where the API is. Any URL will do for a transport that does not look at it. */
  readonly url?: string | URL | undefined;
  /** Default: `fetch`. */
  readonly transport?: SenderOptions['transport'] | undefined;
}

const NOWHERE = 'https://ordinal.invalid';

export class OrdinalClient {
  readonly #asker: Sender;

  constructor({ url = NOWHERE, transport = fetch, ...options }: ClientOptions) {
    this.#asker = new Sender({ url, transport, ...options });
  }

  /** The names of a namespace; the namespace `default` when none is named. */
  names(namespace?: string): NamesClient {
    return new NamesClient(this.#asker, namespace);
  }

  /** One log. */
  stream(path: string): StreamClient {
    return new StreamClient(this.#asker, path);
  }
}
