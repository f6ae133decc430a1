// Server-sent events of a stream: after each piece of data comes a control event with the reader's position.

import type { StreamData } from '../../api/streams.ts';
import { isText } from '../../streams/content-type.ts';
import { isEmpty, type Piece } from '../../streams/piece.ts';
import type { Stream } from '../../streams/stream.ts';
import { answer } from './answer.ts';
import type { LiveEnd } from './live-end.ts';
import { offsetOf } from './offset.ts';
import { goneEvent } from './stream-unreadable.ts';

export interface EventOptions {
  readonly end: LiveEnd;
  readonly cursor: () => string;
}

const WAIT_MS = 15_000;
/** The most bytes that this process keeps for a reader that does not read. */
const READ_BYTES_MAX = 256 * 1024;
const encoder = new TextEncoder();

/** `first` has been read already, so that a stream that is not there is a plain 404. */
export function eventStream(stream: Stream, first: Piece, options: EventOptions): Response {
  const { end } = options;
  const events = eventsOf(stream, first, options);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await events.next();
      if (!next.done) return controller.enqueue(next.value);
      end.release();
      controller.close();
    },
    async cancel() {
      // The reader has left, and must not wait any longer.
      end.stop();
      end.release();
      await events.return();
    },
  });
  const text = isText(first.data.contentType);
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
  stream: Stream,
  first: Piece,
  { end: { signal }, cursor }: EventOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = first;
  let fresh = true;
  for (;;) {
    const { data } = piece;
    if (!isEmpty(piece)) yield eventsOfPiece(piece, cursor());
    else if (fresh || data.closed) yield encoder.encode(controlEvent(data, cursor()));
    // A comment keeps the connection alive, and detects a dead one.
    else yield encoder.encode(': waiting\n\n');
    fresh = false;
    if (data.closed || signal.aborted) return;
    if (data.upToDate) await stream.waitBeyond(piece, WAIT_MS, signal);
    if (signal.aborted) return;
    const next = await stream.readOn(piece, READ_BYTES_MAX);
    if (next.kind === 'trimmed') yield encoder.encode(goneEvent(next.first));
    // Where the stream is deleted, or the store cannot be reached, the reader reconnects and gets that
    // answer.
    if (next.kind !== 'piece') return;
    piece = next;
  }
}

/** The events that were made of a piece last. */
const made = new WeakMap<Piece, { readonly cursor: string; readonly bytes: Uint8Array }>();

/** Readers that share a piece share the bytes of its events, too. */
function eventsOfPiece(piece: Piece, cursor: string): Uint8Array {
  const last = made.get(piece);
  if (last?.cursor === cursor) return last.bytes;
  const bytes = encoder.encode(dataEvent(piece.data) + controlEvent(piece.data, cursor));
  made.set(piece, { cursor, bytes });
  return bytes;
}

function dataEvent({ body, contentType }: StreamData): string {
  const text = Buffer.from(body.buffer).toString(isText(contentType) ? 'utf8' : 'base64');
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data:${line}\n`);
  return `event: data\n${lines.join('')}\n`;
}

function controlEvent({ next, closed, upToDate }: StreamData, cursor: string): string {
  const control = {
    streamNextOffset: offsetOf(next),
    ...(closed ? { streamClosed: true } : { streamCursor: cursor }),
    ...(upToDate ? { upToDate: true } : {}),
  };
  return `event: control\ndata:${JSON.stringify(control)}\n\n`;
}
