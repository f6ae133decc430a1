// Judges what clients were told of locks and leases, and what a guarded resource let in, against a replay of
// the log.

import type { HistoryEntry } from './history.ts';
import { headsOf, type LockReplay } from './lock-replay.ts';
import { positionOrderFaults } from './position-order.ts';

/** `atMs` is the true time, here and in answers. */
export interface LockArguments {
  readonly atMs: number;
  readonly lock: string;
  readonly lease: string;
  /** Of an acquire: the lease is made if it is not there. Of a grant: how long it lives. */
  readonly ttlMs?: number | undefined;
  readonly waitMs?: number | undefined;
  readonly holders?: number | undefined;
}

export interface LockAnswer {
  readonly atMs: number;
  readonly position: number;
  readonly kind: string;
  readonly token?: number | undefined;
  readonly place?: number | undefined;
  readonly holder?: string | undefined;
  readonly ttlMs?: number | undefined;
  /** Of a look: the leases in the queue, in order. */
  readonly queue?: readonly string[] | undefined;
}

/** A write that has reached the resource which a lock guards. */
export interface GuardedWrite {
  readonly lock: string;
  readonly lease: string;
  readonly token: number;
  /** The tail of the log when the write arrived. */
  readonly position: number;
  readonly accepted: boolean;
}

export interface LockEvidence {
  readonly history: readonly HistoryEntry[];
  /** Operations that have certainly not been carried out. */
  readonly nothing: readonly HistoryEntry[];
  readonly writes: readonly GuardedWrite[];
  readonly truth: LockReplay;
}

export interface LockOperation {
  readonly operation: string;
  readonly call: number;
  readonly return: number;
  readonly asked: LockArguments;
  readonly answer: LockAnswer;
}

/** What is wrong, or nothing. */
export function lockFaults(evidence: LockEvidence): string[] {
  const { truth, writes } = evidence;
  const answered = answeredIn(evidence.history);
  return [
    ...tokenFaults(truth),
    ...answered.flatMap((one) => answerFaults(one, truth)),
    ...sharedTokenFaults(answered),
    ...writes.flatMap((write) => writeFaults(write, truth)),
    ...nothingFaults(evidence),
    ...tryFaults(evidence),
    ...positionOrderFaults(
      answered.map(({ operation, call, return: end, asked, answer: { position } }) => {
        const what = `${operation} of ${asked.lease} on ${asked.lock}`;
        return { what, call, return: end, position, kind: 'read' as const };
      }),
    ),
  ];
}

export function answeredIn(history: readonly HistoryEntry[]): LockOperation[] {
  return history.flatMap(({ operation, call, return: end, arguments: asked, result }) =>
    end === null
      ? []
      : [{ operation, call, return: end, asked: asked as LockArguments, answer: result as LockAnswer }],
  );
}

/** Whoever comes to the head has a greater token than all who were there before. */
function tokenFaults(truth: LockReplay): string[] {
  const faults: string[] = [];
  for (const lock of truth.locks) {
    let greatest = 0;
    for (const { position, queue } of truth.queues(lock)) {
      const heads = headsOf(queue).filter(({ token }) => token > greatest);
      const late = headsOf(queue).find(({ token }) => token > position);
      if (late) faults.push(`${lock} at ${position}: the token ${late.token} is of the future`);
      const leases = new Set(queue.map(({ lease }) => lease));
      if (leases.size < queue.length) faults.push(`${lock} at ${position}: a lease has two places`);
      if (queue.some(({ holders }) => holders !== queue[0]?.holders))
        faults.push(`${lock} at ${position}: its places differ in the number of holders`);
      const passed = headsOf(queue).find(
        ({ token, lease }) => token < greatest && !wasHead(truth, lock, position, lease, token),
      );
      if (passed) faults.push(`${lock} at ${position}: ${passed.token} is granted after ${greatest}`);
      greatest = Math.max(greatest, ...heads.map(({ token }) => token));
    }
  }
  return faults;
}

function wasHead(truth: LockReplay, lock: string, position: number, lease: string, token: number): boolean {
  const before = headsOf(truth.queueAt(lock, position - 1));
  return before.some((one) => one.lease === lease && one.token === token);
}

function answerFaults({ operation, asked, answer }: LockOperation, truth: LockReplay): string[] {
  const expected = expectedAnswer(operation, asked, answer, truth);
  if (expected === undefined) return [];
  const { atMs: _, ...told } = answer;
  const { position, kind } = told;
  const full = { ...expected, position };
  if (sameAnswer(told, full)) return [];
  const what = `${operation} of ${asked.lease} on ${asked.lock} at ${position}: ${kind}`;
  return [`${what} ${JSON.stringify(told)}, where a replay says ${JSON.stringify(full)}`];
}

function sameAnswer(one: object, other: object): boolean {
  const sorted = (answer: object) =>
    JSON.stringify(
      Object.entries(answer)
        .filter(([, value]) => value !== undefined)
        .toSorted(),
    );
  return sorted(one) === sorted(other);
}

type Expected = Omit<LockAnswer, 'atMs' | 'position'>;

function expectedAnswer(
  operation: string,
  asked: LockArguments,
  { position, kind }: LockAnswer,
  truth: LockReplay,
): Expected | undefined {
  const { lock, lease } = asked;
  const place = (at: number) => truth.queueAt(lock, at).findIndex((one) => one.lease === lease);
  const life = truth.lifeAt(lease, position);
  switch (operation) {
    case 'acquire':
      return expectedOfAcquire(asked, position, truth);
    case 'release':
      if (place(position) >= 0) return { kind: 'still in the queue' };
      return { kind: kind === 'released' && place(position - 1) < 0 ? 'not-held' : kind };
    case 'renew': {
      const renewed = life?.renewals.some((one) => one.position === position);
      return { kind: 'renewed', ttlMs: renewed ? life?.ttlMs : undefined };
    }
    case 'revoke': {
      const ended = truth.livesOf(lease).some(({ end }) => end?.position === position);
      return { kind: ended ? 'revoked' : life ? 'still living' : 'not-found' };
    }
    case 'grant': {
      const granted = life?.renewals[0]?.position === position;
      return { kind: granted ? 'granted' : life ? 'exists' : 'ended', ttlMs: life?.ttlMs };
    }
    case 'look-up':
      return { kind: 'lock', queue: truth.queueAt(lock, position).map((one) => one.lease) };
    default:
      return undefined;
  }
}

/** What the queue at the position of the answer says. */
function expectedOfAcquire(
  { lock, lease, holders = 1, waitMs = 0, ttlMs }: LockArguments,
  position: number,
  truth: LockReplay,
): Expected {
  const queue = truth.queueAt(lock, position);
  const place = queue.findIndex((one) => one.lease === lease);
  const [first] = queue;
  if (first && first.holders !== holders) return { kind: 'holders-mismatch' };
  if (place >= 0 && place < holders) return { kind: 'acquired', token: queue[place]?.token };
  const isThere = waitMs > 0 || ttlMs === undefined;
  if (isThere && !truth.lifeAt(lease, position)) return { kind: 'lease-not-found' };
  return {
    kind: 'held',
    holder: queue.length < holders ? undefined : first?.lease,
    place: waitMs > 0 && place >= 0 ? place : undefined,
  };
}

/** As the clients see it, without a replay. */
function sharedTokenFaults(answered: readonly LockOperation[]): string[] {
  const leases = new Map<string, string>();
  return answered.flatMap(({ asked: { lock, lease }, answer: { kind, token } }) => {
    if (kind !== 'acquired') return [];
    const grant = `${lock} with the token ${token}`;
    const other = leases.get(grant) ?? lease;
    leases.set(grant, lease);
    return other === lease ? [] : [`${grant} was granted to ${other} and to ${lease}`];
  });
}

/**
 * Nobody writes with a token that was not granted, and nobody who holds the lock is turned away: a greater
 * token that the resource has seen would be of somebody who was granted the lock too early.
 */
function writeFaults({ lock, lease, token, position, accepted }: GuardedWrite, truth: LockReplay): string[] {
  const isHead = headsOf(truth.queueAt(lock, position)).some((one) => one.token === token);
  const granted = truth
    .queues(lock)
    .some((one) => one.position <= position && headsOf(one.queue).some((head) => head.token === token));
  const what = `a write of ${lease} to what ${lock} guards, with the token ${token} at ${position}`;
  if (accepted && !granted) return [`${what}: the token was not granted`];
  return isHead && !accepted ? [`${what}: refused, although it holds the lock`] : [];
}

/** A lease that has certainly never asked in vain or otherwise has no place. */
function nothingFaults({ history, nothing, truth }: LockEvidence): string[] {
  const leasesOf = (entries: readonly HistoryEntry[]) =>
    entries
      .filter(({ operation }) => operation === 'acquire')
      .map(({ arguments: asked }) => (asked as LockArguments).lease);
  const asked = new Set(leasesOf(history));
  const placed = new Set(
    truth.locks.flatMap((lock) => truth.queues(lock).flatMap(({ queue }) => queue.map(({ lease }) => lease))),
  );
  return leasesOf(nothing)
    .filter((lease) => !asked.has(lease) && placed.has(lease))
    .map((lease) => `${lease} has certainly not joined a queue, and yet it has a place`);
}

/** A lease that only tries never stands behind another one, where one holds the lock. */
function tryFaults({ history, truth }: LockEvidence): string[] {
  const acquires = history
    .filter(({ operation }) => operation === 'acquire')
    .map(({ arguments: asked }) => asked as LockArguments);
  const tried = new Set(acquires.map(({ lease }) => lease));
  for (const { lease, waitMs = 0 } of acquires) if (waitMs > 0) tried.delete(lease);
  return truth.locks.flatMap((lock) =>
    truth.queues(lock).flatMap(({ queue, position }) =>
      queue
        .slice(1)
        .filter(({ lease, holders }) => holders === 1 && tried.has(lease))
        .map(({ lease }) => `${lease} only tried, and waits for ${lock} at ${position}`),
    ),
  );
}
