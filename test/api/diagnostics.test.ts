// Goal: a diagnosis examines every log of the store and says what is wrong with which, within its bounds. Method:
// a server on a memory store that the test damages, with a clock that goes on with every call.

import { describe, expect, test } from 'vitest';
import type { Diagnosis, Finding } from '../../src/api/diagnostics.ts';
import type { Store } from '../../src/log/store.ts';
import { open, type Service, type ServiceOptions } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

async function furnished(store: Store, options: ServiceOptions = {}): Promise<Service> {
  const server = open(store, { snapshotEvery: 5, log: { readTimeoutMs: 50 }, ...options });
  for (const namespace of ['a', 'b']) {
    for (let index = 0; index < 12; index += 1) {
      await server.names(namespace).claim(`n${index}`, 'ada');
      await server.idle();
    }
  }
  for (const path of ['x', 'x/1', 'y']) await server.stream(path).create({ body: '[1,2]' });
  await server.stream('gone').create();
  await server.stream('gone').delete();
  return server;
}

async function diagnosed(server: Service, options?: Parameters<Service['diagnose']>[0]): Promise<Diagnosis> {
  const diagnosis = await server.diagnose(options);
  if (diagnosis.kind !== 'diagnosis') throw new Error(`no diagnosis, but ${diagnosis.kind}`);
  return diagnosis;
}

const logsIn = (findings: readonly Finding[]) => [...new Set(findings.map(({ log }) => log))];

const LOGS = ['namespace/a', 'namespace/b', 'stream/x', 'stream/x/1', 'stream/y'];
const SYSTEM = ['system/deleted-logs', 'system/namespaces', 'system/streams'];

describe('a sound store', () => {
  test('every log is examined, those of the system too, in the order of their names', async () => {
    const server = await furnished(new MemoryStore());
    const { findings, ...rest } = await diagnosed(server);
    expect(rest).toEqual({ kind: 'diagnosis', sound: true, complete: true, next: undefined });
    expect(logsIn(findings)).toEqual([...LOGS, ...SYSTEM]);
    expect(findings.every(({ severity }) => severity === 'ok')).toBe(true);
    expect(findings).toContainEqual({
      severity: 'ok',
      log: 'stream/x',
      what: '2 records in 1 segments, tail 2',
    });
    expect(findings).toContainEqual({
      severity: 'ok',
      log: 'namespace/a',
      what: expect.stringMatching(/^snapshot at \d+, \d commands behind$/),
    });
  });

  test('one log, and what is none', async () => {
    const server = await furnished(new MemoryStore());
    const one = await diagnosed(server, { log: 'stream/y' });
    expect(one).toMatchObject({ sound: true, complete: true, findings: [{ log: 'stream/y' }] });
    expect(await diagnosed(server, { log: 'stream/none' })).toMatchObject({
      sound: true,
      complete: true,
      findings: [{ severity: 'warning', log: 'stream/none', what: 'there is no such log' }],
    });
    const invalid = { kind: 'rejected', code: 'invalid-request' };
    for (const name of ['', 'a\0', '\ud800', 'x'.repeat(1025)]) {
      expect(await server.diagnose({ log: name })).toMatchObject(invalid);
      expect(await server.diagnose({ after: name })).toMatchObject(invalid);
    }
  });

  test.each([
    'namespace/a',
    'namespace/',
    'namespace/aa',
    'stream/x',
    'stream/x/0',
    'stream/',
    'system/n',
    'a',
    'z',
  ])('goes on behind %s', async (after) => {
    const server = await furnished(new MemoryStore());
    const { findings } = await diagnosed(server, { after });
    expect(logsIn(findings)).toEqual([...LOGS, ...SYSTEM].filter((log) => log > after));
  });
});

describe('faults', () => {
  test('a hole in a chain, with what to do; the other logs are sound', async () => {
    const store = new MemoryStore();
    const server = await furnished(store);
    const { segment } = await store.last('stream/x');
    if (!segment) throw new Error('there is a segment');
    await store.open('stream/x', { ...segment, base: 7, tail: 7, entries: [], bytes: 0 });
    const { sound, complete, findings } = await diagnosed(server);
    expect({ sound, complete }).toEqual({ sound: false, complete: true });
    const faults = findings.filter(({ severity }) => severity === 'fault');
    expect(faults).toEqual([
      {
        severity: 'fault',
        log: 'stream/x',
        what: 'nothing holds the positions 3 to 7',
        advice: expect.stringMatching(/./),
      },
    ]);
    expect(logsIn(findings)).toEqual([...LOGS, ...SYSTEM]);
  });

  test('a log that cannot be read is a fault of that log, and names that cannot be read fail', async () => {
    let broken: (log: string) => boolean = () => false;
    const inner = new MemoryStore();
    const range = inner.range.bind(inner);
    inner.range = async (log, from, bytes) => {
      if (!broken(log)) return range(log, from, bytes);
      const { StoreError } = await import('../../src/log/store.ts');
      throw new StoreError('the disk is broken', { definite: true, retryable: false });
    };
    const server = await furnished(inner);
    broken = (log) => log === 'stream/y';
    const { sound, findings } = await diagnosed(server);
    expect(sound).toBe(false);
    expect(findings).toContainEqual({
      severity: 'fault',
      log: 'stream/y',
      what: 'cannot be read: the disk is broken',
      advice: expect.any(String),
    });
    broken = (log) => log === 'system/namespaces';
    expect(await server.diagnose()).toMatchObject({ kind: 'failed', definite: true });
  });
});

describe('the bounds', () => {
  /** Every call of the store takes a while. */
  function slow(inner: Store, clock: ManualClock, callMs: () => number): Store {
    return new InterceptedStore(inner, (_method, run) => {
      clock.pass(callMs());
      return run();
    });
  }

  test('when the time is over it says so, and where to go on; so all is examined in the end', async () => {
    const clock = new ManualClock();
    let callMs = 0;
    const store = slow(new MemoryStore(), clock, () => callMs);
    const server = await furnished(store, { clock, diagnosisMaxMs: 100 });
    callMs = 10;
    const examined: (string | undefined)[] = [];
    let rounds = 0;
    for (let after: string | undefined; ; rounds += 1) {
      const { complete, findings, next } = await diagnosed(server, { after });
      examined.push(...logsIn(findings));
      if (complete && next === undefined) break;
      expect(complete).toBe(false);
      if (next === undefined) break;
      after = next;
    }
    expect(rounds).toBeGreaterThan(1);
    expect(examined).toEqual([...LOGS, ...SYSTEM]);
  });

  test('a log that takes longer than the time is told in part', async () => {
    const clock = new ManualClock();
    let callMs = 0;
    const store = slow(new MemoryStore(), clock, () => callMs);
    const log = { segmentCapBytes: 100, clock };
    const server = await furnished(store, { clock, log, diagnosisMaxMs: 100 });
    callMs = 1000;
    const { complete, sound, findings } = await diagnosed(server, { log: 'namespace/a' });
    expect({ complete, sound }).toEqual({ complete: false, sound: true });
    expect(findings).toEqual([
      {
        severity: 'unknown',
        log: 'namespace/a',
        what: expect.stringMatching(/^the time was over after /),
        advice: expect.any(String),
      },
    ]);
  });

  test('takes one at a time', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = await furnished(faulty.store);
    const hold = faulty.hold('metadataRecord');
    const first = server.diagnose({ log: 'stream/x' });
    await hold.reached;
    const calls = faulty.calls.length;
    const second = server.diagnose({ log: 'stream/y' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(faulty.calls.length).toBe(calls);
    hold.release();
    expect(await first).toMatchObject({ findings: [{ log: 'stream/x' }] });
    expect(await second).toMatchObject({ findings: [{ log: 'stream/y' }] });
  });
});
