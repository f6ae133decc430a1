// Server-sent events of a stream: after each piece of data a control event that tells where the reader is.

import { isEnd, type Log } from '../../log/log.ts';
import type { Records } from '../../log/results.ts';
import { answer } from './answer.ts';
import { jsonArray } from './json-records.ts';
import type { LiveEnd } from './live-end.ts';
import { offsetOf } from './offset.ts';
import { DEFAULT_CONTENT_TYPE, isJson, mediaTypeOf } from './stream-headers.ts';

export interface EventOptions {
  readonly end: LiveEnd;
  readonly cursor: () => string;
}

const WAIT_MS = 15_000;
/** What a reader that does not read can make this process keep for it. */
const READ_BYTES_MAX = 256 * 1024;
const encoder = new TextEncoder();

/** `first` has been read already, so that a stream that is not there is a plain 404. */
export function eventStream(log: Log, first: Records, options: EventOptions): Response {
  const { end } = options;
  const events = eventsOf(log, first, options);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await events.next();
      if (!next.done) return controller.enqueue(encoder.encode(next.value));
      end.release();
      controller.close();
    },
    async cancel() {
      end.release();
      await events.return();
    },
  });
  const text = isText(first.metadata.contentType);
  return answer(
    200,
    {
      'content-type': 'text/event-stream',
      // Says to proxies that they must hand it on as it comes.
      'cache-control': 'no-cache',
      ...(text ? {} : { 'stream-sse-data-encoding': 'base64' }),
    },
    body,
  );
}

async function* eventsOf(
  log: Log,
  first: Records,
  { end: { signal }, cursor }: EventOptions,
): AsyncGenerator<string, void, undefined> {
  let result = first;
  let fresh = true;
  for (;;) {
    if (result.records.length > 0) yield dataEvent(result) + controlEvent(result, cursor());
    else if (fresh || isEnd(result)) yield controlEvent(result, cursor());
    // A comment keeps the connection from looking dead, and finds out when it is.
    else yield ': waiting\n\n';
    fresh = false;
    if (isEnd(result) || signal.aborted) return;
    if (result.upToDate) await log.waitBeyond(result.cursor.after, WAIT_MS, signal);
    if (signal.aborted) return;
    const next = await log.read(result.cursor, { bytesMax: READ_BYTES_MAX });
    // Deleted or trimmed: the reader comes back and is told.
    if (next.kind !== 'records') return;
    result = next;
  }
}

function dataEvent(result: Records): string {
  const { contentType } = result.metadata;
  const data = result.records.map((record) => record.data);
  const bytes = Buffer.from(isJson(contentType) ? jsonArray(data) : Buffer.concat(data));
  const text = isText(contentType) ? bytes.toString('utf8') : bytes.toString('base64');
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data:${line}\n`);
  return `event: data\n${lines.join('')}\n`;
}

function controlEvent(result: Records, cursor: string): string {
  const closed = isEnd(result);
  const control = {
    streamNextOffset: offsetOf(result.cursor.after),
    ...(closed ? { streamClosed: true } : { streamCursor: cursor }),
    ...(result.upToDate ? { upToDate: true } : {}),
  };
  return `event: control\ndata:${JSON.stringify(control)}\n\n`;
}

function isText(contentType = DEFAULT_CONTENT_TYPE): boolean {
  return isJson(contentType) || mediaTypeOf(contentType).startsWith('text/');
}
