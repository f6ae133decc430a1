// Goal: the audit of a log finds what is wrong. Method: small histories and logs whose verdict is known.

import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from './history.ts';
import { logFaults } from './log-history.ts';
import { readsGoingBack } from './reads-going-back.ts';

function entry(call: number, operation: string, args: object, result: object | null): HistoryEntry {
  const end = result === null ? null : call + 1;
  return { client: 1, call, return: end, operation, arguments: args, result };
}

const append = (call: number, texts: string[], first: number | undefined) =>
  entry(call, 'append', { texts }, first === undefined ? null : { kind: 'appended', first });
const tail = (call: number, value: number) => entry(call, 'tail', {}, { tail: value });
const read = (call: number, records: object[], end?: number) =>
  entry(call, 'read', { from: 0 }, { records, tail: end });

describe('a log and what was told of it', () => {
  test.each<[string, RegExp | undefined, HistoryEntry[], string[]]>([
    ['all is there', undefined, [append(1, ['a', 'b'], 1), tail(3, 2)], ['a', 'b']],
    ['an acknowledged record is gone', /acknowledged, and not in the log/, [append(1, ['a'], 1)], []],
    ['it is at another position', /acknowledged, and not in the log/, [append(1, ['a'], 1)], ['x', 'a']],
    ['it is there twice', /twice/, [append(1, ['a'], 1)], ['a', 'a']],
    ['half of a batch is there', /in part/, [append(1, ['a', 'b'], undefined)], ['a']],
    ['all of it is there', undefined, [append(1, ['a', 'b'], undefined)], ['a', 'b']],
    ['nothing of it is there', undefined, [append(1, ['a', 'b'], undefined)], []],
    ['a reader was shown something else', /read x at 1/, [read(1, [{ position: 1, text: 'x' }], 1)], ['a']],
    ['a tail from the past', /was asked after/, [append(1, ['a'], 1), tail(3, 0)], ['a']],
    [
      'positions against real time',
      /was asked after/,
      [append(1, ['b'], 2), append(3, ['a'], 1)],
      ['a', 'b'],
    ],
  ])('%s', (_name, expected, history, order) => {
    const faults = logFaults({ history, nothing: [], order }).join();
    if (expected === undefined) expect(faults).toBe('');
    else expect(faults).toMatch(expected);
  });

  test('what was certainly not appended is there', () => {
    const faults = logFaults({ history: [], nothing: [append(1, ['a'], undefined)], order: ['a'] });
    expect(faults.join()).toMatch(/certainly not appended, and yet there/);
  });
});

describe('a client and its past', () => {
  const look = (call: number, position: number) => entry(call, 'look-up', {}, { position, output: {} });

  test.each<[boolean, HistoryEntry[]]>([
    [true, [tail(1, 3), read(3, [], 3), tail(5, 4)]],
    [false, [tail(1, 3), read(3, [], 2)]],
    [false, [append(1, ['a'], 3), tail(3, 2)]],
    [false, [look(1, 5), look(3, 4)]],
    [true, [look(1, 5), tail(3, 4), look(5, 5)]],
  ])('%s %#', (expected, history) => {
    expect(readsGoingBack(history).length === 0).toBe(expected);
  });
});
