// Goal: an election has one leader, followed by those who asked after it, and observers hear of the last
// leader at least. Method: two servers on one store.

import { describe, expect, test } from 'vitest';
import { OrdinalError } from '../../src/api/error.ts';
import { systemClock } from '../../src/clock.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { serverOn, virtualTime } from '../support/server-on.ts';

const TTL_MS = 10_000;

const valueIn = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('an election', () => {
  test('the first candidate leads, the next one follows when it resigns', async () => {
    const { elections } = serverOn(new MemoryStore());
    const [ada, bob] = [
      { lease: 'ada', ttlMs: TTL_MS, value: 'ada:1' },
      { lease: 'bob', ttlMs: TTL_MS, value: 'bob:1' },
    ];
    const first = await elections.campaign('e', ada);
    expect(first).toMatchObject({ kind: 'elected', lease: 'ada', term: 1 });
    expect(await elections.campaign('e', bob)).toMatchObject({
      kind: 'waiting',
      lease: 'bob',
      leader: { lease: 'ada', term: 1 },
      place: 1,
    });
    expect(await elections.lookUp('e')).toMatchObject({ leader: { lease: 'ada' }, candidates: 2 });
    expect(await elections.resign('e', 'ada')).toMatchObject({ kind: 'resigned' });
    expect(await elections.resign('e', 'ada')).toMatchObject({ kind: 'not-candidate' });
    const second = await elections.campaign('e', bob);
    expect(second).toMatchObject({ kind: 'elected', lease: 'bob' });
    const terms = [first, second].map((result) => (result.kind === 'elected' ? result.term : 0));
    expect(terms[1]).toBeGreaterThan(terms[0] ?? 0);
  });

  test('asking again changes neither the place nor what was proclaimed', async () => {
    const { elections, kernel } = serverOn(new MemoryStore());
    const ask = () => elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS, value: 'first' });
    const first = await ask();
    expect(await elections.proclaim('e', 'ada', 'second')).toMatchObject({ kind: 'proclaimed' });
    const { position } = kernel.replica;
    expect(await ask()).toEqual({ ...first, position });
    expect(kernel.replica.position).toBe(position);
    const read = await elections.lookUp('e');
    expect(valueIn(read.kind === 'leader' ? read.leader?.value : undefined)).toBe('second');
  });

  test('only the leader proclaims', async () => {
    const { elections, leases } = serverOn(new MemoryStore());
    const notLeader = { kind: 'not-leader' };
    expect(await elections.proclaim('e', 'ada', 'x')).toMatchObject(notLeader);
    await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS });
    await elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS });
    expect(await elections.proclaim('e', 'bob', 'x')).toMatchObject(notLeader);
    expect(await elections.proclaim('e', 'ada', 'x')).toMatchObject({ kind: 'proclaimed' });
    await leases.revoke('ada');
    expect(await elections.proclaim('e', 'ada', 'y')).toMatchObject(notLeader);
    expect(await elections.proclaim('e', 'bob', 'y')).toMatchObject({ kind: 'proclaimed' });
  });

  test('a candidate that resigns while it waits is told that it has no place', async () => {
    const { elections } = serverOn(new MemoryStore(), systemClock);
    await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS });
    await elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS });
    const waiting = elections.campaign('e', { lease: 'bob', waitMs: 60_000 });
    await elections.resign('e', 'bob');
    // The lease is there, so nothing else may be said of it.
    expect(await waiting).toMatchObject({ kind: 'waiting', place: undefined, leader: { lease: 'ada' } });
  });

  test('a candidate whose lease ends while it waits is told so', async () => {
    const { elections, leases } = serverOn(new MemoryStore(), systemClock);
    await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS });
    await elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS });
    const waiting = elections.campaign('e', { lease: 'bob', waitMs: 60_000 });
    await leases.revoke('bob');
    expect(await waiting).toMatchObject({ kind: 'lease-not-found' });
  });

  test('a leader that vanishes is followed by a candidate of another server', async () => {
    const store = new MemoryStore();
    const { time, newProcess, outcomeOf } = virtualTime();
    const dead = newProcess();
    const [one, other] = [serverOn(store, dead.clock), serverOn(store, newProcess().clock)];
    await outcomeOf(one.elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS }));
    dead.kill();
    const next = { lease: 'bob', ttlMs: TTL_MS * 10, waitMs: TTL_MS * 2 };
    expect(await outcomeOf(other.elections.campaign('e', next))).toMatchObject({ kind: 'elected' });
    expect(time.nowMs).toBe(TTL_MS);
  });
});

describe('observers', () => {
  test('hear of every leader that stays, also of the changes of another server', async () => {
    const store = new MemoryStore();
    const [one, other] = [serverOn(store, systemClock), serverOn(store, systemClock)];
    const end = new AbortController();
    const seen = one.elections.observe('e', end.signal)[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await seen.next();
      return value ? `${value.lease} ${valueIn(value.value)}` : 'nobody';
    };
    expect(await next()).toBe('nobody');
    await other.elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS, value: '1' });
    expect(await next()).toBe('ada 1');
    await other.elections.proclaim('e', 'ada', '2');
    expect(await next()).toBe('ada 2');
    // That others wait changes nothing for them.
    await other.elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS, value: '3' });
    await other.elections.resign('e', 'ada');
    expect(await next()).toBe('bob 3');
    await other.leases.revoke('bob');
    expect(await next()).toBe('nobody');
    const last = seen.next();
    end.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  test('that come between two changes miss the first of them only', async () => {
    const { elections } = serverOn(new MemoryStore(), systemClock);
    const end = new AbortController();
    const seen = elections.observe('e', end.signal)[Symbol.asyncIterator]();
    await seen.next();
    await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS });
    await elections.resign('e', 'ada');
    await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS });
    // It is the same candidate, and another term.
    expect((await seen.next()).value).toMatchObject({ lease: 'ada', term: 3 });
    end.abort();
  });

  test('the iteration ends with an OrdinalError for a name that cannot be', async () => {
    const { elections, groups } = serverOn(new MemoryStore());
    for (const seen of [elections.observe('a\0b'), groups.observe('')]) {
      const first = seen[Symbol.asyncIterator]().next();
      await expect(first).rejects.toThrow(OrdinalError);
      await expect(first).rejects.toMatchObject({ code: 'invalid-request' });
    }
  });
});
