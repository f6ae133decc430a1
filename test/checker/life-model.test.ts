// Goal: the model of the life of a log accepts what is right and refuses what is wrong. Method: small histories whose verdict is known.

import { describe, expect, test } from 'vitest';
import { type LifeInput, type LifeOutput, lifeModel } from './life-model.ts';
import { type CheckedOperation, isLinearizable } from './linearizability.ts';

const NEVER = Number.POSITIVE_INFINITY;

type LifeOperation = CheckedOperation<LifeInput, LifeOutput>;
const life = (
  call: number,
  end: number,
  input: LifeInput,
  output: LifeOutput | undefined,
): LifeOperation => ({
  call,
  return: output ? end : NEVER,
  input,
  output,
});
const write = (conditions: Partial<Extract<LifeInput, { kind: 'append' }>> = {}): LifeInput => ({
  kind: 'append',
  count: 1,
  create: 'if-missing',
  seal: false,
  type: null,
  ...conditions,
});
const first = (position: number, start = 0): LifeOutput => ({ kind: 'appended', first: position, start });
const changed = (end: number, start = 0): LifeOutput => ({ kind: 'changed', tail: end, start });
const fenced = changed(1);
const refused = (reason: string, end: number): LifeOutput => ({ kind: 'refused', reason, tail: end });
const there = (end: number, sealed: boolean, start = 0): LifeOutput => {
  return { kind: 'there', tail: end, start, sealed, fence: null, type: null };
};
const atLook: LifeInput = { kind: 'look' };
const atSeal: LifeInput = { kind: 'seal' };
const atDelete: LifeInput = { kind: 'delete' };
const begun = life(1, 2, write(), first(1));

describe('linearizability of the life of a log', () => {
  test.each<[string, boolean, LifeOperation[]]>([
    [
      'an append to a log that is sealed',
      false,
      [begun, life(3, 4, atSeal, changed(1)), life(5, 6, write(), first(2))],
    ],
    [
      'a refusal by one',
      true,
      [begun, life(3, 4, atSeal, changed(1)), life(5, 6, write(), refused('sealed', 1))],
    ],
    [
      'a final tail that is not',
      false,
      [begun, life(3, 4, atSeal, changed(1)), life(5, 6, atLook, there(2, true))],
    ],
    [
      'an append while the seal is on its way',
      true,
      [begun, life(3, 6, atSeal, changed(2)), life(4, 5, write(), first(2))],
    ],
    [
      'that the seal has overlooked',
      false,
      [begun, life(3, 6, atSeal, changed(1)), life(4, 5, write(), first(2))],
    ],
    ['sealing twice', true, [begun, life(3, 4, atSeal, changed(1)), life(5, 6, atSeal, changed(1))]],
    [
      'the last batch of a log',
      true,
      [begun, life(3, 4, write({ seal: true }), first(2)), life(5, 6, atLook, there(2, true))],
    ],
    [
      'a seal of unknown outcome',
      true,
      [begun, life(3, NEVER, atSeal, undefined), life(4, 5, write(), refused('sealed', 1))],
    ],
    ['a refusal without one', false, [begun, life(4, 5, write(), refused('sealed', 1))]],
    [
      'a seal in two lives',
      false,
      [
        begun,
        life(3, 12, atSeal, changed(3, 2)),
        life(4, 5, write(), refused('sealed', 1)),
        life(6, 7, atDelete, first(2)),
        life(8, 9, write(), first(3, 2)),
      ],
    ],
    [
      'a token behind a fence',
      false,
      [begun, life(3, 4, { kind: 'fence', token: 7 }, fenced), life(5, 6, write({ token: 6 }), first(2))],
    ],
    [
      'no token at all',
      false,
      [begun, life(3, 4, { kind: 'fence', token: 7 }, fenced), life(5, 6, write(), first(2))],
    ],
    [
      'a token that is refused',
      true,
      [
        begun,
        life(3, 4, { kind: 'fence', token: 7 }, fenced),
        life(5, 6, write({ token: 6 }), refused('fenced', 1)),
      ],
    ],
    [
      'a token that is great enough',
      true,
      [begun, life(3, 4, { kind: 'fence', token: 7 }, fenced), life(5, 6, write({ token: 7 }), first(2))],
    ],
    [
      'a greater token fences, too',
      false,
      [begun, life(3, 4, write({ token: 9 }), first(2)), life(5, 6, write({ token: 8 }), first(3))],
    ],
    [
      'a fence that goes back',
      false,
      [
        begun,
        life(3, 4, { kind: 'fence', token: 7 }, fenced),
        life(5, 6, { kind: 'fence', token: 6 }, fenced),
      ],
    ],
    [
      'a seal with an old token',
      false,
      [
        begun,
        life(3, 4, { kind: 'fence', token: 7 }, fenced),
        life(5, 6, { kind: 'seal', token: 6 }, changed(1)),
      ],
    ],
    [
      'deleted, and created anew',
      true,
      [
        begun,
        life(3, 4, atDelete, first(2)),
        life(5, 6, atLook, { kind: 'missing' }),
        life(7, 8, write({ create: 'must-be-new' }), first(3, 2)),
        life(9, 10, write({ start: 0 }), refused('missing', 3)),
      ],
    ],
    [
      'a position used twice',
      false,
      [begun, life(3, 4, atDelete, first(2)), life(5, 6, write(), first(2, 2))],
    ],
    [
      'an append that is late for its life',
      false,
      [begun, life(3, 4, atDelete, first(2)), life(5, 6, write({ start: 0 }), first(3, 2))],
    ],
    [
      'a deletion that is late for its life',
      false,
      [
        begun,
        life(3, 4, atDelete, first(2)),
        life(5, 6, write(), first(3, 2)),
        life(7, 8, { kind: 'delete', start: 0 }, first(4, 2)),
      ],
    ],
    [
      'the fence of an earlier life',
      false,
      [
        begun,
        life(3, 4, { kind: 'fence', token: 7 }, fenced),
        life(5, 6, atDelete, first(2)),
        life(7, 8, write(), first(3, 2)),
        life(9, 10, write(), refused('fenced', 3)),
      ],
    ],
    [
      'two that both created it',
      false,
      [
        life(1, 3, write({ create: 'must-be-new' }), first(1)),
        life(2, 4, write({ create: 'must-be-new' }), first(2)),
      ],
    ],
    [
      'a type that is lost on the way',
      false,
      [
        life(1, 2, write({ type: 'text' }), first(1)),
        life(3, 4, write(), first(2)),
        life(5, 6, atLook, there(2, false)),
      ],
    ],
    ['an append to nothing', false, [life(1, 2, write({ create: 'never' }), first(1))]],
    [
      'a deleted log that still takes records',
      false,
      [begun, life(3, 4, atDelete, first(2)), life(5, 6, write({ create: 'never' }), first(3))],
    ],
  ])('%s: %s', (_title, expected, history) => {
    expect(isLinearizable(history, lifeModel)).toBe(expected);
  });
});
