// Goal: whatever is lost on the way, a client's change is carried out at most once, and what it says of a
// failure is true. Method: the real app behind a transport that loses requests and answers; what the log
// holds decides who was right.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { connect } from '../../src/client/client.ts';
import { NotSentError, type Transport } from '../../src/client/transport.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';

type Fate = 'fine' | 'not sent' | 'lost before' | 'lost after' | 'throttled' | 'bad gateway';

const clientWith = (transport: Transport, timeoutMs = 20_000) =>
  connect(transport, { timeoutMs, clock: new ManualClock() });

/** The app, and a way to it on which each request meets the next of these fates. */
function unreliable(fates: readonly Fate[]) {
  const app = createApp(open(new MemoryStore()), admitOperator, { longPollMs: 10 });
  const left = [...fates];
  const transport: Transport = async (request) => {
    const fate = left.shift() ?? 'fine';
    switch (fate) {
      case 'not sent':
        throw new NotSentError('no route');
      case 'lost before':
        throw new TypeError('fetch failed');
      case 'throttled':
        return new Response('{"Message":"Too many"}', { status: 429 });
      case 'bad gateway':
        await app.fetch(request);
        return new Response('Bad Gateway', { status: 502 });
      case 'lost after':
        await app.fetch(request);
        throw new TypeError('fetch failed');
      case 'fine':
        return app.fetch(request);
    }
  };
  return { app, transport, reliable: clientWith((request) => app.fetch(request)) };
}

const fates = fc.array(
  fc.constantFrom<Fate>('fine', 'not sent', 'lost before', 'lost after', 'throttled', 'bad gateway'),
  { maxLength: 6 },
);

describe('whatever is lost', () => {
  test('a lock, a place in its queue, a membership and numbers are had once', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (all) => {
        const lossy = unreliable(all);
        const there = lossy.reliable.namespace();
        const { locks, groups, sequences, leases } = clientWith(lossy.transport).namespace();
        const ttlMs = 600_000;
        const mine = await locks.acquire('l', { ttlMs });
        expect(mine).toMatchObject({ kind: 'acquired', token: 1 });
        expect(await locks.acquire('l', { lease: 'ada', ttlMs, waitMs: 1 })).toMatchObject({ place: 1 });
        expect(await locks.acquire('l', { lease: 'ada', waitMs: 1 })).toMatchObject({ place: 1 });
        expect(await there.locks.lookUp('l')).toMatchObject({
          holders: { length: 1 },
          waiters: { length: 1 },
        });
        expect((await groups.join('g', 'm', { lease: 'ada' })).kind).toMatch(/^(joined|updated)$/);
        expect(await there.groups.members('g')).toMatchObject({ members: { length: 1 } });
        expect(await sequences.next('s', { count: 5 })).toMatchObject({ kind: 'next', first: 1, last: 5 });
        expect(await leases.renew(['ada'])).toMatchObject({ ttlsMs: [ttlMs] });
        expect(await there.sequences.lookUp('s')).toMatchObject({ last: 5 });
      }),
      { numRuns: 50 },
    );
  });

  test('a claim is made once, by the one who made it', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (all) => {
        const { transport, reliable } = unreliable(all);
        const mine = await clientWith(transport).names().claim('ann', 'me');
        expect(mine).toMatchObject({ kind: 'claimed', position: 1 });
        expect(await reliable.names().claim('ann', 'you')).toMatchObject({
          kind: 'taken',
          holder: { owner: 'me' },
        });
      }),
    );
  });

  test('a claim, a release, a claim by somebody else: a late answer is still the first one', async () => {
    const { transport, reliable } = unreliable(['lost after']);
    const names = clientWith(transport).names();
    const key = { idempotencyKey: 'one' };
    await names.claim('ann', 'me', key);
    await reliable.names().release('ann', 'me');
    await reliable.names().claim('ann', 'you');
    expect(await names.claim('ann', 'me', key)).toMatchObject({ kind: 'claimed', position: 1 });
  });

  test('an append happens at most once, and says so when it may have', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (all) => {
        const { transport, reliable } = unreliable(all);
        await reliable.stream('s').create();
        const answer = await clientWith(transport).stream('s').append('[1]');
        const read = await reliable.stream('s').read();
        const count = read.kind === 'data' ? JSON.parse(Buffer.from(read.body).toString()).length : -1;
        if (answer.kind === 'appended') expect(count).toBe(1);
        else {
          expect(answer.kind).toBe('failed');
          if (answer.kind === 'failed' && answer.definite) expect(count).toBe(0);
          expect(count).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('when nothing ever goes through: failed, and definite only if nothing can have happened', async () => {
    const never = async (fate: Fate) => {
      const { transport } = unreliable(Array.from({ length: 1000 }, () => fate));
      return clientWith(transport, 3000).names().claim('ann', 'me');
    };
    expect(await never('not sent')).toMatchObject({ kind: 'failed', definite: true });
    expect(await never('throttled')).toMatchObject({ kind: 'failed', definite: true });
    expect(await never('lost before')).toMatchObject({ kind: 'failed', definite: false });
    expect(await never('bad gateway')).toMatchObject({ kind: 'failed', definite: false });
  });
});

describe('what comes from somebody else, or breaks off', () => {
  const answering = (...answers: (Response | Error)[]) => {
    const left = [...answers];
    return clientWith(async () => {
      const next = left.shift();
      if (next instanceof Response) return next;
      throw next ?? new TypeError('fetch failed');
    }, 500);
  };

  test('a refusal at the door after a try that may have had an effect: nobody knows', async () => {
    for (const status of [401, 403, 404]) {
      const refusal = new Response('no', { status });
      const names = answering(new TypeError('fetch failed'), refusal).names();
      expect(await names.claim('ann', 'me')).toMatchObject({ kind: 'failed', definite: false });
    }
    const unsent = answering(new NotSentError('no route'), new Response('no', { status: 403 })).names();
    expect(await unsent.claim('ann', 'me')).toMatchObject({ kind: 'rejected', code: 'http-403' });
  });

  test('a page of a proxy with status 200 acknowledges nothing', async () => {
    const page = () => new Response('<html>sign in</html>', { status: 200 });
    expect(await answering(page()).stream('s').append('1')).toMatchObject({
      kind: 'failed',
      definite: false,
    });
    expect(await answering(page()).names().claim('ann', 'me')).toMatchObject({
      kind: 'failed',
      definite: false,
    });
    expect(await answering(page()).names().lookUp('ann')).toMatchObject({ kind: 'failed' });
  });

  test('a problem document that breaks off is not taken for a refusal', async () => {
    const headers = { 'content-type': 'application/problem+json', 'ordinal-code': 'outcome-unknown' };
    const broken = new Response('{"code":"outc', { status: 409, headers });
    expect(await answering(broken).stream('s').append('1')).toMatchObject({
      kind: 'failed',
      definite: false,
    });
  });

  test('an answer that breaks off is asked for again', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError('terminated'));
      },
    });
    const headers = { 'ordinal-position': '1' };
    const whole = Response.json({ name: 'ann', owner: 'me', claimedAt: 1 }, { status: 200, headers });
    const names = answering(new Response(body, { status: 201, headers }), whole).names();
    expect(await names.claim('ann', 'me')).toMatchObject({ kind: 'already-yours', position: 1 });
  });

  test('a failure that no other try would change is told at once', async () => {
    let asked = 0;
    const client = clientWith(async () => {
      asked += 1;
      throw new NotSentError('no such function', { retryable: false });
    });
    expect(await client.names().claim('ann', 'me')).toMatchObject({ kind: 'failed', definite: true });
    expect(asked).toBe(1);
    const unsent = connect('nowhere', { clock: new ManualClock() });
    expect(await unsent.names().claim('ann', 'me')).toMatchObject({ kind: 'failed', definite: true });
    const names = answering(
      new TypeError('fetch failed'),
      new NotSentError('gone', { retryable: false }),
    ).names();
    expect(await names.claim('ann', 'me')).toMatchObject({
      kind: 'failed',
      definite: false,
      message: 'gone',
    });
  });

  test('a reader that waits is given the time that the server waits, too', async () => {
    const headers = {
      'stream-next-offset': '0000000000000000_0000000000000007',
      'stream-up-to-date': 'true',
    };
    const transport: Transport = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return new Response(null, { status: 204, headers });
    };
    const stream = connect(transport, { timeoutMs: 20 }).stream('s');
    expect(await stream.read(7, { wait: true })).toMatchObject({ kind: 'data', next: 7 });
    expect(await stream.read(7)).toMatchObject({ kind: 'failed' });
  });

  test('a transport that never answers is given up', async () => {
    const client = connect(() => new Promise(() => undefined), { timeoutMs: 50 });
    expect(await client.names().claim('ann', 'me')).toMatchObject({ kind: 'failed', definite: false });
  });
});

test('no part of a name or path climbs', async () => {
  const { reliable } = unreliable([]);
  for (const path of ['..', 'a/../b', './a', 'a/.']) expect(() => reliable.stream(path)).toThrow(RangeError);
  expect(() => reliable.names('..')).toThrow(RangeError);
  for (const name of ['.', '..']) {
    expect(await reliable.names().claim(name, 'me')).toMatchObject({ kind: 'rejected' });
    expect(await reliable.names().lookUp(name)).toMatchObject({ kind: 'rejected' });
  }
  expect(await reliable.names().claim('...', 'me')).toMatchObject({ kind: 'claimed' });
});

test('what is refused before Ordinal is rejected at once', async () => {
  let asked = 0;
  const client = clientWith(async () => {
    asked += 1;
    return new Response('{"Message":"Forbidden"}', { status: 403 });
  });
  expect(await client.names().claim('ann', 'me')).toMatchObject({ kind: 'rejected', code: 'http-403' });
  expect(asked).toBe(1);
});
