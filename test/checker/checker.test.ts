// Goal: the checkers accept what is right and refuse what is wrong. Method: small histories whose verdict is known.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HistoryRecorder } from './history.ts';
import { type CheckedOperation, isLinearizable, type Model } from './linearizability.ts';
import {
  type LogInput,
  type LogOutput,
  logModel,
  type NameInput,
  type NameOutput,
  nameModel,
} from './models.ts';
import { positionOrderFaults } from './position-order.ts';

const NEVER = Number.POSITIVE_INFINITY;

const append = (
  call: number,
  end: number,
  first: number | undefined,
  count = 1,
): CheckedOperation<LogInput, LogOutput> => ({
  call,
  return: first === undefined ? NEVER : end,
  input: { kind: 'append', count },
  output: first === undefined ? undefined : { kind: 'appended', first },
});
const compare = (
  call: number,
  end: number,
  expectedTail: number,
  output: LogOutput,
): CheckedOperation<LogInput, LogOutput> => ({
  call,
  return: end,
  input: { kind: 'append', count: 1, expectedTail },
  output,
});
const tail = (call: number, end: number, value: number): CheckedOperation<LogInput, LogOutput> => ({
  call,
  return: end,
  input: { kind: 'tail' },
  output: { kind: 'tail', tail: value },
});

describe('linearizability of a log', () => {
  test.each<[string, boolean, CheckedOperation<LogInput, LogOutput>[]]>([
    ['one after the other', true, [append(1, 2, 1), tail(3, 4, 1), append(5, 6, 2, 3), tail(7, 8, 4)]],
    ['concurrent, in either order', true, [append(1, 4, 2), append(2, 3, 1)]],
    ['real time against positions', false, [append(1, 2, 2), append(3, 4, 1)]],
    ['a position given twice', false, [append(1, 3, 1), append(2, 4, 1)]],
    ['a hole', false, [append(1, 2, 1), append(3, 4, 3)]],
    ['a stale tail', false, [append(1, 2, 1), tail(3, 4, 0)]],
    ['a tail from the future', false, [tail(1, 2, 1), append(3, 4, 1)]],
    ['a tail in the middle of an append', true, [append(1, 4, 1), tail(2, 3, 1)]],
    ['and then back again', false, [append(1, 6, 1), tail(2, 3, 1), tail(4, 5, 0)]],
    ['an unknown append that was seen', true, [append(1, NEVER, undefined), tail(2, 3, 1), append(4, 5, 2)]],
    [
      'an unknown append that never happened',
      true,
      [append(1, NEVER, undefined), tail(2, 3, 0), append(4, 5, 1)],
    ],
    ['an unknown append that lands late', true, [append(1, NEVER, undefined), tail(2, 3, 0), tail(4, 5, 1)]],
    ['an unknown append cannot land twice', false, [append(1, NEVER, undefined), tail(2, 3, 2)]],
    [
      'a compare-and-append that holds',
      true,
      [append(1, 2, 1), compare(3, 4, 1, { kind: 'appended', first: 2 })],
    ],
    [
      'one that should not have held',
      false,
      [append(1, 2, 1), compare(3, 4, 0, { kind: 'appended', first: 2 })],
    ],
    ['a refusal that is right', true, [append(1, 2, 1), compare(3, 4, 0, { kind: 'refused', tail: 1 })]],
    ['a refusal for no reason', false, [append(1, 2, 1), compare(3, 4, 1, { kind: 'refused', tail: 1 })]],
    [
      'a refusal with a stale tail',
      false,
      [append(1, 2, 1), append(3, 4, 2), compare(5, 6, 0, { kind: 'refused', tail: 1 })],
    ],
  ])('%s: %s', (_name, expected, history) => {
    expect(isLinearizable(history, logModel)).toBe(expected);
  });
});

const name = (
  call: number,
  end: number,
  input: NameInput,
  output: NameOutput | undefined,
): CheckedOperation<NameInput, NameOutput> => ({
  call,
  return: output ? end : NEVER,
  input,
  output,
});
const claim = (owner: string): NameInput => ({ kind: 'claim', owner });
const look: NameInput = { kind: 'look-up' };

describe('linearizability of a name', () => {
  test.each<[string, boolean, CheckedOperation<NameInput, NameOutput>[]]>([
    [
      'claim, refuse, look up',
      true,
      [
        name(1, 2, claim('a'), { kind: 'claimed' }),
        name(3, 4, claim('b'), { kind: 'taken', holder: 'a' }),
        name(5, 6, look, { kind: 'held-by', holder: 'a' }),
      ],
    ],
    [
      'two winners',
      false,
      [name(1, 3, claim('a'), { kind: 'claimed' }), name(2, 4, claim('b'), { kind: 'claimed' })],
    ],
    [
      'two winners with a release between',
      true,
      [
        name(1, 2, claim('a'), { kind: 'claimed' }),
        name(3, 4, { kind: 'release', owner: 'a' }, { kind: 'released' }),
        name(5, 6, claim('b'), { kind: 'claimed' }),
      ],
    ],
    [
      'a look-up that is too old',
      false,
      [name(1, 2, claim('a'), { kind: 'claimed' }), name(3, 4, look, { kind: 'held-by', holder: undefined })],
    ],
    [
      'a claim of unknown outcome explains a refusal',
      true,
      [name(1, NEVER, claim('a'), undefined), name(2, 3, claim('b'), { kind: 'taken', holder: 'a' })],
    ],
    ['nothing explains this one', false, [name(1, 2, claim('b'), { kind: 'taken', holder: 'a' })]],
  ])('%s: %s', (_title, expected, history) => {
    expect(isLinearizable(history, nameModel)).toBe(expected);
  });
});

describe('the search against a search through all orders', () => {
  const operation = fc.record({
    call: fc.nat(12),
    length: fc.integer({ min: 1, max: 8 }),
    unknown: fc.boolean(),
    write: fc.boolean(),
    value: fc.integer({ min: 0, max: 2 }),
  });
  type Register = CheckedOperation<{ write: boolean; value: number }, number>;
  const register: Model<number, { write: boolean; value: number }, number> = {
    initial: 0,
    step: (state, input, output) => {
      if (input.write) return input.value;
      return output === undefined || output === state ? state : undefined;
    },
    key: String,
  };

  test('on a register', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (drawn) => {
        const history = drawn.map<Register>((one, index) => ({
          call: one.call * 100 + index,
          return: one.unknown ? NEVER : (one.call + one.length) * 100 + 50 + index,
          input: { write: one.write, value: one.value },
          output: one.unknown ? undefined : one.value,
        }));
        expect(isLinearizable(history, register)).toBe(anyOrder(history, register.initial, register));
      }),
      { numRuns: 2000 },
    );
  });

  /** Tries every order; an operation may come next if no other has returned before it was called. */
  function anyOrder(left: readonly Register[], state: number, model: typeof register): boolean {
    if (left.every((one) => one.return === NEVER)) return true;
    return left.some((one) => {
      if (left.some((other) => other !== one && other.return < one.call)) return false;
      const next = model.step(state, one.input, one.output);
      return (
        next !== undefined &&
        anyOrder(
          left.filter((other) => other !== one),
          next,
          model,
        )
      );
    });
  }
});

describe('positions against real time', () => {
  const operation = (call: number, end: number, position: number, kind: 'write' | 'read' = 'write') => ({
    what: kind,
    call,
    return: end,
    position,
    kind,
  });

  test.each([
    [true, [operation(1, 2, 1), operation(3, 4, 2)]],
    [true, [operation(1, 4, 2), operation(2, 3, 1)]],
    [false, [operation(1, 2, 2), operation(3, 4, 1)]],
    [true, [operation(1, 2, 2), operation(3, 4, 2, 'read')]],
    [false, [operation(1, 2, 2), operation(3, 4, 1, 'read')]],
    [false, [operation(1, 2, 5, 'read'), operation(3, 4, 5)]],
    [true, [operation(1, NEVER, 2), operation(3, 4, 1)]],
  ])('%s %j', (expected, history) => {
    expect(positionOrderFaults(history).length === 0).toBe(expected);
  });
});

test('a history as JSON lines', () => {
  const recorder = new HistoryRecorder();
  const first = recorder.call(1, 'append', { count: 1 });
  recorder.call(2, 'tail', {})({ result: 0 });
  first('unknown');
  expect(recorder.toJsonLines()).toBe(
    '{"client":1,"call":1,"return":null,"operation":"append","arguments":{"count":1},"result":null}\n' +
      '{"client":2,"call":2,"return":3,"operation":"tail","arguments":{},"result":0}\n',
  );
});
