// Strings of bytes: each character is one byte, 0 to 255. JavaScript compares them in byte order, they can
// be keys of a Map, and V8 keeps one byte in memory for each.

import { textOf } from './binary.ts';

declare const brand: unique symbol;

export type ByteString = string & { readonly [brand]: 'bytes' };

const NOT_ASCII = /[^\0-\x7f]/u;
const NOT_BYTES = /[^\0-\xff]/u;

/** The UTF-8 of `text`. A lone surrogate has none, and becomes U+FFFD. */
export function ofText(text: string): ByteString {
  // Also of ASCII a string of its own: a part of another string would keep all of that one in memory.
  return Buffer.from(text, 'utf8').toString('latin1') as ByteString;
}

export function ofBytes(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as ByteString;
}

export function toBytes(bytes: ByteString): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(bytes, 'latin1'));
}

/** @throws DecodeError when the bytes are not UTF-8. */
export function toText(bytes: ByteString): string {
  return NOT_ASCII.test(bytes) ? textOf(Buffer.from(bytes, 'latin1')) : bytes;
}

/** Whether every character is one byte: for strings that no compiler has seen. */
export function isByteString(text: string): text is ByteString {
  return !NOT_BYTES.test(text);
}

export function joined(...parts: readonly ByteString[]): ByteString {
  return parts.join('') as ByteString;
}
