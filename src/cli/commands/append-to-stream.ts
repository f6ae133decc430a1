// `ordinal streams append`.

import type { Stream } from '../../api/streams.ts';
import { assert } from '../../assert.ts';
import { APPEND_BYTES_MAX } from '../../limits.ts';
import { type Batch, JsonBatcher } from '../batches.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { badInput, CommandFailure, looked, settled, usage } from '../failure.ts';
import { inputOf, type Line, linesIn, wholeOf } from '../input.ts';
import { isJsonType } from '../json-elements.ts';
import { json, say } from '../output.ts';
import { noStream } from '../stream-pages.ts';
import { tailMismatch } from './change-stream.ts';

interface AppendOptions extends ConnectionOptions {
  readonly file?: string | undefined;
  readonly whole?: true | undefined;
  readonly create?: string | undefined;
  readonly close?: true | undefined;
  readonly expectedTail?: number | undefined;
  readonly fencingToken?: number | undefined;
}

export async function append(
  path: string,
  records: readonly string[],
  options: AppendOptions,
): Promise<void> {
  if (records.length > 0 && (options.file !== undefined || options.whole)) {
    throw usage('the records are arguments, or come from a file, not both');
  }
  const stream = (await openOrdinal(options)).stream(path);
  const contentType = await typeOf(path, stream, options.create);
  const appender = new Appender(path, stream, contentType, options);
  try {
    for await (const batch of batchesOf(records, contentType, options)) await appender.append(batch);
    await appender.finish();
  } catch (error) {
    if (error instanceof CommandFailure) error.before = appender.done;
    throw error;
  }
}

async function typeOf(path: string, stream: Stream, created: string | undefined): Promise<string> {
  if (created !== undefined) return settled(await stream.create({ contentType: created })).contentType;
  const described = looked(await stream.describe());
  if (described.kind === 'missing') throw noStream(`${path}; --create makes one`);
  return described.contentType;
}

async function* batchesOf(
  records: readonly string[],
  contentType: string,
  { file, whole }: AppendOptions,
): AsyncGenerator<Batch> {
  const isJson = isJsonType(contentType);
  if (records.length > 0) {
    const bytes = records.map((record) => Buffer.from(record));
    if (isJson) yield* jsonBatches([bytes.map((text) => ({ bytes: text, isWhole: true }))], 'argument');
    else for (const body of bytes) yield { body, records: 1 };
  } else if (whole) {
    const body = await wholeOf(await inputOf(file), APPEND_BYTES_MAX);
    if (isJson) yield* jsonBatches([[{ bytes: body, isWhole: true }]], 'input');
    else if (body.length > 0) yield { body, records: 1 };
  } else {
    const lines = linesIn(await inputOf(file), APPEND_BYTES_MAX);
    yield* isJson ? jsonBatches(lines, 'line') : byteBatches(lines);
  }
}

/** What comes together is appended together. */
async function* jsonBatches(
  groups: AsyncIterable<Line[]> | Iterable<Line[]>,
  what: string,
): AsyncGenerator<Batch> {
  const batcher = new JsonBatcher();
  let number = 0;
  for await (const group of groups) {
    for (const { bytes } of group) {
      number += 1;
      const text = jsonText(bytes);
      if (text === undefined) {
        const before = batcher.take();
        if (before) yield before;
        throw badInput(`${what} ${number} is no JSON`);
      }
      const full = text.length > 0 ? batcher.add(text) : undefined;
      if (full) yield full;
    }
    const rest = batcher.take();
    if (rest) yield rest;
  }
}

/** Without the white space around it; empty where there is nothing else, undefined where it is no JSON. */
function jsonText(bytes: Buffer): Buffer | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).trim();
    if (text !== '') JSON.parse(text);
    return Buffer.from(text);
  } catch {
    return undefined;
  }
}

/** Readers of a stream of bytes see no boundaries, so lines that come together are one record. */
async function* byteBatches(groups: AsyncIterable<Line[]>): AsyncGenerator<Batch> {
  for await (const group of groups) {
    let parts: Buffer[] = [];
    let size = 0;
    for (const { bytes, isWhole } of group) {
      const end = isWhole ? 1 : 0;
      if (size + bytes.length + end > APPEND_BYTES_MAX && size > 0) {
        yield { body: Buffer.concat(parts), records: 1 };
        parts = [];
        size = 0;
      }
      parts.push(bytes, Buffer.from('\n'.repeat(end)));
      size += bytes.length + end;
    }
    if (size > 0) yield { body: Buffer.concat(parts), records: 1 };
  }
}

class Appender {
  readonly #path: string;
  readonly #stream: Stream;
  readonly #contentType: string;
  readonly #options: AppendOptions;
  #expectedTail: number | undefined;
  #first: number | undefined;
  #last = 0;
  #records = 0;

  constructor(path: string, stream: Stream, contentType: string, options: AppendOptions) {
    this.#path = path;
    this.#stream = stream;
    this.#contentType = contentType;
    this.#options = options;
    this.#expectedTail = options.expectedTail;
  }

  /** @throws CommandFailure, which says how much was appended before */
  async append({ body, records }: Batch): Promise<void> {
    const { fencingToken } = this.#options;
    const conditions = { contentType: this.#contentType, expectedTail: this.#expectedTail, fencingToken };
    const result = settled(await this.#stream.append(body, conditions));
    if (result.kind === 'missing') throw noStream(this.#path);
    if (result.kind === 'tail-mismatch') throw tailMismatch(this.#path, result);
    assert(result.kind === 'appended', 'a repeated request, and no producer was named');
    this.#first ??= result.first;
    this.#last = result.last;
    this.#records += records;
    if (this.#expectedTail !== undefined) this.#expectedTail = result.last;
  }

  async finish(): Promise<void> {
    const { fencingToken, close } = this.#options;
    if (close) {
      const conditions = { fencingToken, expectedTail: this.#expectedTail };
      const closed = settled(await this.#stream.close(conditions));
      if (closed.kind === 'missing') throw noStream(this.#path);
      if (closed.kind === 'tail-mismatch') throw tailMismatch(this.#path, closed);
      this.#last = Math.max(this.#last, closed.tail);
    }
    if (this.#records === 0 && !close) throw badInput('there was no record to append', true);
    const done = { records: this.#records, first: this.#first, last: this.#last, closed: close ?? false };
    if (this.#options.json) return json({ stream: this.#path, ...done });
    const places = this.#first === this.#last ? `at ${this.#last}` : `at ${this.#first} to ${this.#last}`;
    if (this.#records > 0) await say(`appended ${this.#records} to ${this.#path} ${places}`);
    if (close) await say(`closed ${this.#path} at ${this.#last}`);
  }

  /** What stays whatever comes; undefined when it is nothing. */
  get done(): string | undefined {
    return this.#records === 0
      ? undefined
      : `${this.#records} were appended before, the last at ${this.#last}`;
  }
}
