// Goal: a lock is held by one lease at a time, granted in the order of asking, and its tokens only grow. Method: two servers on one store,
// with clocks that the test moves.

import { describe, expect, test } from 'vitest';
import type { AcquireResult } from '../../src/api/locks.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { Replica } from '../../src/replica/replica.ts';
import { Namespace } from '../../src/service/namespace.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TTL_MS = 10_000;

function serverOn(store: Store, clock: Clock = new ManualClock()) {
  const replica = new Replica(kernel, store, new Log(store, 'namespace', { clock }), { clock });
  return new Namespace(new Kernel(replica, { clock }));
}

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

  async function untilWaiting(server: Pick<Namespace, 'locks'>, count: number): Promise<void> {
    for (;;) {
      const read = await server.locks.lookUp('l');
      if (read.kind === 'lock' && read.waiters.length >= count) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

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
});
