// Goal: what many requests share costs once, what fails does not become a storm, and what goes in front of a
// command does not change what comes of it. Method: stores whose calls are counted, and that fail on demand.

import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { StoreError } from '../../src/log/store.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { serverOn, untilWaiting, virtualTime } from '../support/server-on.ts';

const TTL_MS = 10_000;

describe('many waiters', () => {
  test('cost the store no more than one', async () => {
    const reads = async (count: number) => {
      const faulty = faultyStore(new MemoryStore());
      const { locks } = serverOn(faulty.store, systemClock);
      await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
      const end = new AbortController();
      const waiting = Array.from({ length: count }, (_, index) =>
        locks.acquire('l', { lease: `l${index}`, ttlMs: TTL_MS, waitMs: 60_000, signal: end.signal }),
      );
      await untilWaiting({ locks }, count);
      faulty.calls.length = 0;
      for (let turn = 0; turn < 20; turn += 1) await locks.release('l', turn === 0 ? 'ada' : `l${turn - 1}`);
      const calls = faulty.calls.length;
      end.abort();
      await Promise.all(waiting);
      return calls;
    };
    const forFew = await reads(20);
    const forMany = await reads(100);
    // Polls may happen to come meanwhile.
    expect(forMany).toBeLessThanOrEqual(forFew + 10);
  });

  test('end a lease that is due with one proposal', async () => {
    const { newProcess, outcomeOf, pass } = virtualTime();
    const { locks, kernel } = serverOn(new MemoryStore(), newProcess().clock);
    await outcomeOf(locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS }));
    const before = kernel.replica.position;
    const waiting = Array.from({ length: 50 }, (_, index) =>
      locks.acquire('l', { lease: `l${index}`, ttlMs: TTL_MS * 100, waitMs: TTL_MS * 2 }),
    );
    expect(await outcomeOf(Promise.race(waiting))).toMatchObject({ kind: 'acquired', lease: 'l0' });
    await pass(TTL_MS * 2);
    // Fifty places, and the end of one lease.
    expect(kernel.replica.position - before).toBe(51);
  });
});

describe('an outage', () => {
  test('a wait for a lease that is due asks the store now and then, and not all the time', async () => {
    let isDown = false;
    let calls = 0;
    const store = new InterceptedStore(new MemoryStore(), async (_method, run) => {
      calls += 1;
      if (isDown) throw new StoreError('down', { definite: true, retryable: false });
      return run();
    });
    const { newProcess, outcomeOf, pass } = virtualTime();
    const { leases, kernel } = serverOn(store, newProcess().clock);
    await outcomeOf(leases.grant('ada', TTL_MS));
    await pass(TTL_MS);
    isDown = true;
    calls = 0;
    const never = { kind: 'waiting' };
    const waited = await outcomeOf(
      kernel.settle(
        () => never,
        () => true,
        30_000,
      ),
    );
    expect(waited).toMatchObject(never);
    // For half a minute, once a second or so, and as often by the one who follows.
    expect(calls).toBeLessThan(200);
  });
});

describe('the end of leases in front of a command', () => {
  test('a repeated idempotency key gets the first result, whatever is ended in front of it', async () => {
    const clock = new ManualClock();
    const { sequences, leases } = serverOn(new MemoryStore(), clock);
    const next = () => sequences.next('s', { count: 5, idempotencyKey: 'once' });
    await leases.grant('ada', TTL_MS);
    clock.pass(TTL_MS);
    const first = await next();
    expect(first).toMatchObject({ kind: 'next', first: 1, last: 5 });
    await leases.grant('ada', TTL_MS);
    clock.pass(TTL_MS);
    expect(await next()).toEqual(first);
    expect(await leases.lookUp('ada')).toMatchObject({ kind: 'not-found' });
    expect(await sequences.lookUp('s')).toMatchObject({ last: 5 });
  });

  test('both together may be larger than an append', async () => {
    const clock = new ManualClock();
    const namespace = serverOn(new MemoryStore(), clock);
    for (let index = 0; index < 250; index += 1) {
      await namespace.leases.grant(`dead-${index}-`.padEnd(128, '.'), TTL_MS);
    }
    clock.pass(TTL_MS);
    const value = 'x'.repeat(58_000);
    const then = ['a', 'b', 'c', 'd'].map((key) => ({ kind: 'put', key, value }) as const);
    expect(await namespace.transact({ then })).toMatchObject({ kind: 'done' });
    expect(namespace.kernel.glance(({ leases }) => [...leases.values()])).toEqual([]);
  });

  test('a late proposal for a lease that ended and was granted again has no effect', async () => {
    const { leases, kernel, groups } = serverOn(new MemoryStore());
    await groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS });
    const renewedAt = kernel.glance((state) => state.lease('ada')?.renewedAt) ?? 0;
    await leases.revoke('ada');
    await groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS });
    const submitted = await kernel.replica.submit({ kind: 'expire', leases: [{ lease: 'ada', renewedAt }] });
    expect(submitted).toMatchObject({ result: { kind: 'expired', leases: [] } });
    expect(await groups.members('g')).toMatchObject({ members: [{ name: 'm', lease: 'ada' }] });
  });

  test('a server that is behind looks before it proposes, and ends nothing that was renewed', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const [one, other] = [serverOn(store, clock), serverOn(store, clock)];
    await one.leases.grant('ada', TTL_MS);
    await other.leases.lookUp('ada');
    clock.pass(TTL_MS / 2);
    await one.leases.renew(['ada']);
    clock.pass(TTL_MS / 2);
    await other.kernel.expireDue();
    expect(await one.leases.lookUp('ada')).toMatchObject({ kind: 'lease', position: 2 });
    clock.pass(TTL_MS / 2);
    // By the clock of the one that saw the renewal come.
    await one.kernel.expireDue();
    expect(await other.leases.lookUp('ada')).toMatchObject({ kind: 'not-found', position: 3 });
  });
});
