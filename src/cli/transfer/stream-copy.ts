// The copy of a stream that an import makes. It holds a beginning of what is exported, or nothing. What is
// there is compared, what is missing is appended at its place and nowhere else, so that an import can be cut
// off and begun again at any moment.

import type { Stream } from '../../api/streams.ts';
import type { Batch } from '../batches.ts';
import { type CommandFailure, looked, no, settled } from '../failure.ts';
import { elementsOf, isJsonType } from '../json-elements.ts';
import { pageOf } from '../stream-pages.ts';
import type { StreamHeader } from './format.ts';

/** Every try of an append whose outcome is unknown is followed by a look at what is there. */
const TRIES = 5;

export class StreamCopy {
  readonly isJson: boolean;
  readonly #path: string;
  readonly #stream: Stream;
  readonly #contentType: string;
  /** What is there and not yet compared: records, or one piece of bytes. */
  #there: Buffer[] = [];
  #isAtEnd = false;
  #closed = false;
  /** The position up to which the copy was read or written. */
  #tail: number;

  private constructor(path: string, stream: Stream, contentType: string, tail: number) {
    this.#path = path;
    this.#stream = stream;
    this.#contentType = contentType;
    this.isJson = isJsonType(contentType);
    this.#tail = tail;
  }

  /** Creates the stream if need be. @throws CommandFailure when it is not one that the export can go on in */
  static async begin(
    path: string,
    stream: Stream,
    { contentType, skipped }: StreamHeader,
  ): Promise<StreamCopy> {
    const described = looked(await stream.describe());
    if (described.kind === 'missing') {
      if (skipped > 0) throw tooShort(path, 0, skipped);
      const { tail } = settled(await stream.create({ contentType }));
      return new StreamCopy(path, stream, contentType, tail);
    }
    if (!isSameType(described.contentType, contentType)) {
      throw no('content-type-mismatch', `${path} is ${described.contentType}, the export is ${contentType}`);
    }
    const start = await startOf(path, stream, described.tail, isJsonType(contentType));
    const from = start + skipped;
    if (from > described.tail) throw tooShort(path, described.tail - start, skipped);
    return new StreamCopy(path, stream, contentType, from);
  }

  get tail(): number {
    return this.#tail;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * What of the content is not there yet. @throws CommandFailure when something else is there in its place
   */
  async withoutWhatIsThere(content: Buffer): Promise<Buffer | undefined> {
    let rest = content;
    for (;;) {
      const there = await this.#next();
      if (there === undefined) return rest;
      const isSame = this.isJson
        ? there.equals(rest)
        : there.subarray(0, rest.length).equals(rest.subarray(0, there.length));
      if (!isSame) throw this.#differs();
      if (there.length > rest.length) this.#there.unshift(there.subarray(rest.length));
      if (there.length >= rest.length) return undefined;
      rest = rest.subarray(there.length);
    }
  }

  /** All of the batch, once. */
  async append({ body }: Batch): Promise<void> {
    const expectedTail = this.#tail;
    for (let tries = 1; ; tries += 1) {
      const result = await this.#stream.append(body, { contentType: this.#contentType, expectedTail });
      if (result.kind === 'appended') {
        this.#tail = result.last;
        return;
      }
      const isOpen = result.kind === 'tail-mismatch' || (result.kind === 'failed' && !result.definite);
      if (!isOpen) {
        settled(result);
        throw no('stream-not-found', `there is no stream ${this.#path} any more`);
      }
      const last = await this.#lastIfThere(body, expectedTail);
      if (last !== undefined) {
        this.#tail = last;
        return;
      }
      if (result.kind === 'tail-mismatch') throw this.#differs();
      if (tries === TRIES) throw settled(result);
    }
  }

  /** @throws CommandFailure when records came behind those of the export */
  async close(): Promise<void> {
    if ((await this.#next()) !== undefined) throw this.#differs();
    const result = settled(await this.#stream.close({ expectedTail: this.#tail }));
    if (result.kind !== 'closed') throw this.#differs();
    this.#closed = true;
  }

  /** The next of what is there; undefined at the end of it. */
  async #next(): Promise<Buffer | undefined> {
    while (this.#there.length === 0 && !this.#isAtEnd) {
      const page = await pageOf(this.#path, this.#stream, this.#tail);
      this.#there = this.isJson ? elementsOf(page.body).map(Buffer.from) : [Buffer.from(page.body)];
      if (page.body.length === 0) this.#there = [];
      this.#isAtEnd = page.upToDate || page.closed;
      this.#tail = page.next;
    }
    return this.#there.shift();
  }

  /**
   * The last position of what stands behind `after`, if that is what the body says. An append is whole or not
   * there at all.
   */
  async #lastIfThere(body: Buffer, after: number): Promise<number | undefined> {
    const page = await pageOf(this.#path, this.#stream, after);
    const isThere = this.isJson
      ? isSameList(elementsOf(page.body), elementsOf(body))
      : Buffer.from(page.body).equals(body);
    return isThere ? page.next : undefined;
  }

  #differs(): CommandFailure {
    return no(
      'destination-differs',
      `${this.#path} holds something else than the export, or others write to it`,
    );
  }
}

/** The position before the first record. */
async function startOf(path: string, stream: Stream, tail: number, isJson: boolean): Promise<number> {
  if (!isJson || tail === 0) return 0;
  const { next, body } = await pageOf(path, stream, 0);
  return next - elementsOf(body).length;
}

function isSameList(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return (
    some.length === others.length && some.every((one, index) => Buffer.from(one).equals(others[index] ?? one))
  );
}

function isSameType(one: string, other: string): boolean {
  return one.replaceAll(' ', '').toLowerCase() === other.replaceAll(' ', '').toLowerCase();
}

function tooShort(path: string, there: number, skipped: number): CommandFailure {
  return no('destination-too-short', `the export begins after ${skipped} records, and ${path} has ${there}`);
}
