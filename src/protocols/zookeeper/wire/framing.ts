// Frames: a length of four bytes, then so many bytes. They come in many pieces, or many in one piece.

import { ZOOKEEPER_FRAME_BYTES_MAX } from '../../../limits.ts';
import { MalformedError } from './reader.ts';

const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

export class FrameReader {
  /** What has come and was not read is from `#begin` to `#end`. */
  #buffer: Buffer = NOTHING;
  #begin = 0;
  #end = 0;
  /** Whether the buffer is this reader's own, so that it may write behind `#end`. */
  #isOwn = false;

  /** Bytes that have come and were not read. */
  get available(): number {
    return this.#end - this.#begin;
  }

  /**
   * Takes over a piece, which must not change any more. A piece that completes nothing is copied behind what
   * has come before. The room for that doubles with what has come, so a length alone takes no memory, and
   * tiny pieces take no more than large ones.
   */
  push(piece: Buffer): void {
    const { available } = this;
    if (available === 0) {
      this.#buffer = piece;
      this.#begin = 0;
      this.#end = piece.length;
      this.#isOwn = false;
      return;
    }
    const needed = available + piece.length;
    if (!this.#isOwn || this.#end + piece.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * available));
      larger.set(this.#buffer.subarray(this.#begin, this.#end));
      this.#buffer = larger;
      this.#begin = 0;
      this.#end = available;
      this.#isOwn = true;
    }
    this.#buffer.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** The first four bytes as text: before the first frame they can be a four-letter word. */
  word(): string | undefined {
    if (this.available < LENGTH_BYTES) return undefined;
    return this.#buffer.toString('latin1', this.#begin, this.#begin + LENGTH_BYTES);
  }

  /**
   * The next frame, without its length; undefined while it is not complete.
   *
   * @throws MalformedError for a length that no frame has
   */
  next(): Buffer | undefined {
    const { available } = this;
    if (available < LENGTH_BYTES) return undefined;
    const length = this.#buffer.readInt32BE(this.#begin);
    if (length < 0 || length > ZOOKEEPER_FRAME_BYTES_MAX)
      throw new MalformedError(`a frame of ${length} bytes`);
    if (available < LENGTH_BYTES + length) return undefined;
    const begin = this.#begin + LENGTH_BYTES;
    const end = begin + length;
    const frame = this.#buffer.subarray(begin, end);
    this.#begin = end;
    // A connection at rest keeps no buffer.
    if (end === this.#end) this.clear();
    return frame;
  }

  /** Forgets what has come. */
  clear(): void {
    this.#buffer = NOTHING;
    this.#begin = 0;
    this.#end = 0;
    this.#isOwn = false;
  }
}
