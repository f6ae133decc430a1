// Bodies of appends: as many records in each as one append can hold.

import { APPEND_BYTES_MAX, APPEND_RECORDS_MAX } from '../limits.ts';

export interface Batch {
  readonly body: Buffer;
  readonly records: number;
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

/** Collects JSON texts, and gives an array of them when the next one does not fit. */
export class JsonBatcher {
  #texts: Uint8Array[] = [];
  #bytes = 0;

  /** What has to be appended before this text can be taken. */
  add(text: Uint8Array): Batch | undefined {
    const isFull =
      this.#texts.length >= APPEND_RECORDS_MAX || this.#bytes + text.length + 2 > APPEND_BYTES_MAX;
    const full = isFull ? this.take() : undefined;
    this.#texts.push(text);
    this.#bytes += text.length + COMMA.length;
    return full;
  }

  take(): Batch | undefined {
    const [first, ...more] = this.#texts;
    if (first === undefined) return undefined;
    const parts = more.flatMap((text) => [COMMA, text]);
    // A record that just fits does not fit with brackets around it. One that is an array needs them.
    const isBare = more.length === 0 && first.length + 2 > APPEND_BYTES_MAX && first[0] !== OPEN[0];
    const batch = {
      body: isBare ? Buffer.from(first) : Buffer.concat([OPEN, first, ...parts, CLOSE]),
      records: this.#texts.length,
    };
    this.#texts = [];
    this.#bytes = 0;
    return batch;
  }
}

/** The bytes in pieces that one append can hold. */
export function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += APPEND_BYTES_MAX) yield bytes.subarray(at, at + APPEND_BYTES_MAX);
}
