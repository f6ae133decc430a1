// Goal: no change of a stream is answered with a 5xx while it may have happened, since stock clients repeat a 5xx for
// ever; what can be found out is found out; and what is called definite has not happened. Method: every request on a
// store that fails at every one of its calls in turn, once or from then on, before or after the effect; then a look at
// what is in the stream, and the same request again, as a client would send it.

import { describe, expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const URL_OF_STREAM = 'http://localhost/v1/stream/s';
const TEXT = { 'content-type': 'text/plain' };
const PRODUCER = { 'producer-id': 'p', 'producer-epoch': '0', 'producer-seq': '0' };
const AT_ONE = `"0000000000000000_0000000000000001"`;
/** More calls than any of the requests makes. */
const CALLS_MAX = 300;

type Kind = 'lost-before' | 'lost-after' | 'throttled';

/** Which call fails, and how; `lasts`: and all after it. */
interface Fault {
  readonly kind: Kind;
  readonly at: number;
  readonly lasts: boolean;
}

interface Sent {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function failing(inner: Store) {
  let fault: Fault | undefined;
  let calls = 0;
  const store = new InterceptedStore(inner, async (_method, run) => {
    calls += 1;
    const fails = fault !== undefined && (fault.lasts ? calls >= fault.at : calls === fault.at);
    if (!fails || !fault) return run();
    // In an outage only the first call can still reach the store.
    const lost = fault.kind === 'lost-after' && calls > fault.at ? 'lost-before' : fault.kind;
    if (lost === 'throttled') throw new StoreError('throttled', { definite: true, retryable: true });
    if (lost === 'lost-after') await run();
    throw new StoreError('no answer', { definite: false, retryable: true });
  });
  return {
    store,
    begin(next: Fault): void {
      fault = next;
      calls = 0;
    },
    end(): number {
      fault = undefined;
      return calls;
    },
  };
}

function serverOn(store: Store) {
  const clock = new ManualClock();
  const log = { clock, readTimeoutMs: 3000, writeTimeoutMs: 3000, segmentCapBytes: 60 };
  const app = createApp(open(store, { clock, log }), admitLoopback);
  return {
    ask: async ({ method, headers = {}, body }: Sent) => {
      const init = { method, headers: { ...TEXT, ...headers }, ...(body === undefined ? {} : { body }) };
      const response = await app.fetch(new Request(URL_OF_STREAM, init));
      const text = await response.text();
      const isProblem = response.headers.get('content-type') === 'application/problem+json';
      const problem: { code?: string; definite?: boolean } = isProblem ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, text, ...problem };
    },
  };
}

/** What a look at the stream shows, and what the request makes of it. */
interface Case {
  readonly sent: Sent;
  /** Whether the server has used the stream before. */
  readonly isKnown: boolean;
  readonly isThere?: false;
  /** What there is after the request has happened so many times. */
  seen(times: number): string;
}

const appended = (times: number) => `a${'b'.repeat(times)}`;
const APPEND = { method: 'POST', body: 'b' };
const CASES: Readonly<Record<string, Case>> = {
  'an append': { sent: APPEND, isKnown: true, seen: appended },
  'an append to a stream that this server has not seen': { sent: APPEND, isKnown: false, seen: appended },
  'an append of a producer': { sent: { ...APPEND, headers: PRODUCER }, isKnown: true, seen: appended },
  'an append on condition': {
    sent: { ...APPEND, headers: { 'if-match': AT_ONE } },
    isKnown: true,
    seen: appended,
  },
  'an append that closes': {
    sent: { ...APPEND, headers: { 'stream-closed': 'true' } },
    isKnown: true,
    seen: (times) => `${appended(times)}${times > 0 ? ' closed' : ''}`,
  },
  'a large append, for the next segment': {
    sent: { method: 'POST', body: 'b'.repeat(70) },
    isKnown: true,
    seen: (times) => appended(70 * times),
  },
  'a close': {
    sent: { method: 'POST', headers: { 'stream-closed': 'true' } },
    isKnown: true,
    seen: (times) => `a${times > 0 ? ' closed' : ''}`,
  },
  'a close of a producer': {
    sent: { method: 'POST', headers: { ...PRODUCER, 'stream-closed': 'true' } },
    isKnown: true,
    seen: (times) => `a${times > 0 ? ' closed' : ''}`,
  },
  'a creation': {
    sent: { method: 'PUT' },
    isKnown: false,
    isThere: false,
    seen: (times) => (times > 0 ? '' : 'none'),
  },
  'a creation with a record': {
    sent: { method: 'PUT', body: 'b' },
    isKnown: false,
    isThere: false,
    seen: (times) => (times > 0 ? 'b' : 'none'),
  },
  'a deletion': { sent: { method: 'DELETE' }, isKnown: true, seen: (times) => (times > 0 ? 'none' : 'a') },
  'a trimming': {
    sent: { method: 'PATCH', body: '{"before":2}' },
    isKnown: true,
    seen: (times) => (times > 0 ? '' : 'a'),
  },
};

async function lookAt(store: Store): Promise<string> {
  const { status, headers, text } = await serverOn(store).ask({ method: 'GET' });
  if (status === 404) return 'none';
  return `${text}${headers.get('stream-closed') === 'true' ? ' closed' : ''}`;
}

async function prepared({ isKnown, isThere }: Case) {
  const inner = new MemoryStore();
  const faults = failing(inner);
  const server = serverOn(faults.store);
  if (isThere !== false) {
    const creator = isKnown ? server : serverOn(inner);
    expect((await creator.ask({ method: 'PUT', body: 'a' })).status).toBe(201);
  }
  return { inner, faults, server };
}

describe.each(Object.entries(CASES))('%s', (_name, one) => {
  /** Checks the answer against what is there. Answers how often it has happened, and how many calls there were. */
  async function sendWith(fault: Fault) {
    const { inner, faults, server } = await prepared(one);
    faults.begin(fault);
    const answer = await server.ask(one.sent);
    const calls = faults.end();
    const seen = await lookAt(inner);
    const where = `${fault.kind} at ${fault.at}${fault.lasts ? ' and on' : ''}: ${answer.status} ${answer.code}`;
    expect([one.seen(0), one.seen(1)], where).toContain(seen);
    if (answer.status < 300) expect(seen, where).toBe(one.seen(1));
    else if (answer.definite) expect(seen, where).toBe(one.seen(0));
    // Nothing else is said of an outage. A 5xx is repeated by stock clients, so it must be definite.
    if (answer.status >= 300)
      expect(
        [
          [503, 'unavailable', true],
          [409, 'outcome-unknown', false],
        ],
        where,
      ).toContainEqual([answer.status, answer.code, answer.definite]);
    if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('1');
    return { inner, server, answer, calls, seen, where };
  }

  test.each<Kind>(['lost-before', 'lost-after', 'throttled'])(
    'one call of the store fails (%s): it is found out, and answered as if nothing had been',
    async (kind) => {
      for (let at = 1; at <= CALLS_MAX; at += 1) {
        const { answer, calls, where } = await sendWith({ kind, at, lasts: false });
        expect(answer.status, where).toBeLessThan(300);
        if (calls < at) return;
      }
      throw new Error('there are more calls than were thought');
    },
  );

  test.each<Kind>(['lost-before', 'lost-after', 'throttled'])(
    'the store is gone from a call on (%s): the answer says truly whether it can have happened',
    async (kind) => {
      for (let at = 1; at <= CALLS_MAX; at += 1) {
        const { inner, server, answer, calls, seen, where } = await sendWith({ kind, at, lasts: true });
        // What is sure not to have happened is sent again by any client; the rest by those who number it.
        const isRepeatable = answer.definite || one.sent.headers?.['producer-id'] !== undefined;
        if (answer.status >= 300 && isRepeatable) {
          const again = await server.ask(one.sent);
          expect(again.status, where).toBeLessThan(300);
          expect(await lookAt(inner), where).toBe(one.seen(1));
          const isNumbered = one.sent.headers?.['producer-id'] !== undefined;
          if (isNumbered) expect(again.headers.has('ordinal-repeated'), where).toBe(seen === one.seen(1));
        }
        if (calls < at) return;
      }
      throw new Error('there are more calls than were thought');
    },
  );
});
