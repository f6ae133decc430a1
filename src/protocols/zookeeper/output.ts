// What goes out on a connection: one buffer for each turn of the event loop, and bounds on what the client
// has not taken.

import type { Link } from './link.ts';
import { JuteWriter } from './wire/writer.ts';

/** From here on nothing more is read from the client, until it has taken what it asked for. */
const PAUSE_BYTES = 1024 * 1024;
/**
 * Events come unasked, and reads behind writes are answered when those are applied: a client that takes
 * neither is cut off beyond this.
 */
const BOUND_BYTES = 32 * 1024 * 1024;

export class Output {
  readonly #link: Link;
  readonly #flushLater: () => void;
  #writer: JuteWriter | undefined;

  constructor(link: Link, flushLater: () => void) {
    this.#link = link;
    this.#flushLater = flushLater;
  }

  get isFull(): boolean {
    return this.#bytes > PAUSE_BYTES;
  }

  get isBeyondBounds(): boolean {
    return this.#bytes > BOUND_BYTES;
  }

  /** What is written is sent at the end of this turn. */
  writer(): JuteWriter {
    if (!this.#writer) {
      this.#writer = new JuteWriter();
      this.#flushLater();
    }
    return this.#writer;
  }

  flush(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer && writer.length > 0) this.#link.send(writer.finish());
  }

  discard(): void {
    this.#writer = undefined;
  }

  get #bytes(): number {
    return this.#link.pendingBytes + (this.#writer?.length ?? 0);
  }
}
