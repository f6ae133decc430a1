// Goal: the machine and its snapshots agree with a model that is too simple to be wrong. Method: random command sequences against a
// plain Map, with a snapshot round trip at a random point; both must give the same results and the same digest.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { apply } from '../../src/state-machine/kernel/apply.ts';
import type {
  Check,
  Command,
  CommandResult,
  KeyEntry,
  Operation,
} from '../../src/state-machine/kernel/command.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { decodeState, encodeState } from '../../src/state-machine/kernel/snapshot-codec.ts';
import { State } from '../../src/state-machine/kernel/state.ts';
import { describeState } from '../support/kernel-state.ts';

const key = fc.constantFrom('a', 'a/1', 'a/2', 'b', 'ä', '𝒳');
const value = fc.constantFrom('', 'x', 'xy', 'z').map(utf8);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, value }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const), key }),
  fc.record({
    kind: fc.constant('list' as const),
    prefix: fc.constantFrom('', 'a', 'a/'),
    after: fc.option(key, { nil: undefined }),
    limit: fc.integer({ min: 1, max: 3 }),
  }),
);
const is = fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const);
const check: fc.Arbitrary<Check> = fc.oneof(
  fc.record({
    target: fc.constantFrom('version' as const, 'created' as const, 'modified' as const),
    key,
    is,
    to: fc.nat(6),
  }),
  fc.record({ target: fc.constant('value' as const), key, is, to: value }),
);
const command: fc.Arbitrary<Command> = fc.oneof({
  weight: 9,
  arbitrary: fc.record({
    kind: fc.constant('transaction' as const),
    requestId: fc.option(fc.constantFrom('r1', 'r2', 'r3'), { nil: undefined }),
    checks: fc.array(check, { maxLength: 2 }),
    then: fc.array(operation, { maxLength: 3 }),
    else: fc.array(operation, { maxLength: 2 }),
  }),
});

/** By writers whose clocks differ: times go back and forth. */
const written = fc.record({ one: command, timeMs: fc.nat(100) });

/** Everything the slow and obvious way. */
class Model {
  readonly keys = new Map<string, KeyEntry>();
  readonly requests = new Map<string, { command: string; result: CommandResult }>();

  run(position: number, given: Command): CommandResult {
    const command = Buffer.from(encodeCommand(given)).toString('hex');
    const earlier = given.requestId === undefined ? undefined : this.requests.get(given.requestId);
    if (earlier?.command === command) return earlier.result;
    if (earlier) return { kind: 'request-id-reused', position, earlier: earlier.result.position };
    const succeeded = given.checks.every((one) => this.#holds(one));
    const results = (succeeded ? given.then : given.else).map((one) => this.#do(position, one));
    const result: CommandResult = { kind: 'transaction', position, succeeded, results };
    if (given.requestId) this.requests.set(given.requestId, { command, result });
    return result;
  }

  #holds(one: Check): boolean {
    const entry = this.keys.get(one.key);
    if (one.target === 'value' && !entry) return one.is === '!=';
    const difference =
      one.target === 'value'
        ? Buffer.compare(Buffer.from(entry?.value ?? []), Buffer.from(one.to))
        : Math.sign((entry?.[one.target] ?? 0) - one.to);
    return { '=': difference === 0, '!=': difference !== 0, '<': difference < 0, '>': difference > 0 }[
      one.is
    ];
  }

  #do(position: number, one: Operation): Extract<CommandResult, { kind: 'transaction' }>['results'][number] {
    const previous = 'key' in one ? this.keys.get(one.key) : undefined;
    switch (one.kind) {
      case 'get':
        return { kind: 'get', entry: previous };
      case 'delete':
        this.keys.delete(one.key);
        return { kind: 'delete', previous };
      case 'put': {
        const created = previous?.created ?? position;
        const version = (previous?.version ?? 0) + 1;
        const entry = { key: one.key, value: one.value, created, modified: position, version };
        this.keys.set(one.key, entry);
        return { kind: 'put', entry, previous };
      }
      case 'list': {
        const matching = [...this.keys.values()]
          .filter(
            (entry) =>
              entry.key.startsWith(one.prefix) && !(one.after !== undefined && entry.key <= one.after),
          )
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        return { kind: 'list', entries: matching.slice(0, one.limit), more: matching.length > one.limit };
      }
    }
  }
}

describe('the machine against an obvious model', () => {
  test('same results, also through a snapshot at any point, and one digest for one position', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 40 }), fc.nat(40), (commands, snapshotAt) => {
        const model = new Model();
        const whole = new State();
        let revived = new State();
        for (const [index, { one, timeMs }] of commands.entries()) {
          const at = { position: index + 1, timeMs };
          const expected = model.run(index + 1, one);
          expect(apply(whole, at, one)).toEqual(expected);
          if (index === snapshotAt) revived = decodeState([...encodeState(revived)]);
          expect(apply(revived, at, one)).toEqual(expected);
        }
        expect(describeState(revived)).toEqual(describeState(whole));
        expect([...whole.entries()].map(([, entry]) => entry)).toEqual(
          [...model.keys.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('a frozen copy does not change with the state it was taken from', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 20 }),
        fc.array(command, { maxLength: 20 }),
        (before, after) => {
          const state = new State();
          const run = (commands: Command[]) => {
            for (const one of commands) {
              apply(state, { position: state.position + 1, timeMs: 0 }, one);
            }
          };
          run(before);
          const copy = state.frozenCopy();
          const digest = describeState(copy);
          run(after);
          expect(describeState(copy)).toEqual(digest);
        },
      ),
    );
  });
});
