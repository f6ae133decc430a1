// Goal: a stream answers rightly when answers of the store are lost, and when another process has deleted the stream or
// created it anew. Method: two `Stream` objects, each with a log of its own, on one memory store.

import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { DeletedLogs } from '../../src/log/deleted-logs.ts';
import { Log } from '../../src/log/log.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { Streams } from '../../src/service/streams.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { Stream } from '../../src/streams/stream.ts';
import { faultyStore } from '../support/faulty-store.ts';

const TEXT = { contentType: 'text/plain' };

function twoOnOneStore() {
  const inner = new MemoryStore();
  const faulty = faultyStore(inner);
  const options = { readTimeoutMs: 50, writeTimeoutMs: 50 };
  const stream = () => {
    // The faults are for the log of the stream itself. `register.test.ts` has those of the list.
    const streams = new Streams({ store: inner, log: options, replica: {} });
    const log = new Log(faulty.store, streamLogName('s'), options);
    const deletedLogs = new DeletedLogs(faulty.store, options);
    return new Stream({
      log,
      deletedLogs,
      register: streams.registerFor('s'),
      clock: systemClock,
      forks: {
        store: faulty.store,
        announce: (name) => deletedLogs.announce(name),
        open: () => ({ log, look: () => log.checkTail() }),
        repeat: (call) => call(),
        nowMs: () => systemClock.nowMs(),
      },
    });
  };
  return { faulty, one: stream(), other: stream() };
}

const often = <T>(fault: T) => Array.from({ length: 100 }, () => fault);

describe('what this process remembers is of an earlier incarnation', () => {
  test('an append goes to the stream that is there now', async () => {
    const { one, other } = twoOnOneStore();
    await one.create(TEXT);
    await one.append('a', TEXT);
    await other.delete();
    await other.create(TEXT);
    expect(await one.append('b', TEXT)).toEqual({ kind: 'appended', first: 3, last: 3, closed: false });
  });

  test('an append of the type that the stream had is refused, and one of its type now is made', async () => {
    const { one, other } = twoOnOneStore();
    await one.create(TEXT);
    await other.delete();
    await other.create();
    expect(await one.append('x', TEXT)).toMatchObject({ kind: 'rejected', code: 'content-type-mismatch' });
    expect(await one.append('[1]')).toMatchObject({ kind: 'appended' });
  });

  test('a stream that is gone is missing, and one that is there anew can be deleted', async () => {
    const { one, other } = twoOnOneStore();
    await one.create();
    await other.delete();
    expect(await one.append('1')).toEqual({ kind: 'missing' });
    await one.create();
    await other.delete();
    await other.create();
    expect(await one.delete()).toEqual({ kind: 'deleted' });
    expect(await other.describe()).toEqual({ kind: 'missing' });
  });
});

describe('answers of the store are lost', () => {
  test('of a creation that was made: the stream has just this configuration, so it exists', async () => {
    const { faulty, one, other } = twoOnOneStore();
    faulty.fail('open', 'lost-after', ...often('lost-before' as const));
    expect(await one.create()).toMatchObject({ kind: 'exists', tail: 0, closed: false });
    expect(await other.describe()).toMatchObject({ kind: 'stream', tail: 0, closed: false });
  });

  test('of a creation without records: it exists, whatever others have appended since', async () => {
    const { faulty, one, other } = twoOnOneStore();
    const opens = faulty.hold('open');
    const created = one.create();
    await opens.reached;
    await other.create();
    await other.append('1');
    faulty.fail('open', ...often('lost-before' as const));
    opens.release();
    expect(await created).toMatchObject({ kind: 'exists', closed: false });
  });

  test('of a creation with a record: the one that is there may be of anybody', async () => {
    const { faulty, one, other } = twoOnOneStore();
    faulty.fail('open', 'lost-after', ...often('lost-before' as const));
    expect(await one.create({ body: '1' })).toMatchObject({ kind: 'failed', definite: false });
    expect(await other.describe()).toMatchObject({ kind: 'stream', tail: 1 });
  });

  test('of a creation, and nothing is there: it may come yet', async () => {
    const { faulty, one, other } = twoOnOneStore();
    faulty.fail('open', ...often('lost-before' as const));
    expect(await one.create()).toMatchObject({ kind: 'failed', definite: false });
    expect(await other.describe()).toEqual({ kind: 'missing' });
  });

  test('of a read: it fails, and nothing can have happened', async () => {
    const { faulty, one } = twoOnOneStore();
    await one.create();
    faulty.fail('last', ...often('lost-before' as const));
    const failed = { kind: 'failed', definite: true, message: expect.any(String) };
    expect(await one.read()).toEqual(failed);
    expect(await one.describe()).toEqual(failed);
  });
});
