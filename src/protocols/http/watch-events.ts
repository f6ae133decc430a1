// Server-sent events of a watch. The last change of a position has its `id`, so a reader that comes back
// with the id it has seen last misses nothing.

import type { KeyChange, WatchEvent } from '../../api/watch.ts';
import { entryJson } from './json-value.ts';
import type { LiveEnd } from './live-end.ts';

/** The time without an event after which a comment follows. */
const SILENCE_MS = 15_000;
const WAITING = ': waiting\n\n';
const encoder = new TextEncoder();

/** Pulls an event when the reader has taken the one before: a slow reader costs no memory. */
export function watchEvents(
  events: AsyncIterator<WatchEvent>,
  first: WatchEvent,
  end: LiveEnd,
): ReadableStream<Uint8Array> {
  const texts = textsOf(events, first);
  let pending: Promise<IteratorResult<string, void>> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      pending ??= texts.next();
      const next = await orSilence(pending);
      if (next === undefined) return controller.enqueue(encoder.encode(WAITING));
      pending = undefined;
      if (!next.done) return controller.enqueue(encoder.encode(next.value));
      end.release();
      controller.close();
    },
    async cancel() {
      end.release();
      end.stop();
      await texts.return();
    },
  });
}

/** Undefined after a long silence: a comment keeps the connection from looking dead. */
async function orSilence<T>(next: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, SILENCE_MS, undefined);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function* textsOf(
  events: AsyncIterator<WatchEvent>,
  first: WatchEvent,
): AsyncGenerator<string, void, undefined> {
  /** Everything up to here has been told under an id. */
  let told = -1;
  /** The change before this event. The event shows whether it was the last one of its position. */
  let held: KeyChange | undefined;
  try {
    for (let event: WatchEvent | undefined = first; event; event = await nextOf(events)) {
      const completed = held && event.kind === 'progress' ? held.position : undefined;
      if (held) yield textOf('change', changeJson(held), completed);
      told = completed ?? told;
      held = event.kind === 'change' ? event : undefined;
      if (event.kind === 'gone') yield textOf('gone', { earliest: event.earliest });
      if (event.kind !== 'progress' || event.position <= told) continue;
      told = event.position;
      yield textOf('progress', { position: told }, told);
    }
  } catch {
    // The reader reconnects, and gets the error as an answer.
  }
}

async function nextOf(events: AsyncIterator<WatchEvent>): Promise<WatchEvent | undefined> {
  const { value, done } = await events.next();
  return done ? undefined : value;
}

function textOf(kind: WatchEvent['kind'], data: object, id?: number): string {
  return `event: ${kind}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function changeJson({ position, key, before, after }: KeyChange): object {
  return {
    position,
    key,
    ...(before ? { before: entryJson(before) } : {}),
    ...(after ? { after: entryJson(after) } : {}),
  };
}
