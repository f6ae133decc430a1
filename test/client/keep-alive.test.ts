// Goal: a lease is renewed in time, with others in one request, and its holder knows of a loss before anybody
// else can be granted what it holds. Method: leases that answer as the test says, in virtual time.

import { describe, expect, test } from 'vitest';
import type { Leases, RenewResult } from '../../src/api/leases.ts';
import { keepAlive } from '../../src/client/keep-alive.ts';
import { momentOf } from '../../src/clock.ts';
import { virtualTime } from '../support/server-on.ts';

const TTL_MS = 12_000;

type Answer = (leases: readonly string[], request: number) => Promise<RenewResult> | RenewResult;

const renewed: Answer = (leases) => ({ kind: 'renewed', position: 1, ttlsMs: leases.map(() => TTL_MS) });

function setUp(answer: Answer = renewed) {
  const virtual = virtualTime();
  const process = virtual.newProcess();
  const asked: { atMs: number; leases: readonly string[] }[] = [];
  const never = () => Promise.reject(new Error('not asked for here'));
  const leases: Leases = {
    grant: never,
    revoke: never,
    lookUp: never,
    list: never,
    renew: async (ids) => {
      asked.push({ atMs: virtual.time.nowMs, leases: ids });
      return answer(ids, asked.length);
    },
  };
  const keep = (lease: string, options: { ttlMs?: number; signal?: AbortSignal } = {}) => {
    const { ttlMs = TTL_MS, signal } = options;
    return keepAlive(leases, lease, ttlMs, { clock: process.clock, signal, since: momentOf(process.clock) });
  };
  const { time, pass } = virtual;
  return { time, pass, process, leases, asked, keep };
}

describe('renewals', () => {
  test('come at a third of the time to live', async () => {
    const { keep, asked, pass } = setUp();
    const kept = keep('ada');
    await pass(TTL_MS * 2 + 1);
    expect(asked.map(({ atMs }) => atMs)).toEqual([4000, 8000, 12_000, 16_000, 20_000, 24_000]);
    expect(kept.lost.aborted).toBe(false);
  });

  test('come at once where nobody says since when the lease lives', async () => {
    const { leases, process, asked, pass } = setUp();
    keepAlive(leases, 'ada', TTL_MS, { clock: process.clock });
    await pass(1);
    expect(asked).toHaveLength(1);
  });

  test('of all leases of one object go in one request, also of those that began apart', async () => {
    const { keep, asked, pass } = setUp();
    keep('ada');
    await pass(1000);
    keep('bob');
    await pass(500);
    keep('cid', { ttlMs: TTL_MS * 100 });
    await pass(TTL_MS);
    expect(asked.map(({ leases }) => leases.join())).toEqual(['ada,bob', 'ada,bob', 'ada,bob']);
  });

  test('of very many leases are parted', async () => {
    const { keep, asked, pass } = setUp();
    for (let index = 0; index < 2500; index += 1) keep(`lease-${index}`);
    await pass(TTL_MS / 3 + 1);
    expect(asked.map(({ leases }) => leases.length)).toEqual([1000, 1000, 500]);
  });

  test('end when they are stopped, when their signal aborts, and never begin when it has', async () => {
    const { keep, asked, pass } = setUp();
    const end = new AbortController();
    const kept = [keep('ada'), keep('bob', { signal: end.signal })];
    await pass(TTL_MS / 3 + 1);
    kept[0]?.stop();
    end.abort();
    kept.push(keep('cid', { signal: end.signal }));
    await pass(TTL_MS * 3);
    expect(asked.map(({ leases }) => leases.join())).toEqual(['ada,bob']);
    expect(kept.map(({ lost }) => lost.aborted)).toEqual([false, false, false]);
  });

  test('of a lease that lives for centuries do not come all the time', async () => {
    const { keep, asked, pass } = setUp();
    keep('ada', { ttlMs: 9_000_000_000_000 });
    await pass(3_600_000 * 24);
    expect(asked).toEqual([]);
  });

  test('that fail are tried again soon', async () => {
    const { keep, asked, pass } = setUp((leases, request) =>
      request === 2 ? { kind: 'failed', definite: true, message: 'down' } : renewed(leases, request),
    );
    keep('ada');
    await pass(TTL_MS);
    expect(asked.map(({ atMs }) => atMs)).toEqual([4000, 8000, 9000]);
  });
});

describe('a lease is lost', () => {
  test('when a renewal finds it ended', async () => {
    const { keep, asked, pass } = setUp((leases) => ({
      kind: 'renewed',
      position: 1,
      ttlsMs: leases.map((lease) => (lease === 'ada' ? undefined : TTL_MS)),
    }));
    const [ada, bob] = [keep('ada'), keep('bob')];
    await pass(TTL_MS + 1);
    expect(ada.lost.reason).toMatchObject({ name: 'OrdinalError', code: 'lease-lost' });
    expect(bob.lost.aborted).toBe(false);
    expect(asked.map(({ leases }) => leases.join())).toEqual(['ada,bob', 'bob', 'bob']);
  });

  test.each<[string, Answer]>([
    ['fail', () => ({ kind: 'failed', definite: false, message: 'no way' })],
    ['throw', () => Promise.reject(new Error('no way'))],
    ['are rejected', () => ({ kind: 'rejected', code: 'forbidden', message: 'no way' })],
  ])('exactly when its time is over and all renewals %s', async (_what, answer) => {
    const { keep, pass } = setUp(answer);
    const kept = keep('ada');
    await pass(TTL_MS - 1);
    expect(kept.lost.aborted).toBe(false);
    await pass(1);
    expect(kept.lost.reason).toMatchObject({ message: expect.stringContaining('no way') });
  });

  test('exactly when its time is over and no renewal is answered', async () => {
    const { keep, asked, pass } = setUp(() => new Promise(() => undefined));
    const kept = keep('ada');
    await pass(TTL_MS - 1);
    // One that hangs does not hold up the next.
    expect(asked.map(({ atMs }) => atMs)).toEqual([4000, 8000]);
    expect(kept.lost.aborted).toBe(false);
    await pass(1);
    expect(kept.lost.aborted).toBe(true);
  });

  test('counted from the moment at which the last confirmed renewal was sent, not answered', async () => {
    const { keep, time, pass } = setUp(async (leases, request) => {
      if (request > 1) return { kind: 'failed', definite: true, message: 'down' };
      await time.sleep(3000);
      return renewed(leases, request);
    });
    const kept = keep('ada');
    await pass(4000 + TTL_MS - 1);
    expect(kept.lost.aborted).toBe(false);
    await pass(1);
    expect(kept.lost.aborted).toBe(true);
  });

  test('not because an old confirmation comes after a newer one', async () => {
    const { keep, time, pass } = setUp(async (leases, request) => {
      if (request > 2) return { kind: 'failed', definite: true, message: 'down' };
      if (request === 1) await time.sleep(7000);
      return renewed(leases, request);
    });
    const kept = keep('ada');
    await pass(8000 + TTL_MS - 1);
    expect(kept.lost.aborted).toBe(false);
    await pass(1);
    expect(kept.lost.aborted).toBe(true);
  });

  test.each([
    ['goes on', false],
    ['stands still', true],
  ])('before it is renewed, after a pause in which the monotonic clock %s', async (_what, clockStops) => {
    const { keep, asked, process, pass } = setUp();
    const kept = keep('ada');
    await pass(5000);
    process.freeze(TTL_MS, clockStops);
    await pass(TTL_MS + 5000);
    expect(kept.lost.aborted).toBe(true);
    expect(asked).toHaveLength(1);
  });
});
