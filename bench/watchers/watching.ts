// What a load generator needs to know of a server's watches: how many begin, and how a value is put that they
// hear of.

/** All watchers of one key, connected, and one writer. */
export interface Watching {
  /** Resolves when the put of this value is acknowledged. */
  put(value: string): Promise<void>;
  close(): void;
}

export interface Asked {
  readonly port: number;
  readonly key: string;
  readonly watchers: number;
  /** Called once for each value and watcher, with the number of the watcher. */
  readonly heard: (watcher: number) => void;
  /** The beginning of the value that is on its way, as it stands in what watchers are sent. */
  readonly mark: Mark;
}

const VALUE_BYTES = 100;
/** A multiple of 3, so that base64 of the mark is the beginning of base64 of the value. */
const MARK_BYTES = 12;

/** The beginning of a value, which no other value has. Watchers look for it in what they receive. */
export class Mark {
  #count = 0;
  plain: Buffer = Buffer.alloc(0);
  base64: Buffer = Buffer.alloc(0);

  /** The next value. */
  next(): string {
    this.#count += 1;
    const mark = `#${String(this.#count).padStart(MARK_BYTES - 2, '0')}#`;
    this.plain = Buffer.from(mark);
    this.base64 = Buffer.from(this.plain.toString('base64'));
    return mark.padEnd(VALUE_BYTES, 'x');
  }
}
