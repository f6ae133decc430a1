// Goal: the judges of locks, watches and incarnations find what is wrong. Method: short logs, made by the
// kernel's own commands, and histories that are right or bent in one place.

import { describe, expect, test } from 'vitest';
import { Queue } from '../../src/coordination/queue.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import type { Command } from '../../src/state-machine/kernel/command.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import type { HistoryEntry } from './history.ts';
import { type GuardedWrite, lockFaults } from './lock-history.ts';
import { LockReplay, type TimedRecord } from './lock-replay.ts';
import { earlyEndFaults, promptnessFaults } from './lock-times.ts';
import { rebirthFaults } from './rebirth-history.ts';
import { type ToldEvent, WatchReplay, watchFaults } from './watch-history.ts';

const TTL_MS = 1000;

function record(atMs: number, command: Command): TimedRecord {
  return { timeMs: atMs, appendedAtMs: atMs, data: encodeCommand(command) };
}

function joined(atMs: number, lease: string): TimedRecord {
  const queue = new Queue('lock/', 'l');
  const joining = { lease, ttlMs: TTL_MS, heads: 1, value: ofText('') };
  return record(atMs, { kind: 'transaction', ...queue.join(joining) });
}

/** Ada joins at 1, bob at 2; ada is ended at 3, at her time. */
const LOG = [
  joined(10, 'ada'),
  joined(20, 'bob'),
  record(1010, { kind: 'expire', leases: [{ lease: 'ada', renewedAt: 1 }] }),
];

let moments = 0;

function acquired(lease: string, fromMs: number, toMs: number, answer: object): HistoryEntry {
  moments += 2;
  return {
    client: 1,
    call: moments,
    return: moments + 1,
    operation: 'acquire',
    arguments: { atMs: fromMs, lock: 'l', lease, ttlMs: TTL_MS, waitMs: 5000, holders: 1 },
    result: { atMs: toMs, ...answer },
  };
}

const ADA = acquired('ada', 5, 12, { position: 1, kind: 'acquired', token: 1 });
const BOB = acquired('bob', 15, 1020, { position: 3, kind: 'acquired', token: 2 });

function judged(history: readonly HistoryEntry[], writes: readonly GuardedWrite[] = [], log = LOG) {
  return lockFaults({ history, nothing: [], writes, truth: new LockReplay(log) });
}

describe('a history of a lock', () => {
  test('that is right has no fault', () => {
    expect(judged([ADA, BOB])).toEqual([]);
  });

  test.each([
    ['before the holder is gone', { position: 2, kind: 'acquired', token: 2 }],
    ['with another token', { position: 3, kind: 'acquired', token: 3 }],
    ['and is told at another place', { position: 2, kind: 'held', holder: 'ada', place: 2 }],
    ['and is told that it does not live', { position: 3, kind: 'lease-not-found' }],
  ])('in which somebody gets it %s', (_what, answer) => {
    expect(judged([ADA, acquired('bob', 15, 1020, answer)])).not.toEqual([]);
  });

  test('in which two leases are told one token', () => {
    const eve = acquired('eve', 1030, 1040, { position: 3, kind: 'acquired', token: 2 });
    expect(judged([ADA, BOB, eve])).toContain('l with the token 2 was granted to bob and to eve');
  });

  test('in which a holder is refused by what the lock guards, or somebody else is not', () => {
    const write = { lock: 'l', lease: 'bob', token: 2, position: 3, accepted: true };
    expect(judged([ADA, BOB], [write])).toEqual([]);
    expect(judged([ADA, BOB], [{ ...write, accepted: false }])).toHaveLength(1);
    expect(judged([ADA, BOB], [{ ...write, position: 2 }])).toHaveLength(1);
  });

  test('that goes back', () => {
    const again = acquired('ada', 1030, 1040, { position: 1, kind: 'acquired', token: 1 });
    expect(judged([ADA, BOB, again])).toHaveLength(1);
  });

  test('in which a definite failure has joined', () => {
    const truth = new LockReplay(LOG);
    const faults = lockFaults({ history: [ADA], nothing: [BOB], writes: [], truth });
    expect(faults).toEqual(['bob has certainly not joined a queue, and yet it has a place']);
  });
});

describe('the times of a lock', () => {
  const times = (log: readonly TimedRecord[], bob = BOB) => {
    const evidence = { history: [ADA, bob], nothing: [], writes: [], truth: new LockReplay(log) };
    const late = promptnessFaults(evidence, { lateMsMax: 5000, slackMs: 100 });
    return { early: earlyEndFaults(evidence).length, late: late.length };
  };
  const endedAt = (atMs: number) => [
    ...LOG.slice(0, 2),
    record(atMs, { kind: 'expire', leases: [{ lease: 'ada', renewedAt: 1 }] }),
  ];

  test('a lease ends neither early nor late', () => {
    expect(times(LOG)).toEqual({ early: 0, late: 0 });
    expect(times(endedAt(1004)).early).toBe(1);
    const late = acquired('bob', 15, 6200, { position: 3, kind: 'acquired', token: 2 });
    expect(times(endedAt(6190), late).late).toBeGreaterThan(0);
  });

  test('one who is next is told soon', () => {
    expect(times(LOG, acquired('bob', 15, 1200, { position: 3, kind: 'acquired', token: 2 })).late).toBe(1);
  });
});

describe('a watch', () => {
  const put = (text: string): Command => ({
    kind: 'transaction',
    checks: [],
    then: [{ kind: 'put', key: ofText('key/k'), value: ofText(text), lease: '' }],
    else: [],
  });
  const log = [record(1, put('a')), record(2, put('b')), record(3, put('c'))];
  const entry = (value: string, at: number) => ({
    key: 'k',
    value: new Uint8Array(Buffer.from(value)),
    version: at,
    created: 1,
    modified: at,
    lease: undefined,
  });
  const change = (at: number): ToldEvent => ({
    event: {
      kind: 'change',
      position: at,
      key: 'k',
      before: at === 1 ? undefined : entry('abc'.charAt(at - 2), at - 1),
      after: entry('abc'.charAt(at - 1), at),
    },
    tail: 3,
    forgotten: 0,
  });
  const progress = (position: number): ToldEvent => ({
    event: { kind: 'progress', position },
    tail: 3,
    forgotten: 0,
  });
  const judge = (told: ToldEvent[], promptMs?: number) =>
    watchFaults(
      { prefix: '', after: 1, tailAtCall: 3, atMs: 0, isSlow: false, told, endedAtMs: 100 },
      new WatchReplay(log),
      promptMs,
    );

  test('that tells everything once and in order has no fault', () => {
    expect(judge([progress(1), change(2), progress(2), change(3), progress(3)], 10)).toEqual([]);
  });

  test.each([
    ['leaves one out', [progress(1), change(3), progress(3)]],
    ['says that it is further', [progress(1), change(2), progress(3)]],
    ['tells one twice', [progress(1), change(2), change(2), change(3)]],
    ['tells what was before', [progress(1), change(1), change(2)]],
    ['tells the future', [progress(1), { ...change(2), tail: 1 }]],
    ['is late', [progress(1), change(2), progress(2)]],
    [
      'is gone for no reason',
      [progress(1), { ...progress(1), event: { kind: 'gone', earliest: 2 } as const }],
    ],
  ])('that %s', (_what, told) => {
    expect(judge(told, 10)).toHaveLength(1);
  });

  test('that is gone for a reason', () => {
    const gone: ToldEvent = { event: { kind: 'gone', earliest: 2 }, tail: 3, forgotten: 2 };
    expect(judge([progress(1), gone], 10)).toEqual([]);
  });
});

describe('a namespace that is created again', () => {
  const first = { machine: 'notes', start: 0, texts: new Map([[1, 'notes one']]) };
  const second = {
    machine: 'adder',
    start: 2,
    texts: new Map([
      [3, 'adder two'],
      [4, 'adder three'],
    ]),
  };
  const submit = (text: string, replica: string, position: number, count: number): HistoryEntry => {
    moments += 2;
    const result = { position, count, wasMissing: false };
    const asked = { text, replica };
    return { client: 1, call: moments, return: moments + 1, operation: 'submit', arguments: asked, result };
  };
  const history = [
    submit('notes one', 'a', 1, 1),
    submit('adder two', 'b', 3, 1),
    submit('adder three', 'b', 4, 2),
  ];

  test('that is right has no fault', () => {
    expect(rebirthFaults({ history, nothing: [], incarnations: [first, second] })).toEqual([]);
  });

  test('that mixes machines, replicas or states', () => {
    const mixed = { ...second, machine: 'notes' };
    expect(rebirthFaults({ history, nothing: [], incarnations: [first, mixed] })).toHaveLength(2);
    const stray = [...history.slice(0, 2), submit('adder three', 'a', 4, 2)];
    expect(rebirthFaults({ history: stray, nothing: [], incarnations: [first, second] })).toHaveLength(1);
    const old = [...history.slice(0, 1), submit('adder two', 'b', 3, 2)];
    expect(rebirthFaults({ history: old, nothing: [], incarnations: [first, second] })).toHaveLength(1);
    const denied = history.slice(2);
    expect(rebirthFaults({ history, nothing: denied, incarnations: [first, second] })).toHaveLength(1);
  });
});
