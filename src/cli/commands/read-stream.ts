// `ordinal streams read|follow`.

import type { Stream, StreamData } from '../../api/streams.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { CommandFailure, looked } from '../failure.ts';
import { elementsOf, isJsonType } from '../json-elements.ts';
import { bytesMember, write } from '../output.ts';
import { noStream, onOneLine, pageOf } from '../stream-pages.ts';

interface ReadOptions extends ConnectionOptions {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  /** In milliseconds since 1970. */
  readonly since?: number | undefined;
}

export async function read(path: string, options: ReadOptions): Promise<void> {
  const stream = (await openOrdinal(options)).stream(path);
  const { since } = options;
  let after = options.after ?? 0;
  let fromTimeMs = since;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const page = await pageOf(path, stream, after, { fromTimeMs });
    fromTimeMs = undefined;
    if (options.limit !== undefined && !isJsonType(page.contentType)) throw noRecords(page);
    left -= await print(page, options, left);
    if (page.upToDate || page.closed || left <= 0) return;
    after = page.next;
  }
}

export async function follow(path: string, options: ReadOptions): Promise<void> {
  const stream = (await openOrdinal(options)).stream(path);
  const { since } = options;
  let after = options.after ?? (since === undefined ? await tailOf(path, stream) : 0);
  let fromTimeMs = since;
  for (;;) {
    const page = await pageOf(path, stream, after, { wait: true, fromTimeMs });
    fromTimeMs = undefined;
    await print(page, options);
    if (page.closed) return;
    after = page.next;
  }
}

async function tailOf(path: string, stream: Stream): Promise<number> {
  const described = looked(await stream.describe());
  if (described.kind === 'missing') throw noStream(path);
  return described.tail;
}

/** How many records were printed. */
async function print(
  page: StreamData,
  { json }: ReadOptions,
  max = Number.POSITIVE_INFINITY,
): Promise<number> {
  if (!isJsonType(page.contentType)) {
    if (page.body.length === 0) return 0;
    const member = bytesMember('value', page.body);
    await write(json ? `${JSON.stringify({ position: page.next, ...member })}\n` : page.body);
    return 1;
  }
  const records = elementsOf(page.body);
  const first = page.next - records.length + 1;
  const lines = records.slice(0, max).map((record, index) => {
    const text = onOneLine(Buffer.from(record).toString('utf8'));
    return json ? `{"position":${first + index},"value":${text}}\n` : `${text}\n`;
  });
  if (lines.length > 0) await write(lines.join(''));
  return lines.length;
}

function noRecords({ contentType }: StreamData): CommandFailure {
  return new CommandFailure('usage', `a stream of ${contentType} has no records that --limit could count`, {
    exit: 2,
  });
}
