// One invocation of the function: the event as a request, and its answer as a stream, or in one piece.

import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type FunctionEvent, functionEvent, requestOf } from './event.ts';
import { type Prelude, preludeOf } from './prelude.ts';

/** The stream functions of the Lambda runtime for Node.js. */
export interface StreamingRuntime {
  streamifyResponse<E, C>(
    handler: (event: E, stream: Writable, context: C) => Promise<void>,
  ): (event: E, context: C) => Promise<unknown>;
  HttpResponseStream: { from(stream: Writable, prelude: Prelude): Writable };
}

export type Answer = (request: Request, event: FunctionEvent) => Promise<Response>;

export async function answerStreamed(
  runtime: StreamingRuntime,
  event: unknown,
  stream: Writable,
  answer: Answer,
): Promise<void> {
  const hungUp = new AbortController();
  stream.once('close', () => hungUp.abort());
  const response = await respond(event, hungUp.signal, answer);
  const out = runtime.HttpResponseStream.from(stream, preludeOf(response));
  // Without a first write the runtime sends no prelude.
  out.write('');
  try {
    await pipeline(response.body ?? [], out);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    // Then there is nobody left to tell.
    if (!gone) throw error;
  }
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
