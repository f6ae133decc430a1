// Work under a lease that is kept alive, and revoked at the end so that nobody has to wait for its time.

import { randomBytes } from 'node:crypto';
import type { Leases } from '../api/leases.ts';
import { keepAlive } from '../client/keep-alive.ts';
import { momentOf, systemClock } from '../clock.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure, settled } from './failure.ts';

const LEASE_ID_BYTES = 12;

/** @throws CommandFailure when there can be no lease, and what `work` throws */
export async function withLease<T>(
  leases: Leases,
  ttlMs: number,
  work: (lease: string, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = randomBytes(LEASE_ID_BYTES).toString('hex');
  const since = momentOf(systemClock);
  settled(await leases.grant(lease, ttlMs));
  const kept = keepAlive(leases, lease, ttlMs, { since });
  try {
    return await work(lease, kept.lost);
  } finally {
    kept.stop();
    await leases.revoke(lease).catch(() => undefined);
  }
}

export function lost(what: string, reason: unknown): CommandFailure {
  const why = reason instanceof Error ? `: ${reason.message}` : '';
  return new CommandFailure('lease-lost', `${what} was lost, or may have been${why}`, { exit: EXIT.lost });
}

/** Until one of the signals aborts. */
export function anyAborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve();
    for (const signal of signals) {
      if (signal.aborted) done();
      signal.addEventListener('abort', done, { once: true });
    }
    // A listener alone keeps no process running.
    const awake = setInterval(() => undefined, 60_000);
    for (const signal of signals)
      signal.addEventListener('abort', () => clearInterval(awake), { once: true });
    if (signals.some(({ aborted }) => aborted)) clearInterval(awake);
  });
}
