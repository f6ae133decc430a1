// One invocation of the function: the event as a request, and its answer as a stream, or in one piece.

import { type FunctionEvent, functionEvent, requestOf } from './event.ts';
import { type Prelude, preludeOf } from './prelude.ts';

/**
 * The permitted operations on the stream of an answer, which belongs to the runtime. Only the runtime may
 * destroy it. When another part of the program does, the runtime rejects promises that have no handler, and
 * the environment ends. `pipeline` destroys what it writes to when its source fails, so it must not be used.
 */
export interface AnswerStream {
  write(chunk: Uint8Array | string): boolean;
  end(): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
}

/** The stream functions of the Lambda runtime for Node.js. */
export interface StreamingRuntime {
  streamifyResponse<E, C>(
    handler: (event: E, stream: AnswerStream, context: C) => Promise<void>,
  ): (event: E, context: C) => Promise<unknown>;
  HttpResponseStream: { from(stream: AnswerStream, prelude: Prelude): AnswerStream };
}

export type Answer = (request: Request, event: FunctionEvent) => Promise<Response>;

/**
 * Rejects when the answer breaks off in the middle: the runtime then ends the stream, and its reader learns
 * that it is incomplete.
 */
export async function answerStreamed(
  runtime: StreamingRuntime,
  event: unknown,
  stream: AnswerStream,
  answer: Answer,
): Promise<void> {
  const hungUp = new AbortController();
  stream.once('close', () => hungUp.abort());
  const response = await respond(event, hungUp.signal, answer);
  const out = runtime.HttpResponseStream.from(stream, preludeOf(response));
  // Without a first write the runtime sends no prelude.
  out.write('');
  try {
    if (response.body) await copy(response.body, out, hungUp.signal);
  } catch (error) {
    if (!hungUp.signal.aborted) throw error;
  }
  // Otherwise the caller has gone.
  if (!hungUp.signal.aborted) out.end();
}

async function copy(body: ReadableStream<Uint8Array>, out: AnswerStream, hungUp: AbortSignal): Promise<void> {
  const reader = body.getReader();
  const gone = new Promise<void>((resolve) => {
    hungUp.addEventListener('abort', () => resolve(), { once: true });
  });
  const cancelled = gone.then(() => reader.cancel());
  cancelled.catch(() => undefined);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || hungUp.aborted) return;
    if (!out.write(value)) await Promise.race([drained(out), gone]);
  }
}

function drained(out: AnswerStream): Promise<void> {
  return new Promise((resolve) => {
    out.once('drain', resolve);
  });
}

export interface BufferedAnswer extends Prelude {
  readonly body: string;
  readonly isBase64Encoded: true;
}

export async function answerBuffered(event: unknown, answer: Answer): Promise<BufferedAnswer> {
  const response = await respond(event, undefined, answer);
  const body = Buffer.from(await response.arrayBuffer()).toString('base64');
  return { ...preludeOf(response), body, isBase64Encoded: true };
}

async function respond(event: unknown, signal: AbortSignal | undefined, answer: Answer): Promise<Response> {
  const parsed = functionEvent.safeParse(event);
  if (!parsed.success) return plain(400, 'the event is no HTTP request (payload version 2.0)');
  let request: Request;
  try {
    request = requestOf(parsed.data, signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return plain(400, 'the event is no request that could be answered');
  }
  return answer(request, parsed.data);
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain' } });
}
