// Goal: the statistics of a subtree with a quota say how much is in it. Method: what ZooKeeper 3.8.0 leaves there after each step,
// then random changes, after which the statistics are counted again.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toText } from '../../../src/encoding/byte-string.ts';
import type { WriteOperation } from '../../../src/protocols/zookeeper/tree/command.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import { bytes, Conversation, create, SUPER } from './conversation.ts';

const LIMITS = '/zookeeper/quota/q/zookeeper_limits';
const STATS = '/zookeeper/quota/q/zookeeper_stats';

const setData = (path: string, data: string | null): WriteOperation => ({
  kind: 'set-data',
  path,
  version: -1,
  data: data === null ? null : bytes(data),
});
const remove = (path: string): WriteOperation => ({ kind: 'delete', path, version: -1 });

function withQuota(): { talk: Conversation; write: (...operations: WriteOperation[]) => void } {
  const talk = new Conversation();
  const holder = talk.open(1n);
  const write = (...operations: WriteOperation[]) => {
    expect(talk.write(holder, operations).result.kind).toBe('written');
  };
  write(create('/q', { data: bytes('abc') }), create('/q/before', { data: bytes('de') }));
  write(create('/zookeeper/quota/q'), create(LIMITS, { data: bytes('count=2,bytes=2') }), create(STATS));
  return { talk, write };
}

function dataOf(talk: Conversation, path = STATS): string | undefined {
  const data = talk.state.get(path)?.data;
  return data === undefined || data === null ? undefined : toText(data);
}

describe('statistics', () => {
  test('count what is there, and each change', () => {
    const { talk, write } = withQuota();
    expect(dataOf(talk)).toBe('count=2,bytes=5');
    write(create('/q/new', { data: bytes('1234') }));
    expect(dataOf(talk)).toBe('count=3,bytes=9');
    write(setData('/q/new', '1'));
    expect(dataOf(talk)).toBe('count=3,bytes=6');
    write(setData('/q', null), remove('/q/new'));
    expect(dataOf(talk)).toBe('count=2,bytes=2');
    write(create('/qq', { data: bytes('not in it') }));
    expect(dataOf(talk)).toBe('count=2,bytes=2');
    talk.close({ session: 1n, attachedAt: 1 });
    expect(dataOf(talk)).toBe('count=2,bytes=2');
  });

  test('change without a trace in the Stat, and no watcher is told', () => {
    const { talk } = withQuota();
    const before = talk.state.get(STATS);
    const { changes } = talk.write({ session: 1n, attachedAt: 1 }, [create('/q/e', { flags: 1 })]);
    expect(dataOf(talk)).toBe('count=3,bytes=5');
    expect(talk.state.get(STATS)).toEqual({ ...before, data: 'count=3,bytes=5' });
    expect(changes.map((one) => 'path' in one && one.path)).toEqual(['/q/e', '/q']);
  });

  test('are taken back with a write that is refused', () => {
    const { talk } = withQuota();
    talk.write({ session: 1n, attachedAt: 1 }, [create('/q/new'), remove(LIMITS), remove('/missing')]);
    expect(dataOf(talk)).toBe('count=2,bytes=5');
    talk.write({ session: 1n, attachedAt: 1 }, [create('/q/new')]);
    expect(dataOf(talk)).toBe('count=3,bytes=5');
  });

  test('belong to the innermost quota', () => {
    const { talk, write } = withQuota();
    write(
      create('/zookeeper/quota/q/before'),
      create('/zookeeper/quota/q/before/zookeeper_limits'),
      create('/zookeeper/quota/q/before/zookeeper_stats'),
    );
    write(create('/q/before/x', { data: bytes('12') }));
    expect(dataOf(talk)).toBe('count=2,bytes=5');
    expect(dataOf(talk, '/zookeeper/quota/q/before/zookeeper_stats')).toBe('count=2,bytes=4');
  });

  test('end with the limits, and begin again with them', () => {
    const { talk, write } = withQuota();
    write(remove(LIMITS), create('/q/x'));
    expect(dataOf(talk)).toBe('count=2,bytes=5');
    write(create(LIMITS), create('/q/y'));
    expect(dataOf(talk)).toBe('count=3,bytes=5');
  });

  test('keep what else is in the text, and leave a text that is not theirs', () => {
    const { talk, write } = withQuota();
    write(setData(STATS, 'count=1,bytes=2=;countHardLimit=9;byteHardLimit=8'), create('/q/x'));
    expect(dataOf(talk)).toBe('count=2,bytes=2=;byteHardLimit=8;countHardLimit=9');
    write(setData(STATS, ''), create('/q/y', { data: bytes('x') }));
    expect(dataOf(talk)).toBe('count=0,bytes=0');
    for (const odd of ['rubbish', 'count=x,bytes=1', 'count']) {
      write(setData(STATS, odd), create('/q/', { flags: 2 }));
      expect(dataOf(talk)).toBe(odd);
    }
    write(setData(STATS, null), create('/q/', { flags: 2 }));
    expect(dataOf(talk)).toBeUndefined();
  });

  test('of the whole tree are counted once', () => {
    const { talk, write } = withQuota();
    write(create('/zookeeper/quota/zookeeper_limits'), create('/zookeeper/quota/zookeeper_stats'));
    expect(dataOf(talk, '/zookeeper/quota/zookeeper_stats')).toBe('count=11,bytes=35');
    write(create('/x'));
    expect(dataOf(talk, '/zookeeper/quota/zookeeper_stats')).toBe('count=11,bytes=35');
  });
});

test('after random changes they are what a count finds', () => {
  const path = fc.constantFrom('/q', '/q/a', '/q/a/b', '/q/c', '/r', '/r/a');
  const data = fc.constantFrom(null, 'x', 'xyz');
  const operation = fc.oneof(
    fc
      .record({ path, data })
      .map(({ path: at, data: text }) => create(at, { data: text === null ? null : bytes(text) })),
    fc.record({ path, data }).map(({ path: at, data: text }) => setData(at, text)),
    path.map(remove),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { maxLength: 4 }), { maxLength: 30 }),
      fc.nat(30),
      (writes, at) => {
        const { talk } = withQuota();
        for (const [index, operations] of writes.entries()) {
          talk.write({ session: 1n, attachedAt: 1 }, operations, [SUPER]);
          if (index === at) talk.state = znodeTree.decodeState(znodeTree.encodeState(talk.state));
        }
        const nodes = ['/q', '/q/before', '/q/a', '/q/a/b', '/q/c'].flatMap(
          (one) => talk.state.get(one) ?? [],
        );
        const size = nodes.reduce((sum, { data: one }) => sum + (one?.length ?? 0), 0);
        expect(dataOf(talk)).toBe(`count=${nodes.length},bytes=${size}`);
      },
    ),
    { numRuns: 300 },
  );
});
