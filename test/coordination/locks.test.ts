// Goal: a lock is held by one lease at a time, granted in the order of asking, and its tokens only grow. Method: two servers on one store,
// with clocks that the test moves.

import { describe, expect, test } from 'vitest';
import type { AcquireResult } from '../../src/api/locks.ts';
import { systemClock } from '../../src/clock.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { serverOn, untilWaiting, virtualTime } from '../support/server-on.ts';

const TTL_MS = 10_000;
const HOUR_MS = 3_600_000;

describe('a lock', () => {
  test('is held by one, and tried by others in vain', async () => {
    const { locks, leases } = serverOn(new MemoryStore());
    await leases.grant('ada', TTL_MS);
    expect(await locks.acquire('l', { lease: 'ada' })).toEqual({
      kind: 'acquired',
      lease: 'ada',
      token: 2,
      position: 2,
    });
    expect(await locks.acquire('l', { ttlMs: TTL_MS, lease: 'bob' })).toMatchObject({
      kind: 'held',
      holder: { lease: 'ada', token: 2 },
      place: undefined,
    });
    expect(await leases.lookUp('bob')).toMatchObject({ kind: 'not-found' });
    expect(await locks.acquire('l', { lease: 'ada' })).toMatchObject({ kind: 'acquired', token: 2 });
    expect(await locks.release('l', 'ada')).toMatchObject({ kind: 'released' });
    expect(await locks.release('l', 'ada')).toMatchObject({ kind: 'not-held' });
    expect(await locks.acquire('l', { ttlMs: TTL_MS, lease: 'bob' })).toMatchObject({ kind: 'acquired' });
  });

  test('goes to those who wait in the order in which they came, with growing tokens', async () => {
    const store = new MemoryStore();
    const servers = [serverOn(store, systemClock), serverOn(store, systemClock)] as const;
    const [{ locks }] = servers;
    const held = await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    const told: { lease: string; token: number }[] = [];
    const note = (result: AcquireResult) => {
      if (result.kind === 'acquired') told.push({ lease: result.lease, token: result.token });
    };
    note(held);
    const waiting: Promise<void>[] = [];
    for (const [index, lease] of ['bob', 'cid', 'dan', 'eve'].entries()) {
      const server = servers[index % 2 === 0 ? 0 : 1];
      waiting.push(server.locks.acquire('l', { lease, ttlMs: TTL_MS, waitMs: 60_000 }).then(note));
      await untilWaiting(servers[0], index + 1);
    }
    for (const [index, lease] of ['ada', 'bob', 'cid', 'dan'].entries()) {
      await locks.release('l', lease);
      while (told.length < index + 2) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(waiting);
    expect(told.map(({ lease }) => lease)).toEqual(['ada', 'bob', 'cid', 'dan', 'eve']);
    const tokens = told.map(({ token }) => token);
    expect(tokens).toEqual(tokens.toSorted((one, other) => one - other));
    expect(new Set(tokens).size).toBe(5);
  });

  test('a place in the queue is kept when the wait is over, and left with the lease', async () => {
    const { locks, leases } = serverOn(new MemoryStore(), systemClock);
    await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    const ask = (lease: string) => locks.acquire('l', { lease, ttlMs: TTL_MS, waitMs: 1 });
    expect(await ask('bob')).toMatchObject({ kind: 'held', holder: { lease: 'ada' }, place: 1 });
    expect(await ask('cid')).toMatchObject({ kind: 'held', place: 2 });
    expect(await ask('bob')).toMatchObject({ kind: 'held', place: 1 });
    expect(await leases.revoke('bob')).toMatchObject({ kind: 'revoked' });
    expect(await ask('cid')).toMatchObject({ kind: 'held', place: 1 });
    expect(await leases.revoke('ada')).toMatchObject({ kind: 'revoked' });
    expect(await ask('cid')).toMatchObject({ kind: 'acquired' });
  });

  test('a wait ends when its lease does', async () => {
    const { locks, leases } = serverOn(new MemoryStore(), systemClock);
    await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    const waiting = locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS, waitMs: 60_000 });
    await untilWaiting({ locks }, 1);
    await leases.revoke('bob');
    expect(await waiting).toMatchObject({ kind: 'lease-not-found' });
  });

  test('a lease that is not there holds no lock', async () => {
    const { locks } = serverOn(new MemoryStore());
    expect(await locks.acquire('l', { lease: 'nobody' })).toMatchObject({ kind: 'lease-not-found' });
    expect(await locks.lookUp('l')).toMatchObject({ holders: [], waiters: [] });
  });

  test('a holder that vanished is replaced by a try at a server that knew nothing of it', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    await serverOn(store, clock).locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    clock.pass(10 * TTL_MS);
    const taken = await serverOn(store, clock).locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS });
    expect(taken).toMatchObject({ kind: 'acquired', lease: 'bob' });
  });

  test('a holder that vanishes is replaced when its time to live is over, in one round trip', async () => {
    const faulty = faultyStore(new MemoryStore());
    const clock = new ManualClock();
    const { locks } = serverOn(faulty.store, clock);
    const held = await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    clock.pass(TTL_MS - 1);
    expect(await locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({ kind: 'held' });
    clock.pass(1);
    faulty.calls.length = 0;
    const taken = await locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS });
    expect(taken).toMatchObject({ kind: 'acquired', lease: 'bob' });
    expect(faulty.calls).toEqual(['update']);
    expect(taken.kind === 'acquired' && held.kind === 'acquired' && taken.token > held.token).toBe(true);
    expect(await locks.release('l', 'ada')).toMatchObject({ kind: 'not-held' });
  });

  test('a server that has just come ends leases by the writers time and an allowance', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    await serverOn(store, clock).locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    clock.pass(TTL_MS + 4999);
    const fresh = serverOn(store, clock);
    expect(await fresh.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({ kind: 'held' });
    clock.pass(1);
    expect(await fresh.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({
      kind: 'acquired',
    });
  });

  test('of several holders as many as are allowed get it', async () => {
    const { locks } = serverOn(new MemoryStore());
    const ask = (lease: string) => locks.acquire('s', { lease, ttlMs: TTL_MS, holders: 2 });
    expect(await ask('ada')).toMatchObject({ kind: 'acquired' });
    expect(await ask('bob')).toMatchObject({ kind: 'acquired' });
    expect(await ask('cid')).toMatchObject({ kind: 'held', holder: { lease: 'ada' }, place: undefined });
    expect(await locks.acquire('s', { lease: 'cid', ttlMs: TTL_MS })).toMatchObject({
      kind: 'holders-mismatch',
    });
    await locks.release('s', 'ada');
    expect(await ask('cid')).toMatchObject({ kind: 'acquired' });
  });

  test('asked for again, after a lost answer or a pause, it gives the same token or the same place', async () => {
    const { locks } = serverOn(new MemoryStore(), systemClock);
    const first = await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    expect(await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS })).toMatchObject({
      kind: 'acquired',
      token: first.kind === 'acquired' ? first.token : 0,
    });
    const waiting = { lease: 'bob', ttlMs: TTL_MS, waitMs: 1 };
    await locks.acquire('l', waiting);
    await locks.acquire('l', { ...waiting, lease: 'cid' });
    expect(await locks.acquire('l', waiting)).toMatchObject({ kind: 'held', place: 1 });
    // Also a try does not take its place away.
    expect(await locks.acquire('l', { lease: 'bob' })).toMatchObject({ kind: 'held', place: 1 });
    expect(await locks.lookUp('l')).toMatchObject({ waiters: [{ lease: 'bob' }, { lease: 'cid' }] });
  });

  test('a late release after the lease has ended takes nothing from the next holder', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const [one, other] = [serverOn(store, clock), serverOn(store, clock)];
    await one.locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    await other.locks.lookUp('l');
    clock.pass(TTL_MS);
    expect(await other.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({
      kind: 'acquired',
    });
    // The first server has seen nothing of that yet.
    expect(await one.locks.release('l', 'ada')).toMatchObject({ kind: 'not-held' });
    expect(await one.locks.lookUp('l')).toMatchObject({ holders: [{ lease: 'bob' }], waiters: [] });
  });

  test('a waiter whose process has died holds up the next ones for its time to live', async () => {
    const store = new MemoryStore();
    const { time, newProcess, outcomeOf, pass } = virtualTime();
    const dead = newProcess();
    const [one, other] = [serverOn(store, dead.clock), serverOn(store, newProcess().clock)];
    await outcomeOf(other.locks.acquire('l', { lease: 'ada', ttlMs: HOUR_MS }));
    void one.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS, waitMs: HOUR_MS });
    await pass(1000);
    dead.kill();
    const begun = time.nowMs;
    const next = other.locks.acquire('l', { lease: 'cid', ttlMs: HOUR_MS, waitMs: HOUR_MS });
    await outcomeOf(other.locks.release('l', 'ada'));
    expect(await outcomeOf(next)).toMatchObject({ kind: 'acquired', lease: 'cid' });
    // From the moment at which the live one has first seen the lease of the dead one.
    expect(time.nowMs - begun).toBe(TTL_MS);
    expect(await outcomeOf(other.leases.lookUp('bob'))).toMatchObject({ kind: 'not-found' });
  });

  test('servers whose clocks are hours apart end a lease by what they have seen', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const ahead = new ManualClock();
    ahead.wallMs += HOUR_MS;
    const [writer, other] = [serverOn(store, ahead), serverOn(store, clock)];
    await writer.locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    expect(await other.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({ kind: 'held' });
    clock.pass(TTL_MS - 1);
    expect(await other.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({ kind: 'held' });
    clock.pass(1);
    expect(await other.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({
      kind: 'acquired',
    });
  });

  test('a lease that is renewed elsewhere outlives a server that has not looked for long', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const [one, other] = [serverOn(store, clock), serverOn(store, clock)];
    await one.locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
    await other.locks.lookUp('l');
    for (let turn = 0; turn < 10; turn += 1) {
      clock.pass(TTL_MS / 2);
      await one.leases.renew(['ada']);
    }
    // By what it has seen the lease is over, and so it proposes.
    expect(await other.locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({ kind: 'held' });
    expect(await other.locks.lookUp('l')).toMatchObject({ holders: [{ lease: 'ada' }] });
  });

  test.each([Number.NaN, -1])('no wait of %j milliseconds', async (waitMs) => {
    const { locks, elections } = serverOn(new MemoryStore(), systemClock);
    const invalid = { kind: 'rejected', code: 'invalid-request' };
    expect(await locks.acquire('l', { ttlMs: TTL_MS, waitMs })).toMatchObject(invalid);
    expect(await elections.campaign('e', { ttlMs: TTL_MS, waitMs })).toMatchObject(invalid);
    expect(await locks.lookUp('l')).toMatchObject({ position: 0 });
  });
});

describe('a lock with several holders', () => {
  test.each([
    ['on a server that knows the lock', true],
    ['on one that has just come', false],
  ])('a try in vain makes no lease and takes no place: %s', async (_what, knows) => {
    const store = new MemoryStore();
    const one = serverOn(store);
    const ask = ({ locks }: typeof one, lease: string) =>
      locks.acquire('s', { lease, ttlMs: TTL_MS, holders: 2 });
    await ask(one, 'ada');
    await ask(one, 'bob');
    const server = knows ? one : serverOn(store);
    expect(await ask(server, 'cid')).toMatchObject({
      kind: 'held',
      holder: { lease: 'ada' },
      place: undefined,
    });
    expect(server.kernel.replica.position).toBe(knows ? 2 : 3);
    expect(await server.leases.lookUp('cid')).toMatchObject({ kind: 'not-found' });
  });

  test('tries of many servers at once fill it, and no more than that', async () => {
    const store = new MemoryStore();
    const servers = Array.from({ length: 8 }, () => serverOn(store));
    const results = await Promise.all(
      servers.map(({ locks }, index) =>
        locks.acquire('s', { lease: `lease-${index}`, ttlMs: TTL_MS, holders: 3 }),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'acquired')).toHaveLength(3);
    expect(results.filter(({ kind }) => kind === 'held')).toHaveLength(5);
    const read = await servers[0]?.locks.lookUp('s');
    expect(read).toMatchObject({ holders: { length: 3 }, waiters: [] });
  });

  test('of a holder that vanishes the place is given to a try in one round trip, with a greater token', async () => {
    const faulty = faultyStore(new MemoryStore());
    const clock = new ManualClock();
    const { locks } = serverOn(faulty.store, clock);
    const ask = (lease: string) => locks.acquire('s', { lease, ttlMs: TTL_MS, holders: 2 });
    await ask('ada');
    clock.pass(1);
    await ask('bob');
    clock.pass(TTL_MS - 1);
    faulty.calls.length = 0;
    expect(await ask('cid')).toMatchObject({ kind: 'acquired', lease: 'cid' });
    expect(faulty.calls).toEqual(['update']);
    const read = await locks.lookUp('s');
    expect(read).toMatchObject({ holders: [{ lease: 'bob' }, { lease: 'cid' }], waiters: [] });
  });

  test('a try behind a holder that was renewed elsewhere is no third place', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const [one, other] = [serverOn(store, clock), serverOn(store, clock)];
    const ask = (server: typeof one, lease: string) =>
      server.locks.acquire('s', { lease, ttlMs: TTL_MS, holders: 2 });
    await ask(one, 'ada');
    await ask(one, 'bob');
    await other.locks.lookUp('s');
    clock.pass(TTL_MS - 1);
    await one.leases.renew(['ada', 'bob']);
    clock.pass(1);
    expect(await ask(other, 'cid')).toMatchObject({ kind: 'held', place: undefined });
    expect(await other.locks.lookUp('s')).toMatchObject({ holders: { length: 2 }, waiters: [] });
  });
});
