// ZooKeeper's serialization, written anew from its documents: nothing here is shared with the server under
// test, so that a mistake in its codec shows.

export class JuteWriter {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.#add(bytes);
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt.asIntN(64, value));
    return this.#add(bytes);
  }

  bool(value: boolean): this {
    return this.#add(Buffer.from([value ? 1 : 0]));
  }

  /** A string or a buffer; both look alike. */
  sized(value: string | Buffer | null): this {
    if (value === null) return this.int(-1);
    const bytes = Buffer.from(value);
    return this.int(bytes.length).#add(bytes);
  }

  vector<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.int(-1);
    this.int(items.length);
    for (const item of items) write(item);
    return this;
  }

  raw(bytes: Buffer): this {
    return this.#add(bytes);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

/** @throws RangeError when a value is longer than what is left. */
export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  long(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  bool(): boolean {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1) !== 0;
  }

  buffer(): Buffer | null {
    const length = this.int();
    if (length === -1) return null;
    if (length < 0 || length > this.left) throw new RangeError(`${length} bytes, and ${this.left} are left`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string | null {
    return this.buffer()?.toString('utf8') ?? null;
  }

  vector<T>(read: () => T): T[] | null {
    const length = this.int();
    if (length === -1) return null;
    if (length < 0 || length > this.left)
      throw new RangeError(`${length} items, and ${this.left} bytes are left`);
    return Array.from({ length }, read);
  }
}

/** With the length that precedes every message. */
export function framed(bytes: Buffer): Buffer {
  return new JuteWriter().sized(bytes).bytes();
}
