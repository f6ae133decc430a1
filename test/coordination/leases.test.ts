// Goal: a lease lives as long as it is renewed, and takes its keys with it. Method: one server or two, with
// clocks that the test moves.

import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { serverOn } from '../support/server-on.ts';

const TTL_MS = 10_000;

describe('a lease', () => {
  test('grant, look up, renew, revoke', async () => {
    const clock = new ManualClock();
    const { leases, keys } = serverOn(new MemoryStore(), clock);
    expect(await leases.grant('ada', TTL_MS)).toEqual({
      kind: 'granted',
      position: 1,
      lease: 'ada',
      ttlMs: TTL_MS,
    });
    // It stays as it is.
    expect(await leases.grant('ada', 1)).toMatchObject({ kind: 'exists', ttlMs: TTL_MS });
    await keys.put('k', 'v', { lease: 'ada' });
    clock.pass(TTL_MS - 1);
    expect(await leases.lookUp('ada')).toMatchObject({ kind: 'lease', ttlMs: TTL_MS, leftMs: 1, keys: 1 });
    expect(await leases.renew(['ada', 'bob', 'ada'])).toMatchObject({
      kind: 'renewed',
      ttlsMs: [TTL_MS, undefined, TTL_MS],
    });
    expect(await leases.lookUp('ada')).toMatchObject({ leftMs: TTL_MS });
    expect(await leases.revoke('ada')).toMatchObject({ kind: 'revoked' });
    expect(await leases.revoke('ada')).toMatchObject({ kind: 'not-found' });
    expect(await keys.get('k')).toMatchObject({ kind: 'not-found' });
  });

  test('its id can be granted again once its time is over, without the keys of the first', async () => {
    const clock = new ManualClock();
    const { leases, keys } = serverOn(new MemoryStore(), clock);
    await leases.grant('ada', TTL_MS);
    await keys.put('k', 'v', { lease: 'ada' });
    clock.pass(TTL_MS);
    expect(await leases.grant('ada', TTL_MS)).toMatchObject({ kind: 'granted' });
    expect(await keys.get('k')).toMatchObject({ kind: 'not-found' });
    expect(await leases.lookUp('ada')).toMatchObject({ leftMs: TTL_MS, keys: 0 });
  });

  test('a renewal that comes when the time is over comes too late', async () => {
    const clock = new ManualClock();
    const { leases } = serverOn(new MemoryStore(), clock);
    await leases.grant('ada', TTL_MS);
    clock.pass(TTL_MS);
    expect(await leases.renew(['ada'])).toMatchObject({ kind: 'renewed', ttlsMs: [undefined] });
  });

  test('a key that moves to another lease goes with that one', async () => {
    const { leases, keys } = serverOn(new MemoryStore());
    await leases.grant('ada', TTL_MS);
    await leases.grant('bob', TTL_MS);
    await keys.put('k', 'v', { lease: 'ada' });
    await keys.put('k', 'v', { lease: 'bob' });
    await leases.revoke('ada');
    expect(await keys.get('k')).toMatchObject({ kind: 'found', entry: { lease: 'bob' } });
    await leases.revoke('bob');
    expect(await keys.get('k')).toMatchObject({ kind: 'not-found' });
  });

  test('is ended by a server that only looks from time to time', async () => {
    const clock = new ManualClock();
    const { leases, kernel } = serverOn(new MemoryStore(), clock);
    await leases.grant('ada', TTL_MS);
    await leases.grant('bob', TTL_MS * 2);
    clock.pass(TTL_MS);
    const { position } = kernel.replica;
    await Promise.all([kernel.expireDue(), kernel.expireDue(), kernel.expireDue()]);
    // They share one proposal, and cost nothing when there is nothing to do.
    expect(kernel.replica.position).toBe(position + 1);
    await kernel.expireDue();
    expect(kernel.replica.position).toBe(position + 1);
    expect(await leases.lookUp('ada')).toMatchObject({ kind: 'not-found' });
    expect(await leases.lookUp('bob')).toMatchObject({ kind: 'lease' });
  });

  test.each(['', 'a\0', '\ud800', 'x'.repeat(129)])('no lease is called %j', async (lease) => {
    const { leases, locks } = serverOn(new MemoryStore());
    const invalid = { kind: 'rejected', code: 'invalid-request' };
    expect(await leases.grant(lease, TTL_MS)).toMatchObject(invalid);
    expect(await leases.renew([lease])).toMatchObject(invalid);
    expect(await leases.revoke(lease)).toMatchObject(invalid);
    expect(await locks.acquire('l', { lease })).toMatchObject(invalid);
  });

  test.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('none lives for %d ms', async (ttlMs) => {
    const { leases } = serverOn(new MemoryStore());
    expect(await leases.grant('ada', ttlMs)).toMatchObject({ code: 'invalid-request' });
  });
});

describe('sequences', () => {
  test('numbers are given once, also to two servers at the same time', async () => {
    const store = new MemoryStore();
    const servers = [serverOn(store), serverOn(store)] as const;
    const given = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        servers[index % 2 === 0 ? 0 : 1].sequences.next('s', { count: 1 + (index % 3) }),
      ),
    );
    const numbers = given.flatMap((result) =>
      result.kind === 'next'
        ? Array.from({ length: result.last - result.first + 1 }, (_, index) => result.first + index)
        : [],
    );
    expect(numbers.toSorted((one, other) => one - other)).toEqual(numbers.map((_, index) => index + 1));
    expect(await servers[0].sequences.lookUp('s')).toMatchObject({ last: numbers.length });
  });

  test('a key gives the same numbers again, and other numbers to no other request', async () => {
    const { sequences } = serverOn(new MemoryStore());
    const once = { idempotencyKey: 'once' };
    const first = await sequences.next('s', once);
    await sequences.next('s');
    expect(await sequences.next('s', once)).toEqual(first);
    expect(await sequences.next('s', { ...once, count: 2 })).toMatchObject({
      kind: 'idempotency-key-reused',
    });
    expect(await sequences.lookUp('s')).toMatchObject({ last: 2 });
  });
});
