// Jute as it is written: one buffer, which doubles when it is full, for all that goes out together.

const TWO_TO_32 = 2 ** 32;
const NULL = -1;
/** From this length on, one call of the runtime costs less than a loop in JavaScript. */
const WORTH_A_CALL = 32;

export class JuteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(bytesExpected = 256) {
    this.#buffer = Buffer.allocUnsafe(bytesExpected);
  }

  get length(): number {
    return this.#length;
  }

  flag(value: boolean): this {
    const at = this.#reserve(1);
    this.#buffer[at] = value ? 1 : 0;
    return this;
  }

  int(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  long(value: bigint): this {
    if (value === 0n) return this.number(0);
    const at = this.#reserve(8);
    this.#buffer.writeBigInt64BE(value, at);
    return this;
  }

  /** A long below 2^53. */
  number(value: number): this {
    const at = this.#reserve(8);
    this.#buffer.writeInt32BE(Math.floor(value / TWO_TO_32), at);
    this.#buffer.writeUInt32BE(value >>> 0, at + 4);
    return this;
  }

  text(text: string): this {
    if (text.length < WORTH_A_CALL && this.#shortAscii(text)) return this;
    const begin = this.#reserve(4 + text.length * 3);
    const written = this.#buffer.write(text, begin + 4, 'utf8');
    this.#buffer.writeInt32BE(written, begin);
    this.#length = begin + 4 + written;
    return this;
  }

  bytes(bytes: Uint8Array | null): this {
    if (bytes === null) return this.int(NULL);
    this.int(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
    return this;
  }

  /** Data as the tree keeps it: each character is one byte. */
  byteString(bytes: string | null): this {
    if (bytes === null) return this.int(NULL);
    this.int(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#buffer.write(bytes, at, 'latin1');
    return this;
  }

  items<T>(items: readonly T[], write: (writer: this, item: T) => void): this {
    this.int(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  /** Begins a frame. Answers what `endFrame` needs. */
  beginFrame(): number {
    return this.#reserve(4);
  }

  /** The length of a frame is known, and written, at its end. */
  endFrame(begin: number): void {
    this.#buffer.writeInt32BE(this.#length - begin - 4, begin);
  }

  /** Takes back what was written after `length`. */
  cutTo(length: number): void {
    this.#length = length;
  }

  /** What was written, without a copy. The writer must not be used any more. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #shortAscii(text: string): boolean {
    const begin = this.#reserve(4 + text.length);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#length = begin;
        return false;
      }
      this.#buffer[begin + 4 + index] = code;
    }
    this.#buffer.writeInt32BE(text.length, begin);
    return true;
  }

  /** Makes room, and answers where it begins. */
  #reserve(count: number): number {
    const begin = this.#length;
    const needed = begin + count;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, begin));
      this.#buffer = larger;
    }
    this.#length = needed;
    return begin;
  }
}
