// Jute, ZooKeeper's encoding, as it is read: big-endian numbers, and a length of four bytes before everything
// that has one. Every length is checked against the bytes that are there before anything is allocated.

/** The bytes are no message of this kind. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

const TWO_TO_32 = 2 ** 32;
/** The length of what is null. */
const NULL = -1;

export class JuteReader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  flag(): boolean {
    return this.#bytes[this.#skip(1)] !== 0;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#skip(4));
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE(this.#skip(8));
  }

  /** A long that need not be exact beyond 2^53, such as a zxid or a time. */
  number(): number {
    const high = this.int();
    return high * TWO_TO_32 + this.#bytes.readUInt32BE(this.#skip(4));
  }

  /** Bytes that are not UTF-8 become U+FFFD, as in ZooKeeper. No path may hold that. */
  text(): string {
    const length = this.int();
    if (length === 0) return '';
    if (length < 0) throw new MalformedError(`a text of ${length} bytes`);
    const begin = this.#skip(length);
    return this.#bytes.toString('utf8', begin, begin + length);
  }

  /** Null is empty: for the few places where ZooKeeper takes it, and some client sends it. */
  textOrNull(): string {
    const begin = this.#offset;
    if (this.int() === NULL) return '';
    this.#offset = begin;
    return this.text();
  }

  /** A view of the message's own bytes. Null and empty are told apart. */
  bytes(): Buffer | null {
    const length = this.int();
    if (length === NULL) return null;
    if (length < 0) throw new MalformedError(`a buffer of ${length} bytes`);
    const begin = this.#skip(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  /**
   * @param itemBytesMin what an item takes at least: a count that cannot be true is refused before any room
   * is made
   */
  items<T>(itemBytesMin: number, read: (reader: JuteReader) => T): T[] | null {
    const count = this.int();
    if (count === NULL) return null;
    if (count < 0 || count * itemBytesMin > this.remaining)
      throw new MalformedError(`${count} items cannot be in here`);
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read(this));
    return items;
  }

  /** Answers where the skipped bytes begin. */
  #skip(count: number): number {
    const begin = this.#offset;
    if (count > this.#bytes.length - begin) throw new MalformedError('ends too early');
    this.#offset = begin + count;
    return begin;
  }
}
