// Work under a lock, on any namespace: acquire, keep the lease alive, release.

import type { Failed, Positioned, Rejected } from '../api/common.ts';
import type { Leases } from '../api/leases.ts';
import type { LockHolder } from '../api/locks.ts';
import type { Namespace } from '../api/ordinal.ts';
import { type Clock, elapsedMs, momentOf, type Random, systemClock, systemRandom } from '../clock.ts';
import { hexOf } from './bytes.ts';
import { type KeptLease, keepAlive } from './keep-alive.ts';

export interface WithLockOptions {
  /** How long others wait for a holder that has vanished, in milliseconds. Default: 15,000. */
  readonly ttlMs?: number | undefined;
  /** How long to wait for the lock, in milliseconds. Default: until it is there. */
  readonly waitMs?: number | undefined;
  /**
   * How many leases may hold it at once. All requests for one lock must name the same number. With more than
   * 1, tokens do not fence. Default: 1.
   */
  readonly holders?: number | undefined;
  /** Ends the wait, with its reason, and aborts the signal of the work. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export type Work<T> = (token: number, signal: AbortSignal) => Promise<T> | T;

export type WithLockResult<T> =
  | { readonly kind: 'done'; readonly value: T; readonly token: number }
  /** The work is done, but the lock was lost before its end, or may have been: others may have held it. */
  | { readonly kind: 'lost'; readonly value: T; readonly token: number }
  /** The lock could not be had in time. The work was not begun. */
  | ({ readonly kind: 'held'; readonly holder: LockHolder | undefined } & Positioned)
  /** Other requests for this lock name another number of holders. The work was not begun. */
  | ({ readonly kind: 'holders-mismatch' } & Positioned)
  /** The work was not begun. */
  | Rejected
  | Failed;

/**
 * Does `work` while a lock is held, with the fencing token for the resource that the lock guards, and a
 * signal that aborts when the lock is lost or may be. Then the lock is released. Where that fails, it is free
 * when the time to live is over.
 *
 * @throws what `work` throws, or the reason of `signal` if that aborts before the work begins
 */
export async function withLock<T>(
  namespace: Pick<Namespace, 'locks' | 'leases'>,
  name: string,
  options: WithLockOptions,
  work: Work<T>,
): Promise<WithLockResult<T>> {
  const clock = options.clock ?? systemClock;
  const begun = momentOf(clock);
  for (;;) {
    options.signal?.throwIfAborted();
    const waitMs = Math.max(0, (options.waitMs ?? Number.POSITIVE_INFINITY) - elapsedMs(clock, begun));
    const holding = await acquire(namespace, name, { ...options, clock, waitMs });
    if (holding.kind === 'holding') return finish(namespace, holding, options.signal, work);
    // A lease can also be lost while it waits. Nothing has happened, so another one begins anew.
    if (holding.kind !== 'lost' && !options.signal?.aborted) return holding;
  }
}

const LEASE_ID_BYTES = 12;

interface Holding {
  readonly kind: 'holding';
  readonly kept: KeptLease;
  readonly token: number;
}

type NotHolding = Exclude<WithLockResult<never>, { kind: 'done' | 'lost' }> | { readonly kind: 'lost' };

async function acquire(
  { locks, leases }: Pick<Namespace, 'locks' | 'leases'>,
  name: string,
  options: WithLockOptions & { readonly clock: Clock; readonly waitMs: number },
): Promise<Holding | NotHolding> {
  const { ttlMs = 15_000, holders, clock, waitMs, signal, random = systemRandom } = options;
  const lease = hexOf(random.bytes(LEASE_ID_BYTES));
  const since = momentOf(clock);
  // The lease is there when this is answered, and has to be kept from then on, also while it waits.
  const asked = await locks.acquire(name, { lease, ttlMs, holders, waitMs: Math.min(waitMs, 1) });
  if (asked.kind !== 'acquired' && (asked.kind !== 'held' || asked.place === undefined)) {
    if (asked.kind === 'failed' && !asked.definite) await revoke(leases, lease);
    return asked.kind === 'lease-not-found' ? { kind: 'lost' } : asked;
  }
  const kept = keepAlive(leases, lease, ttlMs, { clock, since });
  const waited =
    asked.kind === 'acquired' || waitMs <= 1
      ? asked
      : await waitFor(kept.lost, signal, (ended) =>
          locks.acquire(name, { lease, holders, waitMs, signal: ended }),
        );
  if (waited.kind === 'acquired' && !kept.lost.aborted && !signal?.aborted) {
    return { kind: 'holding', kept, token: waited.token };
  }
  const isLost = kept.lost.aborted || waited.kind === 'acquired' || waited.kind === 'lease-not-found';
  kept.stop();
  await revoke(leases, lease);
  return isLost ? { kind: 'lost' } : waited;
}

/** Best effort: otherwise the lease ends when its time is over. */
async function revoke(leases: Pick<Leases, 'revoke'>, lease: string): Promise<void> {
  await leases.revoke(lease).catch(() => undefined);
}

async function waitFor<T>(
  lost: AbortSignal,
  signal: AbortSignal | undefined,
  wait: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = eitherOf(signal, lost);
  return wait(end.signal).finally(end.release);
}

async function finish<T>(
  { leases }: Pick<Namespace, 'leases'>,
  { kept, token }: Holding,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<WithLockResult<T>> {
  try {
    const value = await waitFor(kept.lost, signal, async (ended) => work(token, ended));
    return { kind: kept.lost.aborted ? 'lost' : 'done', value, token };
  } finally {
    kept.stop();
    await revoke(leases, kept.lease);
  }
}

/**
 * A signal that aborts with the first of the two. `AbortSignal.any` would leak memory in a signal that lives
 * long.
 */
function eitherOf(one: AbortSignal | undefined, other: AbortSignal) {
  const controller = new AbortController();
  const listeners = [one, other].flatMap((signal) =>
    signal ? [{ signal, abort: () => controller.abort(signal.reason) }] : [],
  );
  for (const { signal, abort } of listeners) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    release() {
      for (const { signal, abort } of listeners) signal.removeEventListener('abort', abort);
    },
  };
}
