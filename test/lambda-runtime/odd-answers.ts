// A function whose answers are odd, each in the way that its path names.

import { answerStreamed, type StreamingRuntime } from '../../src/lambda/answer.ts';

declare const awslambda: StreamingRuntime;

const PIECE = new TextEncoder().encode('piece ');
const MANY = 200_000;

export const handler = awslambda.streamifyResponse((event, stream) =>
  answerStreamed(awslambda, event, stream, async (request) => answerTo(new URL(request.url).pathname)),
);

function answerTo(path: string): Response {
  switch (path) {
    case '/broken':
      return new Response(pieces(3, new TypeError('the source is gone')));
    case '/broken-at-once':
      return new Response(pieces(0, new TypeError('the source is gone')));
    case '/long':
      return new Response(pieces(MANY));
    case '/empty':
      return new Response(null, { status: 204 });
    default:
      return new Response(String(process.pid));
  }
}

function pieces(count: number, error?: Error): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      // Gives others a turn, as a source that waits does.
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (sent < count) {
        sent += 1;
        controller.enqueue(PIECE);
      } else if (error) controller.error(error);
      else controller.close();
    },
  });
}
