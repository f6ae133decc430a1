// Server-sent events of an observed value: the present one, and again after every change.

import { OrdinalError } from '../../api/error.ts';
import type { Observed } from '../../coordination/kernel.ts';
import { answer } from './answer.ts';
import { type Asked, positionHeader } from './in-namespace.ts';
import { firstOf } from './live-end.ts';
import { problem } from './problem.ts';
import type { LiveOptions } from './recipe-parts.ts';

export interface Observation<T> {
  /** The name of the events. */
  readonly event: string;
  observe(signal: AbortSignal): AsyncGenerator<Observed<T>, void, undefined>;
  json(value: T): unknown;
  position(): number;
}

/** The time without an event after which a comment tests the connection. */
const COMMENT_EVERY_MS = 15_000;
const COMMENT = ': waiting\n\n';
const encoder = new TextEncoder();

export async function observedEvents<T>(
  c: Asked,
  { event, observe, json, position }: Observation<T>,
  { closing, eventStreamMs }: LiveOptions,
): Promise<Response> {
  const gone = new AbortController();
  const end = firstOf([c.req.raw.signal, closing, gone.signal], eventStreamMs);
  const seen = observe(end.signal);
  const textOf = ({ version, value }: Observed<T>) =>
    `id: ${version}\nevent: ${event}\ndata: ${JSON.stringify(json(value))}\n\n`;
  let next: Promise<string | undefined> = nextOf(seen, textOf);
  try {
    // If the value cannot be observed, the answer is a plain refusal.
    next = Promise.resolve(await next);
  } catch (error) {
    end.release();
    if (error instanceof OrdinalError) return problem('unavailable', error.message);
    throw error;
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = await sooner(next, COMMENT_EVERY_MS).catch(() => undefined);
      if (text === undefined) {
        end.release();
        return controller.close();
      }
      controller.enqueue(encoder.encode(text));
      if (text !== COMMENT) next = nextOf(seen, textOf);
    },
    cancel() {
      gone.abort();
      end.release();
    },
  });
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
  return answer(200, { ...headers, ...positionHeader(position()) }, body);
}

async function nextOf<T>(
  seen: AsyncGenerator<T, void, undefined>,
  textOf: (value: T) => string,
): Promise<string | undefined> {
  const { done, value } = await seen.next();
  return done ? undefined : textOf(value);
}

async function sooner(next: Promise<string | undefined>, afterMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const comment = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(COMMENT), afterMs);
  });
  try {
    return await Promise.race([next, comment]);
  } finally {
    clearTimeout(timer);
  }
}
