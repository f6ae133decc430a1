// Frames as chunks. Each frame has its length before it, and chunks end anywhere: a frame may be larger than a
// chunk.

import { DecodeError } from '../../../encoding/binary.ts';
import { BLOB_BYTES_MAX } from '../../../limits.ts';

const LENGTH_BYTES = 4;

/** All chunks but the last are full. */
export function* chunksOf(frames: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  const chunks = new Chunks();
  for (const frame of frames) {
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, frame.length);
    yield* chunks.add(length);
    yield* chunks.add(frame);
  }
  yield* chunks.rest();
}

class Chunks {
  #chunk = new Uint8Array(BLOB_BYTES_MAX);
  #length = 0;

  /** Answers the chunks that are full now. */
  *add(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    let from = 0;
    while (from < bytes.length) {
      const part = bytes.subarray(from, from + BLOB_BYTES_MAX - this.#length);
      this.#chunk.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
      if (this.#length === BLOB_BYTES_MAX) yield* this.rest();
    }
  }

  *rest(): Generator<Uint8Array, void, undefined> {
    if (this.#length === 0) return;
    yield this.#chunk.subarray(0, this.#length);
    this.#chunk = new Uint8Array(BLOB_BYTES_MAX);
    this.#length = 0;
  }
}

/** @throws DecodeError when the chunks end within a frame */
export function* framesOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  /** How many bytes make the next step worth while. */
  let needed = LENGTH_BYTES;
  for (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length < needed) continue;
    const bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    let from = 0;
    for (;;) {
      needed = LENGTH_BYTES;
      if (bytes.length - from < needed) break;
      needed += new DataView(bytes.buffer, bytes.byteOffset + from).getUint32(0);
      if (bytes.length - from < needed) break;
      yield bytes.subarray(from + LENGTH_BYTES, from + needed);
      from += needed;
    }
    parts = [bytes.subarray(from)];
    length = bytes.length - from;
  }
  if (length > 0) throw new DecodeError('a snapshot that ends within a frame');
}
