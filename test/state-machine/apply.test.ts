// Goal: a command is carried out once under its request id, within its limits, and at its place. Method: commands in, results and state
// out. What operations do is in the transcripts, and in the model of `test/property`.

import { describe, expect, test } from 'vitest';
import { DecodeError, NewerFormatError, utf8 } from '../../src/encoding/binary.ts';
import { type ByteString, ofText } from '../../src/encoding/byte-string.ts';
import { RANGE_ENTRIES_MAX, REQUESTS_REMEMBERED_MAX } from '../../src/limits.ts';
import { faultIn } from '../../src/state-machine/kernel/check-command.ts';
import type { Check, Command, Operation, Transaction } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { CommandResult } from '../../src/state-machine/kernel/result.ts';

const put = (key: string, value: string): Operation => ({
  kind: 'put',
  key: ofText(key),
  value: ofText(value),
  lease: '',
});
const nested = (...then: Operation[]): Operation => ({ kind: 'transaction', checks: [], then, else: [] });
const numbered = (prefix: string): Operation => ({
  kind: 'put-numbered',
  prefix: ofText(prefix),
  value: ofText(''),
  lease: '',
});
const transaction = (then: readonly Operation[], requestId?: string): Transaction => ({
  kind: 'transaction',
  requestId,
  checks: [],
  then,
  else: [],
});

class Machine {
  readonly state = kernel.empty();

  run(command: Command, timeMs = 0): CommandResult {
    const at = { position: this.state.position + 1, timeMs };
    return kernel.apply(this.state, at, kernel.decodeCommand(kernel.encodeCommand(command))).result;
  }

  value(key: string): string | undefined {
    return this.state.get(ofText(key))?.value;
  }
}

describe('the end of a lease', () => {
  const grant = transaction([{ kind: 'grant', lease: 'l', ttlMs: 1000 }]);
  const expire = (renewedAt: number) => ({ kind: 'expire', leases: [{ lease: 'l', renewedAt }] }) as const;

  test('a proposal for a lease that ended does not end the one that was granted again', () => {
    const machine = new Machine();
    machine.run(grant);
    expect(machine.run(expire(1))).toMatchObject({ kind: 'expired', leases: ['l'] });
    machine.run(grant);
    expect(machine.run(expire(1))).toMatchObject({ kind: 'expired', leases: [] });
    expect(machine.state.lease('l')).toMatchObject({ renewedAt: 3 });
  });

  test('a renewal that was long on its way does not set the time of the lease back', () => {
    const machine = new Machine();
    machine.run(grant, 5000);
    machine.run({ kind: 'renew', leases: ['l'] }, 1000);
    expect(machine.state.lease('l')).toMatchObject({ renewedAtMs: 5000, renewedAt: 2 });
    machine.run({ kind: 'renew', leases: ['l'] }, 6000);
    expect(machine.state.lease('l')).toMatchObject({ renewedAtMs: 6000, renewedAt: 3 });
  });

  test('a proposal that has not seen the last renewal has no effect', () => {
    const machine = new Machine();
    machine.run(grant);
    machine.run({ kind: 'renew', leases: ['l'] });
    expect(machine.run(expire(1))).toMatchObject({ leases: [] });
    expect(machine.run(expire(2))).toMatchObject({ leases: ['l'] });
  });
});

describe('request ids', () => {
  test('the same id again gets the first result and changes nothing', () => {
    const machine = new Machine();
    const first = machine.run(transaction([put('k', 'a')], 'id'));
    expect(machine.run(transaction([put('k', 'a')], 'id'))).toEqual(first);
    expect(machine.state.get(ofText('k'))?.version).toBe(1);
    expect(machine.state.revision).toBe(2);
  });

  test('a refusal is remembered, too', () => {
    const machine = new Machine();
    const revoke = transaction([{ kind: 'revoke', lease: 'l' }], 'id');
    const first = machine.run(revoke);
    machine.run(transaction([{ kind: 'grant', lease: 'l', ttlMs: 1 }]));
    expect(machine.run(revoke)).toEqual(first);
    expect(first).toEqual({ kind: 'refused', position: 1, reason: 'lease-not-found', path: 'then[0]' });
    expect(machine.state.lease('l')).toBeDefined();
  });

  test('another command under the same id is refused, however late it differs', () => {
    const machine = new Machine();
    const long = 'v'.repeat(2000);
    machine.run(transaction([put('k', `${long}a`)], 'id'));
    expect(machine.run(transaction([put('k', `${long}b`)], 'id'))).toEqual({
      kind: 'request-id-reused',
      position: 2,
      earlier: 1,
    });
    expect(machine.run(transaction([put('k', `${long}a`)], 'id'))).toMatchObject({ kind: 'transaction' });
    expect(machine.value('k')).toBe(`${long}a`);
  });

  test('the table is bounded and forgets the oldest first, and the bytes with it', () => {
    const machine = new Machine();
    for (let index = 0; index < REQUESTS_REMEMBERED_MAX; index += 1)
      machine.run(transaction([], `id-${index}`));
    const full = kernel.stateBytes(machine.state);
    expect(full).toBeGreaterThan(REQUESTS_REMEMBERED_MAX * 100);
    machine.run(transaction([], 'one more'));
    expect(machine.state.requests.get('id-0')).toBeUndefined();
    expect(machine.state.requests.get('id-1')).toBeDefined();
    expect(kernel.stateBytes(machine.state)).toBe(full);
  });

  test.each([
    ['one large value', [put('k', 'x'.repeat(10_000))]],
    ['many small ones', Array.from({ length: 128 }, (_, index) => put(`key-${index}`, 'x'.repeat(20)))],
    ['a large value in a nested transaction', [nested(nested(put('k', 'x'.repeat(10_000))))]],
  ])('a result too large to remember is remembered without its entries: %s', (_, then) => {
    const machine = new Machine();
    const first = machine.run(transaction(then, 'id'));
    expect(first).not.toHaveProperty('forgotten');
    expect(machine.run(transaction(then, 'id'))).toEqual({ ...first, results: [], forgotten: true });
  });

  test('a result with many small entries is remembered as a whole', () => {
    const machine = new Machine();
    const then = Array.from({ length: 64 }, (_, index) => put(`key-${index}`, 'value'));
    const first = machine.run(transaction(then, 'id'));
    expect(machine.run(transaction(then, 'id'))).toEqual(first);
  });
});

/** Transactions around each other, each with `widths` operations beside the next. */
function around(...widths: number[]): Operation[] {
  const [width = 0, ...inner] = widths;
  const operations = Array.from({ length: width }, () => put('k', ''));
  return widths.length === 0 ? [] : [...operations.slice(1), nested(...around(...inner))];
}

describe('limits', () => {
  const check = (target: string, to: unknown) =>
    ({ target, to, is: '=', range: { key: ofText('k') } }) as unknown as Check;
  const wide = '\u0100' as ByteString;

  test.each<[string, Command]>([
    ['an empty key', transaction([put('', 'v')])],
    ['a long key', transaction([put('k'.repeat(1025), 'v')])],
    ['a long value', transaction([put('k', 'v'.repeat(65_537))])],
    [
      'a key of characters that are no bytes',
      transaction([{ kind: 'delete', range: { key: wide }, previous: false }]),
    ],
    [
      'a range that ends in no bytes',
      transaction([{ kind: 'count', range: { key: ofText('a'), end: wide } }]),
    ],
    ['too many operations', transaction(Array.from({ length: 129 }, () => put('k', '')))],
    ['too many around each other', transaction(around(64, 65))],
    ['too many around each other in the other branch', { ...transaction([]), else: around(64, 65) }],
    ['too deep', transaction(around(...Array.from({ length: 129 }, () => 1)))],
    ['too much for one answer', transaction([{ kind: 'get', range: { key: ofText('k') }, limit: 10_001 }])],
    ['nothing for an answer', transaction([{ kind: 'get', range: { key: ofText('k') }, limit: 0 }])],
    ['a number that is not safe', { ...transaction([]), checks: [check('version', 2 ** 53)] }],
    ['half of something', { ...transaction([]), checks: [check('created', 0.5)] }],
    ['a lease id that is not well-formed', { ...transaction([]), checks: [check('lease', '\ud800')] }],
    ['an empty lease id', transaction([{ kind: 'revoke', lease: '' }])],
    ['a long lease id', transaction([{ kind: 'revoke', lease: 'l'.repeat(129) }])],
    ['no time to live', transaction([{ kind: 'grant', lease: 'l', ttlMs: 0 }])],
    ['a long time to live', transaction([{ kind: 'grant', lease: 'l', ttlMs: 9_000_000_000_001 }])],
    ['a long numbered prefix', transaction([numbered('p'.repeat(1009))])],
    ['one number twice', transaction([numbered('p'), numbered('q'), numbered('p')])],
    ['one number twice, once nested', transaction([numbered('p'), nested(nested(numbered('p')))])],
    [
      'one number beside either branch of a nested transaction',
      transaction([
        { kind: 'transaction', checks: [], then: [numbered('p')], else: [numbered('q')] },
        numbered('q'),
      ]),
    ],
    ['an empty request id', transaction([], '')],
    ['a long request id', transaction([], 'r'.repeat(129))],
    ['too many renewals', { kind: 'renew', leases: Array.from({ length: 1001 }, () => 'l') }],
    ['an expiry of no lease', { kind: 'expire', leases: [{ lease: '', renewedAt: 1 }] }],
    ['a compaction at no position', { kind: 'compact', position: Number.NaN }],
  ])('%s', (_, command) => {
    const state = kernel.empty();
    const { result, changes } = kernel.apply(state, { position: 7, timeMs: 0 }, command);
    expect(result).toEqual({ kind: 'invalid', position: 7, reason: faultIn(command) });
    expect(faultIn(command)).toEqual(expect.any(String));
    expect(changes).toEqual([]);
    expect([state.position, state.revision, state.keyCount]).toEqual([7, 1, 0]);
  });

  test.each<[string, Command]>([
    ['the longest key and value', transaction([put('k'.repeat(1024), 'v'.repeat(65_536))])],
    [
      'from the key after the longest',
      transaction([{ kind: 'count', range: { key: ofText('k'.repeat(1025)), end: ofText('') } }]),
    ],
    ['all keys', transaction([{ kind: 'count', range: { key: ofText(''), end: ofText('') } }])],
    ['as many as there may be around each other', transaction(around(64, 64))],
    ['as deep as it may be', transaction(around(...Array.from({ length: 128 }, () => 1)))],
    ['one number in both branches', { ...transaction([numbered('p')]), else: [numbered('p')] }],
  ])('not %s', (_, command) => {
    expect(faultIn(command)).toBeUndefined();
    expect(new Machine().run(command)).toMatchObject({ kind: 'transaction' });
  });
});

test('a delete answers no more entries than a read may, and deletes all of them', () => {
  const machine = new Machine();
  for (let first = 0; first <= RANGE_ENTRIES_MAX; first += 100) {
    machine.run(transaction(Array.from({ length: 100 }, (_, index) => put(`k${first + index}`, ''))));
  }
  const all = machine.state.keyCount;
  expect(all).toBeGreaterThan(RANGE_ENTRIES_MAX);
  const range = { key: ofText(''), end: ofText('') };
  const result = machine.run(transaction([{ kind: 'delete', range, previous: true }]));
  const [deleted] = result.kind === 'transaction' ? result.results : [];
  expect(deleted).toMatchObject({ kind: 'delete', count: all });
  expect(deleted?.kind === 'delete' && deleted.previous.length).toBe(RANGE_ENTRIES_MAX);
  expect(machine.state.keyCount).toBe(0);
});

describe('the place of a command', () => {
  test('a newer format stops the machine', () => {
    const record = kernel.encodeCommand(transaction([]));
    record[0] = 2;
    expect(() => kernel.decodeCommand(record)).toThrow(NewerFormatError);
    expect(() => kernel.decodeCommand(utf8('junk'))).toThrow(DecodeError);
  });

  test('transactions that nobody could have nested so deep are no command', () => {
    const deep = transaction(around(...Array.from({ length: 128 }, () => 1)));
    expect(kernel.decodeCommand(kernel.encodeCommand(deep))).toEqual(deep);
    // No checks, and one operation, which is a transaction: as often as the stack would not bear.
    const levels = Array.from({ length: 50_000 }, () => [0, 1, 8]).flat();
    const record = Uint8Array.from([...kernel.encodeCommand(transaction([])).subarray(0, 3), ...levels]);
    expect(() => kernel.decodeCommand(record)).toThrow(/nested too deep/);
  });

  test('a position that was applied before is a bug, not a command', () => {
    const state = kernel.empty();
    kernel.apply(state, { position: 2, timeMs: 0 }, transaction([]));
    expect(() => kernel.apply(state, { position: 2, timeMs: 0 }, transaction([]))).toThrow(
      /position 2 after 2/,
    );
  });
});
