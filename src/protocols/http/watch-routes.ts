// Watches over HTTP: as server-sent events, or one page of changes at a time as soon as there are any. Loaded
// with the first watch.

import { OrdinalError } from '../../api/error.ts';
import type { KeyChange, WatchEvent, WatchProgress } from '../../api/watch.ts';
import type { Service } from '../../service/service.ts';
import { answer } from './answer.ts';
import { validate } from './body.ts';
import { type Asked, namespaceIn, positioned, positionHeader, unfinished } from './in-namespace.ts';
import { lastEventId, watchQuery } from './key-schemas.ts';
import { firstOf, type LiveEnd } from './live-end.ts';
import { permit } from './permission.ts';
import { problem, problemOfFailure } from './problem.ts';
import type { StreamOptions } from './stream-routes.ts';
import { changeJson, watchEvents } from './watch-events.ts';

/** The most bytes of values in one page of changes. */
const PAGE_BYTES_MAX = 256 * 1024;
const EVENT_STREAM = 'text/event-stream';

/** A watch that has begun, and how to end it. */
interface Begun {
  readonly events: AsyncIterator<WatchEvent>;
  readonly first: WatchProgress;
  readonly end: LiveEnd;
}

export async function watch(c: Asked, service: Service, options: StreamOptions): Promise<Response> {
  const namespace = namespaceIn(c);
  const { prefix, after: asked } = validate(watchQuery, c.req.query(), 'the query');
  permit(c, 'keys', 'read', `${namespace}:${prefix}`, 'all-under');
  // A reader that reconnects names its position in this header, and repeats its URL.
  const after = validate(lastEventId, c.req.header('last-event-id'), 'Last-Event-ID') ?? asked;
  const asEvents = (c.req.header('accept') ?? '').includes(EVENT_STREAM);
  const end = firstOf(
    [c.req.raw.signal, options.closing],
    asEvents ? options.eventStreamMs : options.longPollMs,
  );
  const watched = service.namespace(namespace).watch({ prefix, after, signal: end.signal });
  try {
    const events = watched[Symbol.asyncIterator]();
    const { value: first } = await events.next();
    if (first?.kind === 'progress') {
      return asEvents ? eventAnswer({ events, first, end }) : await pageAnswer({ events, first, end });
    }
    end.release();
    return first?.kind === 'gone' ? unfinished(first) : problem('unavailable', 'the watch has not begun');
  } catch (error) {
    end.release();
    if (!(error instanceof OrdinalError)) throw error;
    if (error.code === 'unavailable') return problemOfFailure({ definite: true, message: error.message });
    return problem('invalid-request', error.message);
  }
}

function eventAnswer({ events, first, end }: Begun): Response {
  const headers = {
    'content-type': EVENT_STREAM,
    // Says to proxies that they must hand it on as it comes.
    'cache-control': 'no-cache',
    ...positionHeader(first.position),
  };
  return answer(200, headers, watchEvents(events, first, end));
}

/** A page of changes, as soon as there are any; an empty one when the time is over. */
async function pageAnswer({ events, first, end }: Begun): Promise<Response> {
  const page = { changes: [] as KeyChange[], position: first.position };
  let pending: KeyChange[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const next = await nextOf(events, page.changes.length > 0);
      // A reader that has got no further asks from the same place again.
      if (next?.kind === 'gone' && page.position === first.position) return unfinished(next);
      // Otherwise the next request is told.
      if (!next || next.kind === 'gone') break;
      if (next.kind === 'change') {
        pending.push(next);
        bytes += (next.before?.value.length ?? 0) + (next.after?.value.length ?? 0);
        continue;
      }
      page.changes.push(...pending);
      pending = [];
      page.position = next.position;
      if (bytes > PAGE_BYTES_MAX) break;
    }
  } finally {
    end.release();
    end.stop();
  }
  const changes = page.changes.map(changeJson);
  return positioned({ changes, position: page.position }, page.position, 200);
}

/** The next event; undefined when there is none, or with `atOnce` none at this moment. */
async function nextOf(events: AsyncIterator<WatchEvent>, atOnce: boolean): Promise<WatchEvent | undefined> {
  const next = events.next().then(({ value, done }) => (done ? undefined : value));
  if (!atOnce) return next;
  next.catch(() => undefined);
  return Promise.race([next, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
}
