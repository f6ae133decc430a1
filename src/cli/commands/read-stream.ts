// `ordinal streams read|follow`.

import type { ReadStreamOptions, Stream, StreamData, StreamRecord } from '../../api/streams.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { looked } from '../failure.ts';
import { elementsOf, isJsonType } from '../json-elements.ts';
import { bytesMember, write } from '../output.ts';
import { noStream, onOneLine, pageOf, recordsOf } from '../stream-pages.ts';

interface ReadOptions extends ConnectionOptions {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  /** In milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** Where a page has ended, and how many of its records were printed. */
interface Printed extends Pick<StreamData, 'next' | 'upToDate' | 'closed'> {
  readonly count: number;
}

export async function read(path: string, options: ReadOptions): Promise<void> {
  const stream = (await openOrdinal(options)).stream(path);
  const { since } = options;
  let after = options.after ?? 0;
  let fromTimeMs = since;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const page = await printPage(path, stream, { ...options, after, max: left }, { fromTimeMs });
    fromTimeMs = undefined;
    left -= page.count;
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
    const page = await printPage(path, stream, { ...options, after }, { wait: true, fromTimeMs });
    fromTimeMs = undefined;
    if (page.closed) return;
    after = page.next;
  }
}

async function tailOf(path: string, stream: Stream): Promise<number> {
  const described = looked(await stream.describe());
  if (described.kind === 'missing') throw noStream(path);
  return described.tail;
}

interface PageOptions {
  readonly after: number;
  readonly json?: boolean | undefined;
  /** The most records. Default: all. */
  readonly max?: number;
}

/** Of bytes alone nobody can tell where a record ends, so they are asked for record by record if need be. */
async function printPage(
  path: string,
  stream: Stream,
  { after, json, max = Number.POSITIVE_INFINITY }: PageOptions,
  options: ReadStreamOptions,
): Promise<Printed> {
  if (!json && max === Number.POSITIVE_INFINITY) {
    const page = await pageOf(path, stream, after, options);
    return { ...page, count: await printData(page) };
  }
  const page = await recordsOf(path, stream, after, options);
  const records = page.records.slice(0, max);
  const isJson = isJsonType(page.contentType);
  const lines = records.map((record) => (json ? jsonLine(record, isJson) : shown(record, isJson)));
  if (lines.length > 0) await write(Buffer.concat(lines));
  return { ...page, count: records.length };
}

async function printData({ body, contentType }: StreamData): Promise<number> {
  if (!isJsonType(contentType)) {
    if (body.length > 0) await write(body);
    return body.length;
  }
  const records = elementsOf(body);
  if (records.length > 0) await write(records.map((record) => textLine(record)).join(''));
  return records.length;
}

function jsonLine({ position, timeMs, value }: StreamRecord, isJson: boolean): Buffer {
  const member = isJson
    ? `"value":${textLine(value).trimEnd()}`
    : JSON.stringify(bytesMember('value', value)).slice(1, -1);
  return Buffer.from(`{"position":${position},"timeMs":${timeMs},${member}}\n`);
}

function shown({ value }: StreamRecord, isJson: boolean): Uint8Array {
  return isJson ? Buffer.from(textLine(value)) : value;
}

function textLine(json: Uint8Array): string {
  return `${onOneLine(Buffer.from(json).toString('utf8'))}\n`;
}
