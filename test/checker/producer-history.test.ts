// Goal: the judge of producers can condemn. Method: histories that are known to be right or wrong.

import { describe, expect, test } from 'vitest';
import { type ProducerAnswer, plainFaults, producerFaults, sequenceFaults } from './producer-history.ts';

const at = (text: string, appendedAtMs = 0) => ({ text, appendedAtMs });
const asked = (epoch: number, sequence: number, answer: ProducerAnswer) => ({
  ...{ id: 'p', epoch, sequence, answer },
  atMs: 5,
});
const UNKNOWN = { kind: 'unknown' } as const;
const appended = (first: number) => ({ kind: 'appended', first }) as const;

describe('producers', () => {
  test('requests in order, a new epoch, a repetition and a stale one', () => {
    const tries = [
      asked(0, 0, appended(1)),
      asked(0, 1, UNKNOWN),
      asked(0, 1, { kind: 'repeated', epoch: 0, sequence: 1 }),
      asked(2, 0, appended(3)),
      asked(0, 2, { kind: 'stale', epoch: 2 }),
      asked(2, 1, { kind: 'nothing' }),
    ];
    expect(producerFaults(tries, [at('p 0 0'), at('p 0 1'), at('p 2 0')])).toEqual([]);
  });

  test.each([
    ['twice in the log', [asked(0, 0, UNKNOWN)], [at('p 0 0'), at('p 0 0')]],
    ['out of order', [asked(0, 0, UNKNOWN), asked(0, 1, UNKNOWN)], [at('p 0 1'), at('p 0 0')]],
    ['a gap', [asked(0, 0, UNKNOWN), asked(0, 2, UNKNOWN)], [at('p 0 0'), at('p 0 2')]],
    ['an older epoch', [asked(1, 0, UNKNOWN), asked(0, 0, UNKNOWN)], [at('p 1 0'), at('p 0 0')]],
    ['acknowledged and lost', [asked(0, 0, appended(1))], []],
    ['acknowledged at another position', [asked(0, 0, appended(2))], [at('p 0 0')]],
    [
      'told to be repeated too early',
      [asked(0, 0, { kind: 'repeated', epoch: 0, sequence: 0 })],
      [at('p 0 0', 6)],
    ],
    [
      'told to be stale without reason',
      [asked(0, 0, UNKNOWN), asked(0, 1, { kind: 'stale', epoch: 1 })],
      [at('p 0 0')],
    ],
    ['certainly nothing, and there', [asked(0, 0, { kind: 'nothing' })], [at('p 0 0')]],
  ] as const)('%s', (_what, tries, order) => {
    expect(producerFaults(tries, order)).not.toEqual([]);
  });
});

describe('sequence texts', () => {
  test('ascending, with gaps', () => {
    const tries = [
      { sequence: '1', answer: 'appended' },
      { sequence: '2', answer: 'unknown' },
      { sequence: '0', answer: 'behind' },
    ] as const;
    expect(sequenceFaults(tries, ['1', '3'])).toEqual([]);
  });

  test.each([
    ['descending', [], ['2', '1']],
    ['twice', [], ['1', '1']],
    ['lost', [{ sequence: '1', answer: 'appended' }], []],
    ['refused, and there', [{ sequence: '1', answer: 'behind' }], ['1']],
    ['nothing, and there', [{ sequence: '1', answer: 'nothing' }], ['1']],
  ] as const)('%s', (_what, tries, order) => {
    expect(sequenceFaults(tries, order)).toHaveLength(1);
  });
});

describe('appends without conditions', () => {
  const texts = ['a', 'b'];

  test('in one piece, where they were said to be, or nowhere', () => {
    const tries = [
      { texts, answer: appended(2) },
      { texts: ['c'], answer: UNKNOWN },
      { texts: ['d', 'e'], answer: UNKNOWN },
      { texts: ['f'], answer: { kind: 'nothing' } },
    ] as const;
    expect(plainFaults(tries, ['x', 'a', 'b', 'd', 'e'])).toEqual([]);
  });

  test.each([
    ['torn apart', { texts, answer: UNKNOWN }, ['a', 'x', 'b']],
    ['half', { texts, answer: UNKNOWN }, ['b']],
    ['the other half', { texts, answer: UNKNOWN }, ['a']],
    ['twice', { texts, answer: UNKNOWN }, ['a', 'b', 'a', 'b']],
    ['lost', { texts, answer: appended(1) }, []],
    ['elsewhere', { texts, answer: appended(1) }, ['x', 'a', 'b']],
    ['nothing, and there', { texts, answer: { kind: 'nothing' } }, ['a', 'b']],
  ] as const)('%s', (_what, one, order) => {
    expect(plainFaults([one], order)).toHaveLength(1);
  });
});
