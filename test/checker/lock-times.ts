// Judges when leases ended and locks were granted, by the true time. Only for histories in which clocks
// differ less than their allowance; the second part, only where every request is answered at once.

import type { HistoryEntry } from './history.ts';
import { answeredIn, type LockArguments, type LockEvidence, type LockOperation } from './lock-history.ts';
import { headsOf, type LeaseLife, type LockReplay } from './lock-replay.ts';

/**
 * No lease ends before its time: not until its time to live has passed since the last acknowledged renewal
 * was *sent*. So whoever sends the next one by then, and has it in the log by then, keeps the lease.
 */
export function earlyEndFaults({ history, truth }: LockEvidence): string[] {
  const renewals = answeredIn(history).filter(({ operation }) => operation === 'renew');
  return truth.lives.flatMap((life) => {
    const { lease, ttlMs, end } = life;
    if (end?.by !== 'expire') return [];
    const sentMs = renewals
      .filter(({ asked, answer }) => asked.lease === lease && isOfLife(life, answer.position))
      .map(({ asked }) => asked.atMs);
    const lastMs = Math.max(grantSentMs(life, history), ...sentMs);
    if (end.atMs >= lastMs + ttlMs) return [];
    const afterMs = Math.round(end.atMs - lastMs);
    return [`${lease} ended at ${end.position}, ${afterMs} ms after it was renewed for ${ttlMs} ms`];
  });
}

function isOfLife({ renewals }: LeaseLife, position: number): boolean {
  return renewals.some((one) => one.position === position);
}

/** When the grant was sent: the earliest request that can have made it. */
function grantSentMs({ lease, renewals: [granted] }: LeaseLife, history: readonly HistoryEntry[]): number {
  const sent = history
    .filter(({ operation }) => operation === 'acquire' || operation === 'grant')
    .map(({ arguments: asked, result }) => ({ asked: asked as LockArguments, result }))
    .filter(({ asked, result }) => {
      const answeredMs = (result as { atMs: number } | null)?.atMs ?? Number.POSITIVE_INFINITY;
      const atMs = granted?.atMs ?? 0;
      return asked.lease === lease && asked.atMs <= atMs && atMs <= answeredMs;
    });
  return Math.min(...sent.map(({ asked }) => asked.atMs));
}

export interface Promptness {
  /** How much later than its time to live a lease may end: the allowance for clocks, and how they differ. */
  readonly lateMsMax: number;
  /** How long it takes to notice, and to ask the store. */
  readonly slackMs: number;
}

/** Whoever dies is replaced in time once somebody waits or asks, and whoever is next is told at once. */
export function promptnessFaults({ history, truth }: LockEvidence, promptness: Promptness): string[] {
  const acquires = answeredIn(history).filter(({ operation }) => operation === 'acquire');
  return acquires.flatMap((acquire) => [
    ...overdueFaults(acquire, truth, promptness),
    ...vainTryFaults(acquire, truth, promptness),
    ...forgottenFaults(acquire, truth, promptness),
  ]);
}

/** While somebody waits, no holder stays for long after its time is over. */
function overdueFaults(
  { asked, answer }: LockOperation,
  truth: LockReplay,
  { lateMsMax, slackMs }: Promptness,
): string[] {
  const faults: string[] = [];
  const queues = truth.queues(asked.lock);
  for (const [index, { queue, atMs: fromMs }] of queues.entries()) {
    const untilMs = Math.min(queues[index + 1]?.atMs ?? Number.POSITIVE_INFINITY, answer.atMs);
    if (untilMs < asked.atMs || fromMs > answer.atMs) continue;
    for (const { lease, token } of headsOf(queue)) {
      const life = truth.lifeAt(lease, token);
      const renewed = life?.renewals.findLast(({ atMs }) => atMs <= untilMs);
      if (!life || !renewed) continue;
      const dueMs = Math.max(renewed.atMs + life.ttlMs + lateMsMax, asked.atMs, fromMs);
      if (untilMs - dueMs <= slackMs) continue;
      const overdueMs = Math.round(untilMs - dueMs);
      faults.push(`${asked.lease} waited ${overdueMs} ms for ${lease}, whose time was over, at ${token}`);
    }
  }
  return faults;
}

/** No try is refused because of a holder whose time was over when it was asked. */
function vainTryFaults(
  { asked, answer }: LockOperation,
  truth: LockReplay,
  { lateMsMax }: Promptness,
): string[] {
  const { lock, lease, waitMs = 0 } = asked;
  if (answer.kind !== 'held' || waitMs > 0) return [];
  return headsOf(truth.queueAt(lock, answer.position)).flatMap((holder) => {
    const life = truth.lifeAt(holder.lease, answer.position);
    const renewed = life?.renewals.findLast(({ position }) => position <= answer.position);
    if (!life || !renewed || renewed.atMs + life.ttlMs + lateMsMax >= asked.atMs) return [];
    return [`${lease} asked for ${lock} in vain, although the time of ${holder.lease} was over`];
  });
}

function forgottenFaults(
  { asked, answer }: LockOperation,
  truth: LockReplay,
  { slackMs }: Promptness,
): string[] {
  const { lock, lease, atMs: calledMs, waitMs = 0 } = asked;
  if (answer.atMs - calledMs > waitMs + slackMs) return [`${lease} waited too long for ${lock}`];
  const headMs = headSinceMs(truth, asked, answer.atMs);
  if (headMs === undefined || answer.kind === 'lease-not-found') return [];
  const lateMs = answer.atMs - Math.max(calledMs, headMs);
  if (lateMs <= slackMs) return [];
  return [`${lease} held ${lock} for ${Math.round(lateMs)} ms before it was told (${answer.kind})`];
}

/** Since when the lease holds the lock, if it does so at the moment. */
function headSinceMs(truth: LockReplay, { lock, lease }: LockArguments, atMs: number): number | undefined {
  let sinceMs: number | undefined;
  for (const { queue, atMs: changedMs } of truth.queues(lock)) {
    if (changedMs > atMs) break;
    const isHead = headsOf(queue).some((one) => one.lease === lease);
    sinceMs = isHead ? (sinceMs ?? changedMs) : undefined;
  }
  return sinceMs;
}
