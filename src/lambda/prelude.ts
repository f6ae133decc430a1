// The beginning of a streamed answer of a Lambda function: status and headers as JSON, eight NUL bytes, then
// the body. The Lambda runtime writes it, a Function URL takes it off again; a client that invokes the
// function directly gets it as it is.

import * as z from 'zod/mini';

const prelude = z.object({
  statusCode: z.int(),
  headers: z._default(z.record(z.string(), z.string()), {}),
  cookies: z._default(z.array(z.string()), []),
});

const SEPARATOR = new Uint8Array(8);
const BODILESS = new Set([204, 205, 304]);

export interface Prelude {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly cookies: string[];
}

export function preludeOf(response: Response): Prelude {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers[name] = value;
  });
  return { statusCode: response.status, headers, cookies: response.headers.getSetCookie() };
}

/** The answer of a function that cannot stream, in one piece. */
const buffered = z.extend(prelude, { body: z.base64(), isBase64Encoded: z.literal(true) });

/**
 * The answer in the bytes of a streamed one, or of one in one piece.
 *
 * @throws Error when they are of something else
 */
export async function responseOf(bytes: AsyncIterable<Uint8Array>): Promise<Response> {
  const source = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (;;) {
    const next = await source.next();
    if (next.done) return bufferedResponse(head);
    head = Buffer.concat([head, next.value]);
    const end = head.indexOf(SEPARATOR);
    if (end < 0) continue;
    const start = prelude.parse(JSON.parse(head.subarray(0, end).toString('utf8')));
    return withPrelude(start, streamOf(head.subarray(end + SEPARATOR.length), source));
  }
}

function bufferedResponse(bytes: Buffer): Response {
  const answer = buffered.parse(JSON.parse(bytes.toString('utf8')));
  return withPrelude(answer, Buffer.from(answer.body, 'base64'));
}

function withPrelude(
  { statusCode, headers, cookies }: Prelude,
  body: Buffer<ArrayBuffer> | ReadableStream<Uint8Array>,
): Response {
  const all = new Headers(headers);
  for (const cookie of cookies) all.append('set-cookie', cookie);
  return new Response(BODILESS.has(statusCode) ? null : body, { status: statusCode, headers: all });
}

function streamOf(first: Uint8Array, rest: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first.length > 0) controller.enqueue(first);
    },
    async pull(controller) {
      const next = await rest.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await rest.return?.();
    },
  });
}
