// Bytes in, numbers and strings out: the strict little reader and writer under every stored format.

import type { ByteString } from './byte-string.ts';

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Written by a later program. Who must not guess stops there. */
export class NewerFormatError extends DecodeError {
  /**
   * @param what is encoded, such as `batch`
   * @param known the latest format of this program
   */
  constructor(what: string, format: number, known: number) {
    super(`${what} format ${format} is not known to this program, which knows ${known}: update it`);
  }
}

const encoder = new TextEncoder();
// `ignoreBOM: true` keeps a leading U+FEFF: two different strings must never decode to the same one.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** As databases compare texts: by the bytes of their UTF-8. */
export function compareAsUtf8(a: string, b: string): number {
  return Buffer.compare(utf8(a), utf8(b));
}

/**
 * Whether `text` takes more than `bytesMax` bytes as UTF-8: at least one and at most three for each of its
 * units.
 */
export function isLongerThan(bytesMax: number, text: string): boolean {
  if (text.length * 3 <= bytesMax) return false;
  return text.length > bytesMax || utf8(text).length > bytesMax;
}

/** @throws DecodeError when the bytes are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DecodeError('not UTF-8');
  }
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Lengths below this are one byte. */
const SHORT = 0x80;

/** From this length on, one call of the runtime costs less than a loop in JavaScript. */
const WORTH_A_CALL = 24;

/** Writes into a buffer that doubles when full. */
export class BinaryWriter {
  // Its old contents are never read, so it need not be cleared. It is part of a larger buffer, because a
  // buffer of its own costs as much as filling it.
  #buffer: Buffer;
  #length = 0;

  constructor(bytesExpected = 256) {
    this.#buffer = Buffer.allocUnsafe(bytesExpected);
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  flag(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  /** An unsigned integer up to 2^53 - 1, seven bits a byte, lowest first (LEB128). */
  unsigned(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned integer: ${value}`);
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    return this.unsigned(bytes.length).raw(bytes);
  }

  /** A safe integer of either sign: the sign, then the magnitude. */
  integer(value: number): this {
    return this.flag(value < 0).unsigned(Math.abs(value));
  }

  /** A signed integer of 64 bits, in eight bytes, highest first. */
  long(value: bigint): this {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigInt64BE(value, this.#length);
    return this;
  }

  byteString(bytes: ByteString): this {
    const { length } = bytes;
    this.unsigned(length).#reserve(length);
    if (length < WORTH_A_CALL) {
      for (let index = 0; index < length; index += 1) {
        this.#buffer[this.#length + index] = bytes.charCodeAt(index);
      }
    } else {
      this.#buffer.write(bytes, this.#length, length, 'latin1');
    }
    this.#length += length;
    return this;
  }

  text(text: string): this {
    return this.#shortAscii(text) ? this : this.bytes(utf8(text));
  }

  /**
   * Writes a short ASCII text, as most texts are. A loop takes a fraction of the time that an encoder takes.
   */
  #shortAscii(text: string): boolean {
    const { length } = text;
    if (length >= SHORT) return false;
    this.#reserve(1 + length);
    const begin = this.#length + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#buffer[begin + index] = code;
    }
    this.#buffer[this.#length] = length;
    this.#length = begin + length;
    return true;
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Reads what BinaryWriter wrote. Every method throws DecodeError rather than read past the end. */
export class BinaryReader {
  readonly #bytes: Uint8Array;
  /** The same bytes; made when something is read that needs it. */
  #buffer: Buffer | undefined;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw new DecodeError('ends too early');
    this.#offset += 1;
    return value;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError('integer too large');
      if (next < 0x80) {
        // One spelling per number: equal values must be equal bytes.
        if (next === 0 && scale > 1) throw new DecodeError('integer with a superfluous byte');
        return value;
      }
      scale *= 0x80;
    }
  }

  integer(): number {
    const isNegative = this.flag();
    const magnitude = this.unsigned();
    if (isNegative && magnitude === 0) throw new DecodeError('a negative zero');
    return isNegative ? -magnitude : magnitude;
  }

  long(): bigint {
    return this.#asBuffer().readBigInt64BE(this.#skip(8));
  }

  flag(): boolean {
    const value = this.byte();
    if (value > 1) throw new DecodeError(`${value} is neither yes nor no`);
    return value === 1;
  }

  raw(count: number): Uint8Array {
    const begin = this.#skip(count);
    return this.#bytes.subarray(begin, this.#offset);
  }

  bytes(): Uint8Array {
    return this.raw(this.unsigned());
  }

  /** A string of its own, which does not keep the bytes that it was read from. */
  byteString(): ByteString {
    const begin = this.#skip(this.unsigned());
    return this.#asBuffer().toString('latin1', begin, this.#offset) as ByteString;
  }

  text(): string {
    const bytes = this.bytes();
    return bytes.length === 0 ? '' : textOf(bytes);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  end(): void {
    if (this.remaining !== 0) throw new DecodeError(`${this.remaining} bytes too many`);
  }

  #asBuffer(): Buffer {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#buffer ??= Buffer.from(buffer, byteOffset, byteLength);
    return this.#buffer;
  }

  /** Answers where the skipped bytes begin. */
  #skip(count: number): number {
    const begin = this.#offset;
    if (count > this.remaining) throw new DecodeError('ends too early');
    this.#offset = begin + count;
    return begin;
  }
}

export function writeAll<T>(
  writer: BinaryWriter,
  items: readonly T[],
  write: (writer: BinaryWriter, item: T) => void,
): void {
  writer.unsigned(items.length);
  for (const item of items) write(writer, item);
}

/** @throws DecodeError, before it makes room, for a count that the bytes left cannot hold. */
export function readAll<T>(reader: BinaryReader, read: (reader: BinaryReader) => T): T[] {
  const count = reader.unsigned();
  if (count > reader.remaining) throw new DecodeError(`${count} items cannot be in here`);
  const items: T[] = [];
  for (let index = 0; index < count; index += 1) items.push(read(reader));
  return items;
}

/** The member of a closed set that is stored as its index. */
export function oneOf<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new DecodeError(`${index} is none of ${values.length} kinds`);
  return value;
}
