// The API as a TypeScript program sees it: names and streams, typed, over any transport.

import { Asker, type AskOptions } from './ask.ts';
import { NamesClient } from './names-client.ts';
import { StreamClient } from './stream-client.ts';

export interface ClientOptions extends Omit<AskOptions, 'transport' | 'url'> {
  /** Where the API is. Any URL will do for a transport that does not look at it. */
  readonly url?: string | URL | undefined;
  /** Default: `fetch`. */
  readonly transport?: AskOptions['transport'] | undefined;
}

const NOWHERE = 'https://ordinal.invalid';

export class OrdinalClient {
  readonly #asker: Asker;

  constructor({ url = NOWHERE, transport = fetch, ...options }: ClientOptions) {
    this.#asker = new Asker({ url, transport, ...options });
  }

  /** The names of a space; the space `default` when none is named. */
  names(space?: string): NamesClient {
    return new NamesClient(this.#asker, space);
  }

  /** One log. */
  stream(path: string): StreamClient {
    return new StreamClient(this.#asker, path);
  }
}
