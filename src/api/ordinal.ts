// The API of the whole product, as types. `open` (`service/open.ts`) gives it on a store in this process,
// `connect` (`client/client.ts`) over HTTP: the same methods, and the same kinds of results with the same
// fields.

import type { Names } from './names.ts';
import type { Stream } from './streams.ts';

export interface Ordinal {
  /**
   * The names of a namespace.
   * @param namespace default: `default`
   * @throws RangeError when no namespace is called that
   */
  names(namespace?: string): Names;
  /** The stream at a path such as `orders/2026`. @throws RangeError when no stream can be there */
  stream(path: string): Stream;
  /** Waits for the operations on their way, and closes what this object has opened or was given to keep. */
  close(): Promise<void>;
}
