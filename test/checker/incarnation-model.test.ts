// Goal: the model of a log and its incarnations accepts what is right and refuses what is wrong. Method: small histories whose verdict is known.

import { describe, expect, test } from 'vitest';
import { type IncarnationInput, type IncarnationOutput, incarnationModel } from './incarnation-model.ts';
import { type CheckedOperation, isLinearizable } from './linearizability.ts';

const NEVER = Number.POSITIVE_INFINITY;

type IncarnationOperation = CheckedOperation<IncarnationInput, IncarnationOutput>;
const incarnation = (
  call: number,
  end: number,
  input: IncarnationInput,
  output: IncarnationOutput | undefined,
): IncarnationOperation => ({
  call,
  return: output ? end : NEVER,
  input,
  output,
});
const write = (
  conditions: Partial<Extract<IncarnationInput, { kind: 'append' }>> = {},
): IncarnationInput => ({
  kind: 'append',
  count: 1,
  create: 'if-missing',
  seal: false,
  type: null,
  ...conditions,
});
const first = (position: number, incarnation = 0): IncarnationOutput => ({
  kind: 'appended',
  first: position,
  incarnation,
});
const changed = (end: number, incarnation = 0): IncarnationOutput => ({
  kind: 'changed',
  tail: end,
  incarnation,
});
const fenced = changed(1);
const refused = (reason: string, end: number): IncarnationOutput => ({ kind: 'refused', reason, tail: end });
const there = (end: number, sealed: boolean, incarnation = 0): IncarnationOutput => {
  return { kind: 'there', tail: end, incarnation, sealed, fence: null, type: null };
};
const atLook: IncarnationInput = { kind: 'look' };
const atSeal: IncarnationInput = { kind: 'seal' };
const atDelete: IncarnationInput = { kind: 'delete' };
const begun = incarnation(1, 2, write(), first(1));

describe('linearizability of the incarnation of a log', () => {
  test.each<[string, boolean, IncarnationOperation[]]>([
    [
      'an append to a log that is sealed',
      false,
      [begun, incarnation(3, 4, atSeal, changed(1)), incarnation(5, 6, write(), first(2))],
    ],
    [
      'a refusal by one',
      true,
      [begun, incarnation(3, 4, atSeal, changed(1)), incarnation(5, 6, write(), refused('sealed', 1))],
    ],
    [
      'a final tail that is not',
      false,
      [begun, incarnation(3, 4, atSeal, changed(1)), incarnation(5, 6, atLook, there(2, true))],
    ],
    [
      'an append while the seal is on its way',
      true,
      [begun, incarnation(3, 6, atSeal, changed(2)), incarnation(4, 5, write(), first(2))],
    ],
    [
      'that the seal has overlooked',
      false,
      [begun, incarnation(3, 6, atSeal, changed(1)), incarnation(4, 5, write(), first(2))],
    ],
    [
      'sealing twice',
      true,
      [begun, incarnation(3, 4, atSeal, changed(1)), incarnation(5, 6, atSeal, changed(1))],
    ],
    [
      'the last batch of a log',
      true,
      [begun, incarnation(3, 4, write({ seal: true }), first(2)), incarnation(5, 6, atLook, there(2, true))],
    ],
    [
      'a seal of unknown outcome',
      true,
      [begun, incarnation(3, NEVER, atSeal, undefined), incarnation(4, 5, write(), refused('sealed', 1))],
    ],
    ['a refusal without one', false, [begun, incarnation(4, 5, write(), refused('sealed', 1))]],
    [
      'a seal in two incarnations',
      false,
      [
        begun,
        incarnation(3, 12, atSeal, changed(3, 2)),
        incarnation(4, 5, write(), refused('sealed', 1)),
        incarnation(6, 7, atDelete, first(2)),
        incarnation(8, 9, write(), first(3, 2)),
      ],
    ],
    [
      'a token behind a fence',
      false,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, write({ token: 6 }), first(2)),
      ],
    ],
    [
      'no token at all',
      false,
      [begun, incarnation(3, 4, { kind: 'fence', token: 7 }, fenced), incarnation(5, 6, write(), first(2))],
    ],
    [
      'a token that is refused',
      true,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, write({ token: 6 }), refused('fenced', 1)),
      ],
    ],
    [
      'a token that is great enough',
      true,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, write({ token: 7 }), first(2)),
      ],
    ],
    [
      'a greater token fences, too',
      false,
      [
        begun,
        incarnation(3, 4, write({ token: 9 }), first(2)),
        incarnation(5, 6, write({ token: 8 }), first(3)),
      ],
    ],
    [
      'a fence that goes back',
      false,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, { kind: 'fence', token: 6 }, fenced),
      ],
    ],
    [
      'a seal with an old token',
      false,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, { kind: 'seal', token: 6 }, changed(1)),
      ],
    ],
    [
      'deleted, and created anew',
      true,
      [
        begun,
        incarnation(3, 4, atDelete, first(2)),
        incarnation(5, 6, atLook, { kind: 'missing' }),
        incarnation(7, 8, write({ create: 'must-be-new' }), first(3, 2)),
        incarnation(9, 10, write({ incarnation: 0 }), refused('missing', 3)),
      ],
    ],
    [
      'a position used twice',
      false,
      [begun, incarnation(3, 4, atDelete, first(2)), incarnation(5, 6, write(), first(2, 2))],
    ],
    [
      'an append that is late for its incarnation',
      false,
      [
        begun,
        incarnation(3, 4, atDelete, first(2)),
        incarnation(5, 6, write({ incarnation: 0 }), first(3, 2)),
      ],
    ],
    [
      'a deletion that is late for its incarnation',
      false,
      [
        begun,
        incarnation(3, 4, atDelete, first(2)),
        incarnation(5, 6, write(), first(3, 2)),
        incarnation(7, 8, { kind: 'delete', incarnation: 0 }, first(4, 2)),
      ],
    ],
    [
      'the fence of an earlier incarnation',
      false,
      [
        begun,
        incarnation(3, 4, { kind: 'fence', token: 7 }, fenced),
        incarnation(5, 6, atDelete, first(2)),
        incarnation(7, 8, write(), first(3, 2)),
        incarnation(9, 10, write(), refused('fenced', 3)),
      ],
    ],
    [
      'two that both created it',
      false,
      [
        incarnation(1, 3, write({ create: 'must-be-new' }), first(1)),
        incarnation(2, 4, write({ create: 'must-be-new' }), first(2)),
      ],
    ],
    [
      'a type that is lost on the way',
      false,
      [
        incarnation(1, 2, write({ type: 'text' }), first(1)),
        incarnation(3, 4, write(), first(2)),
        incarnation(5, 6, atLook, there(2, false)),
      ],
    ],
    ['an append to nothing', false, [incarnation(1, 2, write({ create: 'never' }), first(1))]],
    [
      'a deleted log that still takes records',
      false,
      [begun, incarnation(3, 4, atDelete, first(2)), incarnation(5, 6, write({ create: 'never' }), first(3))],
    ],
  ])('%s: %s', (_title, expected, history) => {
    expect(isLinearizable(history, incarnationModel)).toBe(expected);
  });
});
