// Goal: the machine does what its commands say. Method: commands in, results and state out; a transcript reads like the design.

import { describe, expect, test } from 'vitest';
import { DecodeError, textOf, utf8 } from '../../src/encoding/binary.ts';
import { REQUESTS_REMEMBERED_MAX } from '../../src/limits.ts';
import { apply } from '../../src/state-machine/kernel/apply.ts';
import type { Check, Command, Operation, OperationResult } from '../../src/state-machine/kernel/command.ts';
import {
  decodeCommand,
  encodeCommand,
  NewerCommandFormatError,
} from '../../src/state-machine/kernel/command-codec.ts';
import { State } from '../../src/state-machine/kernel/state.ts';

const put = (key: string, value: string): Operation => ({ kind: 'put', key, value: utf8(value) });
const get = (key: string): Operation => ({ kind: 'get', key });
const remove = (key: string): Operation => ({ kind: 'delete', key });

class Machine {
  readonly state = new State();

  run(command: Command, timeMs = 0) {
    return apply(
      this.state,
      { position: this.state.position + 1, timeMs },
      decodeCommand(encodeCommand(command)),
    );
  }

  /** A transaction; its results as text. */
  txn(checks: Check[], then: Operation[], otherwise: Operation[] = [], requestId?: string): string {
    const result = this.run({ kind: 'transaction', requestId, checks, then, else: otherwise });
    if (result.kind !== 'transaction') return `${result.kind}: ${'reason' in result ? result.reason : ''}`;
    return `${result.succeeded ? 'then' : 'else'} ${result.results.map(show).join(', ')}`.trim();
  }
}

function show(result: OperationResult): string {
  const entry = (
    one: { value: Uint8Array; created: number; modified: number; version: number } | undefined,
  ) => (one ? `${textOf(one.value)}@${one.created}/${one.modified}v${one.version}` : 'none');
  switch (result.kind) {
    case 'put':
      return `${entry(result.previous)}→${entry(result.entry)}`;
    case 'delete':
      return `${entry(result.previous)}→none`;
    case 'get':
      return entry(result.entry);
    case 'list':
      return `[${result.entries.map((one) => one.key).join(' ')}${result.more ? ' …' : ''}]`;
  }
}

describe('transactions', () => {
  test('positions and versions of a key', () => {
    const machine = new Machine();
    expect(machine.txn([], [put('k', 'a')])).toBe('then none→a@1/1v1');
    expect(machine.txn([], [put('k', 'b')])).toBe('then a@1/1v1→b@1/2v2');
    expect(machine.txn([], [remove('k'), put('k', 'c')])).toBe('then b@1/2v2→none, none→c@3/3v1');
    expect(machine.txn([], [remove('k'), get('k'), remove('k')])).toBe('then c@3/3v1→none, none, none→none');
  });

  test('all checks must hold, and only one branch happens', () => {
    const machine = new Machine();
    machine.txn([], [put('a', '1'), put('b', '2')]);
    const holds: Check = { target: 'version', key: 'a', is: '=', to: 1 };
    const fails: Check = { target: 'version', key: 'b', is: '=', to: 9 };
    expect(machine.txn([holds, fails], [put('a', 'x')], [get('a')])).toBe('else 1@1/1v1');
    expect(machine.txn([holds], [put('a', 'x')], [put('b', 'x')])).toBe('then 1@1/1v1→x@1/3v2');
    expect(machine.txn([], [get('b')])).toBe('then 2@1/1v1');
  });

  test.each([
    ['version', '=', 2, true],
    ['version', '!=', 2, false],
    ['version', '<', 3, true],
    ['version', '>', 2, false],
    ['created', '=', 1, true],
    ['modified', '=', 2, true],
    ['modified', '>', 1, true],
  ] as const)('check %s %s %i', (target, is, to, expected) => {
    const machine = new Machine();
    machine.txn([], [put('k', 'a')]);
    machine.txn([], [put('k', 'b')]);
    expect(machine.txn([{ target, key: 'k', is, to }], [], [])).toBe(expected ? 'then' : 'else');
  });

  test.each([
    ['=', 'b', true],
    ['=', 'bb', false],
    ['!=', 'b', false],
    ['<', 'bb', true],
    ['<', 'c', true],
    ['<', 'b', false],
    ['>', 'a', true],
    ['>', '', true],
    ['>', 'é', false],
  ] as const)('check value %s %s', (is, to, expected) => {
    const machine = new Machine();
    machine.txn([], [put('k', 'b')]);
    expect(machine.txn([{ target: 'value', key: 'k', is, to: utf8(to) }], [], [])).toBe(
      expected ? 'then' : 'else',
    );
  });

  test('a missing key has version 0 and a value unlike every value', () => {
    const machine = new Machine();
    const branch = (check: Check) => machine.txn([check], []);
    expect(branch({ target: 'version', key: 'none', is: '=', to: 0 })).toBe('then');
    expect(branch({ target: 'value', key: 'none', is: '=', to: utf8('') })).toBe('else');
    expect(branch({ target: 'value', key: 'none', is: '!=', to: utf8('') })).toBe('then');
    expect(branch({ target: 'value', key: 'none', is: '<', to: utf8('x') })).toBe('else');
  });

  test('lists go by prefix, in order, in pages', () => {
    const machine = new Machine();
    machine.txn(
      [],
      ['b/2', 'a/9', 'b/1', 'b', 'b/3', 'c'].map((key) => put(key, '')),
    );
    const list = (prefix: string, limit: number, after?: string) =>
      machine.txn([], [{ kind: 'list', prefix, limit, after }]);
    expect(list('b/', 10)).toBe('then [b/1 b/2 b/3]');
    expect(list('b/', 2)).toBe('then [b/1 b/2 …]');
    expect(list('b/', 2, 'b/2')).toBe('then [b/3]');
    expect(list('b/', 2, 'a')).toBe('then [b/1 b/2 …]');
    expect(list('', 3)).toBe('then [a/9 b b/1 …]');
    expect(list('d', 3)).toBe('then []');
  });
});

describe('request ids', () => {
  test('the same id again gets the first result and changes nothing', () => {
    const machine = new Machine();
    const first = machine.txn([], [put('k', 'a')], [], 'id');
    expect(machine.txn([], [put('k', 'a')], [], 'id')).toBe(first);
    expect(machine.txn([], [get('k')])).toBe('then a@1/1v1');
  });

  test('another command under the same id is refused, whatever it is', () => {
    const machine = new Machine();
    machine.txn([], [put('k', 'a')], [], 'id');
    const again = machine.run({
      kind: 'transaction',
      requestId: 'id',
      checks: [],
      then: [put('k', 'b')],
      else: [],
    });
    expect(again).toEqual({ kind: 'request-id-reused', position: 2, earlier: 1 });
    expect(machine.txn([], [get('k')])).toBe('then a@1/1v1');
  });

  test('the table is bounded and forgets the oldest first', () => {
    const machine = new Machine();
    for (let index = 0; index <= REQUESTS_REMEMBERED_MAX; index += 1) {
      machine.txn([], [put('k', String(index))], [], `id-${index}`);
    }
    expect(machine.state.request('id-0')).toBeUndefined();
    expect(machine.state.request('id-1')).toBeDefined();
  });

  test('another command under the same request id is noticed, however late it differs', () => {
    const machine = new Machine();
    const long = 'v'.repeat(2000);
    machine.txn([], [put('k', `${long}a`)], [], 'id');
    expect(machine.txn([], [put('k', `${long}b`)], [], 'id')).toMatch(/^request-id-reused/);
    expect(machine.txn([], [put('k', `${long}a`)], [], 'id')).toMatch(/^then/);
  });

  test('a result too large to remember is remembered without its values', () => {
    const machine = new Machine();
    machine.txn([], [put('k', 'x'.repeat(10_000))], [], 'id');
    expect(machine.state.request('id')?.result).toMatchObject({
      succeeded: true,
      position: 1,
      results: [],
      forgotten: true,
    });
  });
});

describe('limits', () => {
  test('a command against the limits takes its position and changes nothing', () => {
    const machine = new Machine();
    for (const operations of [
      [put('', 'empty key')],
      [put('k'.repeat(2000), 'long key')],
      [put('k', 'v'.repeat(70_000))],
      Array.from({ length: 129 }, () => get('k')),
      [{ kind: 'list', prefix: '', limit: 0 } as const],
    ]) {
      expect(machine.txn([], operations)).toMatch(/^invalid/);
    }
    expect(machine.state.position).toBe(5);
    expect(machine.state.keyCount).toBe(0);
  });

  test('a newer format is not guessed at', () => {
    const data = encodeCommand({ kind: 'transaction', checks: [], then: [], else: [] });
    data[0] = 2;
    expect(() => decodeCommand(data)).toThrow(NewerCommandFormatError);
    expect(() => decodeCommand(utf8('junk'))).toThrow(DecodeError);
  });

  test('a position out of turn is a bug, not a command', () => {
    const machine = new Machine();
    const command = { kind: 'transaction', checks: [], then: [], else: [] } as const;
    machine.run(command);
    expect(() => apply(machine.state, { position: 1, timeMs: 0 }, command)).toThrow(/position 1 after 1/);
  });
});

describe('the size of a state', () => {
  test('grows with what is put, and is as before when all of it is gone', () => {
    const machine = new Machine();
    expect(machine.state.bytes).toBe(0);
    machine.txn([], [put('k', 'x'.repeat(1000))]);
    const one = machine.state.bytes;
    expect(one).toBeGreaterThan(1000);
    machine.txn([], [put('k', 'x')]);
    expect(machine.state.bytes).toBe(one - 999);
    machine.txn([], [remove('k')]);
    machine.txn([], [remove('k')]);
    expect(machine.state.bytes).toBe(0);
  });

  test('counts remembered requests, and no longer when they are forgotten', () => {
    const machine = new Machine();
    for (let index = 0; index < REQUESTS_REMEMBERED_MAX; index += 1) machine.txn([], [], [], `id${index}`);
    const full = machine.state.bytes;
    expect(full).toBeGreaterThan(REQUESTS_REMEMBERED_MAX * 100);
    for (let index = 0; index < 50; index += 1) machine.txn([], [], [], `more${index}`);
    expect(machine.state.bytes).toBe(full);
    expect(machine.state.frozenCopy().bytes).toBe(full);
  });
});
