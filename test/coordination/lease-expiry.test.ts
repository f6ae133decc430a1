// Goal: a lease ends when its time to live is over, and not much later, whatever the wall clocks say and
// however busy the process is. Method: observations and leases by hand, on a clock that the test moves.

import { describe, expect, test, vi } from 'vitest';
import { LeaseExpiry } from '../../src/coordination/lease-expiry.ts';
import type { Lease } from '../../src/state-machine/kernel/lease.ts';
import { KernelState } from '../../src/state-machine/kernel/state.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TTL_MS = 10_000;
const HOUR_MS = 3_600_000;

function setUp() {
  const clock = new ManualClock();
  const expiry = new LeaseExpiry({ clock });
  /** As a process writes it whose wall clock is `aheadMs` ahead. */
  const renewed = (renewedAt: number, aheadMs = 0): Lease => ({
    id: 'ada',
    ttlMs: TTL_MS,
    renewedAt,
    renewedAtMs: clock.nowMs() + aheadMs,
  });
  return { clock, expiry, renewed };
}

describe('by the own clock', () => {
  test('time runs from the first moment at which the renewal was seen', () => {
    const { clock, expiry, renewed } = setUp();
    const lease = renewed(5, HOUR_MS);
    expiry.observe(4);
    clock.pass(3000);
    expect(expiry.leftMs(lease)).toBe(TTL_MS);
    expiry.observe(7);
    clock.pass(TTL_MS - 1);
    expiry.observe(8);
    expect(expiry.leftMs(lease)).toBe(1);
    clock.pass(1);
    expect(expiry.leftMs(lease)).toBe(0);
  });

  test('a renewal begins the time again', () => {
    const { clock, expiry, renewed } = setUp();
    expiry.observe(1);
    clock.pass(TTL_MS - 1);
    const again = renewed(2, HOUR_MS);
    expiry.observe(2);
    clock.pass(TTL_MS - 1);
    expect(expiry.leftMs(again)).toBe(1);
  });

  test('a busy process ends a lease in time, though a wall clock is hours ahead', () => {
    const { clock, expiry, renewed } = setUp();
    const lease = renewed(1, HOUR_MS);
    for (let position = 1; position <= TTL_MS; position += 1) {
      expiry.observe(position);
      clock.pass(1);
    }
    const lateMs = expiry.leftMs(lease);
    expect(lateMs).toBe(0);
  });

  test('a lease that was seen in the middle of much traffic ends at most 1/32 of its time late', () => {
    const { clock, expiry, renewed } = setUp();
    const leases: { lease: Lease; seenAtMs: number }[] = [];
    const tooEarly: number[] = [];
    const tooLate: number[] = [];
    for (let position = 1; position <= 60_000; position += 1) {
      if (position % 997 === 0) {
        leases.push({ lease: renewed(position, HOUR_MS), seenAtMs: clock.monotonicMs() });
      }
      expiry.observe(position);
      clock.pass(1);
      for (const { lease, seenAtMs } of position % 500 === 0 ? leases : []) {
        const isDue = expiry.leftMs(lease) === 0;
        const ageMs = clock.monotonicMs() - seenAtMs;
        if (isDue && ageMs < TTL_MS) tooEarly.push(lease.renewedAt);
        if (!isDue && ageMs >= TTL_MS * (1 + 1 / 32)) tooLate.push(lease.renewedAt);
      }
    }
    expect({ tooEarly, tooLate }).toEqual({ tooEarly: [], tooLate: [] });
  });

  test('a frozen process, whose monotonic clock stood still, ends leases by the time of their writer', () => {
    const { clock, expiry, renewed } = setUp();
    const lease = renewed(1);
    expiry.observe(1);
    clock.freeze(TTL_MS + 4999);
    expect(expiry.leftMs(lease)).toBe(1);
    clock.freeze(1);
    expect(expiry.leftMs(lease)).toBe(0);
  });
});

describe('by the time of the writer', () => {
  test('a process that has just come waits for the allowance between clocks', () => {
    const { clock, expiry, renewed } = setUp();
    const lease = renewed(1);
    clock.pass(TTL_MS + 4999);
    expiry.observe(1);
    expect(expiry.leftMs(lease)).toBe(1);
  });

  test('a writer whose clock is hours behind loses its leases early: a wrong clock harms its own', () => {
    const { expiry, renewed } = setUp();
    expiry.observe(1);
    expect(expiry.leftMs(renewed(1, -HOUR_MS))).toBe(0);
    expect(expiry.leftMs(renewed(1, HOUR_MS))).toBe(TTL_MS);
  });
});

describe('proposals', () => {
  test('name the renewal that was seen, of the leases that are due alone', () => {
    const { clock, expiry, renewed } = setUp();
    const due = renewed(1);
    expiry.observe(1);
    clock.pass(TTL_MS);
    const live = { ...renewed(2), id: 'bob' };
    expiry.observe(2);
    expect(expiry.proposalFor([live, due, undefined])).toEqual({
      kind: 'expire',
      leases: [{ lease: 'ada', renewedAt: 1 }],
    });
    expect(expiry.proposalFor([live])).toBeUndefined();
  });

  test('many waiters at one position look at all leases once', () => {
    const { clock, expiry, renewed } = setUp();
    const state = new KernelState();
    state.leases.put(renewed(1));
    expiry.observe(1);
    const looks = vi.spyOn(state.leases, 'values');
    for (let waiter = 0; waiter < 100; waiter += 1) expect(expiry.nextMs(state)).toBe(TTL_MS);
    clock.pass(600);
    expect(expiry.nextMs(state)).toBe(TTL_MS - 600);
    expect(looks).toHaveBeenCalledTimes(1);
    state.position = 2;
    state.leases.put(renewed(2));
    expiry.observe(2);
    expect(expiry.nextMs(state)).toBe(TTL_MS);
    expect(looks).toHaveBeenCalledTimes(2);
  });

  test('share a look over several positions, as long as 0.1 ms for each lease', () => {
    const { clock, expiry, renewed } = setUp();
    const state = new KernelState();
    for (let count = 0; count < 1000; count += 1) state.leases.put({ ...renewed(1), id: `lease${count}` });
    expiry.observe(1);
    const looks = vi.spyOn(state.leases, 'values');
    for (state.position = 1; state.position <= 200; state.position += 1) {
      expiry.nextMs(state);
      clock.pass(1);
    }
    expect(looks).toHaveBeenCalledTimes(2);
  });

  test('a lease that ends before the shared look is over is not late', () => {
    const { clock, expiry, renewed } = setUp();
    const state = new KernelState();
    for (let count = 0; count < 1000; count += 1) state.leases.put({ ...renewed(1), id: `lease${count}` });
    expiry.observe(1);
    clock.pass(TTL_MS - 30);
    state.position = 1;
    expect(expiry.nextMs(state)).toBe(30);
    clock.pass(30);
    state.position = 2;
    expect(expiry.nextMs(state)).toBe(0);
  });
});
