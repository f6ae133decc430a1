// Goal: the history of a namespace tells every command as what it is, with what it decided, and no reader of it
// costs more than is bounded. Method: recipes on a memory store, whose calls are counted; a watch beside it.

import { describe, expect, test } from 'vitest';
import type { HistoryCommand, HistoryOptions } from '../../src/api/history.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { ofBytes, ofText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { Replica } from '../../src/replica/replica.ts';
import { Namespace } from '../../src/service/namespace.ts';
import type { Operation } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { prefixRange } from '../../src/state-machine/kernel/range.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { serverOn } from '../support/server-on.ts';

const TTL_MS = 10_000;

async function told(namespace: Namespace, options?: HistoryOptions): Promise<readonly HistoryCommand[]> {
  const page = await namespace.history(options);
  if (page.kind !== 'page') throw new Error(`no page, but ${page.kind}`);
  return page.commands;
}

async function last(namespace: Namespace): Promise<HistoryCommand | undefined> {
  return (await told(namespace, { limit: 1000 })).at(-1);
}

/** A server that tells how many commands it has applied, to whatever state. */
function counting(store: Store, snapshotEvery: number, clock = new ManualClock()) {
  let applied = 0;
  const machine: typeof kernel = {
    ...kernel,
    apply: (...asked) => {
      applied += 1;
      return kernel.apply(...asked);
    },
  };
  const replica = new Replica(machine, store, new Log(store, 'namespace', { clock }), {
    clock,
    snapshotEvery,
  });
  return { server: new Namespace(new Kernel(replica, { clock })), applied: () => applied };
}

describe('a command', () => {
  test('of two claimants of one name: the position that decided, and the holder that the other met', async () => {
    const store = new MemoryStore();
    const [one, two] = [serverOn(store), serverOn(store)];
    // Neither knows of the other, so both claims are in the log.
    await Promise.all([one.names.lookUp('alice'), two.names.lookUp('alice')]);
    await one.names.claim('Alice', 'ada');
    expect(await two.names.claim('alice', 'bob')).toMatchObject({ kind: 'taken' });
    const alice = { resource: 'names', name: 'alice' };
    const asked = (owner: string) => ({
      checks: [{ ...alice, target: 'version', is: '=', to: 0 }],
      then: [{ kind: 'put', ...alice, value: owner }],
      else: [{ kind: 'get', ...alice, limit: 1 }],
    });
    const holder = { ...alice, value: 'ada', version: 1, created: 1, modified: 1 };
    expect(await told(one)).toEqual([
      {
        position: 1,
        writtenAt: expect.any(Number),
        kind: 'transaction',
        operations: asked('ada'),
        succeeded: true,
        results: [{ kind: 'put', entry: holder }],
        changes: [{ ...alice, after: holder }],
      },
      {
        position: 2,
        writtenAt: expect.any(Number),
        kind: 'transaction',
        operations: asked('bob'),
        succeeded: false,
        failedCheck: 0,
        results: [{ kind: 'get', entries: [holder], more: false }],
        changes: [],
      },
    ]);
  });

  test('has the time of its writer', async () => {
    const clock = new ManualClock();
    const server = serverOn(new MemoryStore(), clock);
    await server.keys.put('a', 'x');
    clock.pass(1234);
    await server.keys.put('a', 'y');
    const [first, second] = await told(server);
    expect((second?.writtenAt ?? 0) - (first?.writtenAt ?? 0)).toBe(1234);
  });

  test('of a lock names the lock, the lease and the token, wherever they stand in the keys', async () => {
    const server = serverOn(new MemoryStore());
    await server.locks.acquire('l/1', { lease: 'ada', ttlMs: TTL_MS });
    const l1 = { resource: 'locks', name: 'l/1' };
    expect(await last(server)).toMatchObject({
      operations: {
        checks: [
          { ...l1, ofLease: 'ada', target: 'version' },
          { ...l1, fromToken: 1 },
        ],
        then: [
          {
            kind: 'transaction',
            checks: [{ ...l1, target: 'version' }],
            then: [
              { kind: 'grant', resource: 'leases', name: 'ada', ttlMs: TTL_MS },
              { kind: 'put-numbered', ...l1, value: '1', lease: 'ada' },
              { kind: 'put', ...l1, ofLease: 'ada', lease: 'ada' },
            ],
          },
        ],
      },
      succeeded: true,
      results: [{ kind: 'transaction', succeeded: true }],
      changes: [
        { ...l1, token: 1, after: { ...l1, token: 1, value: '1', lease: 'ada' } },
        { ...l1, ofLease: 'ada', after: { lease: 'ada' } },
      ],
    });
    await server.locks.release('l/1', 'ada');
    expect(await last(server)).toMatchObject({
      changes: [
        { ...l1, token: 1, before: { lease: 'ada' } },
        { ...l1, ofLease: 'ada', before: {} },
      ],
    });
    expect((await last(server))?.changes[0]).not.toHaveProperty('after');
  });

  test('of elections, groups, sequences and keys', async () => {
    const server = serverOn(new MemoryStore());
    await server.elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS, value: 'here' });
    await server.elections.proclaim('e', 'ada', 'there');
    const e = { resource: 'elections', name: 'e' };
    expect(await last(server)).toMatchObject({
      operations: {
        checks: [
          { ...e, ofLease: 'ada', target: 'created', to: 1 },
          { ...e, belowToken: 1 },
        ],
      },
      changes: [{ ...e, ofLease: 'ada', before: { value: 'here' }, after: { value: 'there' } }],
    });
    await server.groups.join('g', 'm/1', { lease: 'ada', metadata: Uint8Array.of(255) });
    const member = { resource: 'groups', name: 'g', member: 'm/1' };
    expect(await last(server)).toMatchObject({
      changes: [{ ...member, after: { valueBase64: '/w==', lease: 'ada' } }],
    });
    await server.sequences.next('s', { count: 5 });
    const s = { resource: 'sequences', name: 's' };
    expect(await last(server)).toMatchObject({
      operations: { then: [{ kind: 'add', ...s, by: 5 }] },
      results: [{ kind: 'add', entry: { ...s, value: '5' } }],
    });
    await server.transact({
      checks: [{ key: 'a/ä', target: 'value', is: '=', to: Uint8Array.of(255) }],
      then: [{ kind: 'put', key: 'a', value: 'x' }],
      else: [
        { kind: 'delete', prefix: 'a/' },
        { kind: 'put-numbered', prefix: 'q/', value: 'x' },
      ],
    });
    const keys = { resource: 'keys' };
    expect(await last(server)).toMatchObject({
      operations: {
        checks: [{ ...keys, name: 'a/ä', target: 'value', is: '=', toBase64: '/w==' }],
        then: [{ kind: 'put', ...keys, name: 'a', value: 'x' }],
        else: [
          { kind: 'delete', ...keys, prefix: 'a/' },
          { kind: 'put-numbered', ...keys, prefix: 'q/', value: 'x' },
        ],
      },
      succeeded: false,
      results: [
        { kind: 'delete', count: 0 },
        { kind: 'put-numbered', entry: { ...keys, name: `q/${String(5).padStart(16, '0')}` } },
      ],
    });
  });

  test('of leases: granted, renewed, ended, and not ended because they were renewed', async () => {
    const server = serverOn(new MemoryStore());
    await server.leases.grant('ada', TTL_MS);
    await server.keys.put('a', 'x', { lease: 'ada' });
    await server.leases.renew(['ada', 'bob']);
    const lease = (name: string) => ({ resource: 'leases', name });
    expect(await last(server)).toMatchObject({
      kind: 'renew',
      operations: {
        then: [
          { kind: 'renew', ...lease('ada') },
          { kind: 'renew', ...lease('bob') },
        ],
      },
      succeeded: true,
      results: [
        { kind: 'renew', ttlMs: TTL_MS },
        { kind: 'renew', ttlMs: null },
      ],
      changes: [],
    });
    const expire = (renewedAt: number) =>
      server.kernel.replica.submit({ kind: 'expire', leases: [{ lease: 'ada', renewedAt }] });
    await expire(1);
    expect(await last(server)).toMatchObject({
      kind: 'expire',
      operations: { then: [{ kind: 'expire', ...lease('ada'), renewedAt: 1 }] },
      succeeded: false,
      results: [{ kind: 'expire', ended: false }],
      changes: [],
    });
    await expire(3);
    expect(await last(server)).toMatchObject({
      succeeded: true,
      results: [{ kind: 'expire', ended: true }],
      changes: [{ resource: 'keys', name: 'a', before: { value: 'x', lease: 'ada' } }],
    });
  });

  test('that was refused or repeated, a compaction, and a sequenced read', async () => {
    const server = serverOn(new MemoryStore());
    const once = { idempotencyKey: 'once' };
    await server.keys.put('a', 'x', once);
    await server.keys.put('a', 'x', once);
    expect(await last(server)).toMatchObject({
      position: 2,
      repeats: 1,
      succeeded: true,
      results: [{ kind: 'put', entry: { modified: 1 } }],
      changes: [],
    });
    await server.keys.put('a', 'y', once);
    expect(await last(server)).toMatchObject({
      position: 3,
      repeats: 1,
      succeeded: false,
      refused: { reason: 'idempotency-key-reused', path: '' },
    });
    await server.transact({ then: [{ kind: 'put', key: 'c', value: 'no counter' }] });
    await server.transact({
      then: [
        { kind: 'put', key: 'b', value: 'x' },
        { kind: 'add', key: 'c', by: 1 },
      ],
    });
    expect(await last(server)).toMatchObject({
      succeeded: false,
      refused: { reason: 'not-a-counter', path: 'then[1]' },
      results: [],
      changes: [],
    });
    await server.keys.get('a', { consistency: 'sequenced' });
    expect(await last(server)).toEqual({
      position: 6,
      writtenAt: expect.any(Number),
      kind: 'read',
      operations: { checks: [], then: [], else: [] },
      succeeded: true,
      results: [],
      changes: [],
    });
    await server.kernel.replica.submit({ kind: 'compact', position: 3 });
    const page = await server.history();
    expect(page).toMatchObject({ commands: { length: 4 } });
    expect(await last(server)).toMatchObject({
      kind: 'compact',
      operations: { then: [{ kind: 'compact', position: 3 }] },
      results: [{ kind: 'compact', compacted: 3 }],
    });
    expect(await server.history({ after: 2 })).toEqual({ kind: 'gone', earliest: 3 });
  });

  test('of keys that belong to no resource shows them as they are stored', async () => {
    const server = serverOn(new MemoryStore());
    const carryOut = (...then: Operation[]) =>
      server.kernel.replica.submit({ kind: 'transaction', checks: [], then, else: [] });
    const range = (key: string, end?: string) => ({
      key: ofText(key),
      ...(end === undefined ? {} : { end: ofText(end) }),
    });
    await carryOut(
      { kind: 'put', key: ofText('other'), value: ofText(''), lease: '' },
      { kind: 'put', key: ofBytes(Uint8Array.of(255)), value: ofText(''), lease: '' },
      { kind: 'count', range: range('key/a', 'key/c') },
      { kind: 'get', range: prefixRange(ofText('')), limit: 1 },
      { kind: 'get', range: range('lock/queue/l', 'lock/queue/m'), limit: 1 },
      { kind: 'get', range: prefixRange(ofText('group/g\0a')), limit: 1 },
      { kind: 'get', range: prefixRange(ofText('group/g\0')), limit: 1 },
    );
    expect((await last(server))?.operations.then).toEqual([
      { kind: 'put', key: 'other', value: '' },
      { kind: 'put', keyBase64: '/w==', value: '' },
      { kind: 'count', key: 'key/a', end: 'key/c' },
      { kind: 'get', key: '', end: '', limit: 1 },
      { kind: 'get', key: 'lock/queue/l', end: 'lock/queue/m', limit: 1 },
      { kind: 'get', key: 'group/g\0a', end: 'group/g\0b', limit: 1 },
      { kind: 'get', resource: 'groups', name: 'g', limit: 1 },
    ]);
  });
});

describe('pages', () => {
  async function filled(count: number, store = new MemoryStore()): Promise<Namespace> {
    const server = serverOn(store);
    for (let index = 1; index <= count; index += 1) await server.keys.put(`k${index % 7}`, `${index}`);
    return server;
  }

  test('of every size are the same history, command by command what a watch tells', async () => {
    const server = await filled(40);
    const all = await told(server);
    expect(all.map(({ position }) => position)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    for (const limit of [1, 3, 40, 41]) {
      const commands: HistoryCommand[] = [];
      for (let after = 0, more = true; more; ) {
        const page = await server.history({ after, limit });
        if (page.kind !== 'page') throw new Error(page.kind);
        expect(page.commands.length).toBeLessThanOrEqual(limit);
        commands.push(...page.commands);
        ({ next: after, more } = page);
      }
      expect(commands).toEqual(all);
    }
    const watched: unknown[] = [];
    for await (const event of server.watch({ after: 0 })) {
      if (event.kind !== 'change') continue;
      const [before, after] = [event.before, event.after].map(
        (entry) => entry?.value && Buffer.from(entry.value).toString(),
      );
      watched.push({ position: event.position, key: event.key, before, after });
      if (event.position === 40) break;
    }
    const changes = all.flatMap(({ position, changes: own }) =>
      own.map(({ name, before, after }) => ({
        position,
        key: name,
        before: before?.value,
        after: after?.value,
      })),
    );
    expect(changes).toEqual(watched);
  });

  test('the last one says where the next command will be', async () => {
    const server = await filled(3);
    expect(await server.history({ after: 3 })).toEqual({
      kind: 'page',
      position: 3,
      commands: [],
      more: false,
      next: 3,
    });
    await server.keys.put('late', 'x');
    expect(await server.history({ after: 3 })).toMatchObject({
      commands: [{ position: 4 }],
      more: false,
      next: 4,
    });
    expect(await server.history({ after: 9 })).toEqual({ kind: 'behind', position: 4 });
  });

  test('of one name, or of one resource', async () => {
    const server = await filled(21);
    await server.names.claim('k1', 'ada');
    await server.keys.list({ prefix: 'k', consistency: 'sequenced' });
    await server.transact({ then: [{ kind: 'get', prefix: 'k1' }] });
    await server.transact({ then: [{ kind: 'get', prefix: 'k2' }] });
    const positions = async (options: HistoryOptions) =>
      (await told(server, options)).map(({ position }) => position);
    expect(await positions({ prefix: 'k1' })).toEqual([1, 8, 15, 22, 24]);
    expect(await positions({ prefix: 'k1', resource: 'keys' })).toEqual([1, 8, 15, 24]);
    expect(await positions({ resource: 'names' })).toEqual([22]);
    expect(await positions({ prefix: 'k1', limit: 2 })).toEqual([1, 8]);
    expect(await server.history({ prefix: 'none', limit: 2 })).toMatchObject({
      commands: [],
      more: false,
      next: 25,
    });
    expect(await server.history({ prefix: 'k1', limit: 2 })).toMatchObject({ more: true, next: 8 });
  });

  test('what cannot be is rejected', async () => {
    const server = await filled(1);
    const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.stringMatching(/./) };
    for (const limit of [0, 1.5, 1001, Number.NaN]) expect(await server.history({ limit })).toEqual(invalid);
    for (const after of [-1, 0.5, Number.NaN]) expect(await server.history({ after })).toEqual(invalid);
    expect(await server.history({ prefix: '\ud800' })).toEqual(invalid);
  });

  test('of a namespace that is not there', async () => {
    const server = serverOn(new MemoryStore());
    expect(await server.history()).toEqual({ kind: 'page', position: 0, commands: [], more: false, next: 0 });
    expect(await server.history({ after: 0 })).toMatchObject({ commands: [] });
  });
});

describe('the bounds', () => {
  test('what is trimmed is gone, and without a position the history begins behind it', async () => {
    const store = new MemoryStore();
    const { server } = counting(store, 5);
    for (let index = 0; index < 30; index += 1) {
      await server.keys.put(`k${index}`, 'x');
      await server.kernel.replica.idle();
    }
    await maintainNamespace(store, server.kernel.replica);
    const gone = await serverOn(store).history({ after: 0 });
    const earliest = gone.kind === 'gone' ? gone.earliest : 0;
    expect(earliest).toBeGreaterThan(0);
    const commands = await told(serverOn(store));
    expect(commands.map(({ position }) => position)).toEqual(
      Array.from({ length: 30 - earliest }, (_, index) => earliest + 1 + index),
    );
    // A replay of before the trim is of no use any more.
    expect(await server.history({ after: 0 })).toEqual(gone);
  });

  test('a command that met or changed too much is told in part', async () => {
    const server = serverOn(new MemoryStore());
    const value = 'x'.repeat(60_000);
    for (let index = 0; index < 10; index += 1) await server.keys.put(`k${index}`, value);
    await server.transact({
      then: [
        { kind: 'get', prefix: 'k' },
        { kind: 'delete', prefix: 'k' },
      ],
    });
    const command = (await told(server, { after: 10 }))[0];
    expect(command).toMatchObject({
      truncated: true,
      results: [
        { kind: 'get', entries: { length: 4 }, more: true },
        { kind: 'delete', count: 10 },
      ],
      changes: [],
    });
    expect((await told(server, { limit: 1 }))[0]).not.toHaveProperty('truncated');
  });

  test('a page of large commands ends early', async () => {
    const server = serverOn(new MemoryStore());
    const value = 'x'.repeat(60_000);
    for (let index = 0; index < 20; index += 1) await server.keys.put('k', value);
    const page = await server.history();
    expect(page).toMatchObject({ more: true });
    const count = page.kind === 'page' ? page.commands.length : 0;
    expect(count).toBeGreaterThan(1);
    expect(count).toBeLessThan(20);
    expect(await server.history({ after: count })).toMatchObject({
      commands: { 0: { position: count + 1 } },
    });
  });

  test('a search looks at so many commands and no more, and says how far it has come', async () => {
    const server = serverOn(new MemoryStore());
    const put: Operation = { kind: 'put', key: ofText('key/a'), value: ofText(''), lease: '' };
    const command = { kind: 'transaction', checks: [], then: [put], else: [] } as const;
    for (let round = 0; round < 11; round += 1)
      await server.kernel.replica.submitAll(Array.from({ length: 1000 }, () => command));
    const first = await server.history({ prefix: 'none' });
    expect(first).toMatchObject({ commands: [], more: true, next: 10_000 });
    expect(await server.history({ prefix: 'none', after: 10_000 })).toMatchObject({
      more: false,
      next: 11_000,
    });
  });

  test('the next page goes on where the last one ended, without a replay from the beginning', async () => {
    const { server, applied } = counting(new MemoryStore(), 10_000);
    for (let index = 0; index < 200; index += 1) await server.keys.put(`k${index}`, 'x'.repeat(2000));
    const appliedBy = async (options: HistoryOptions) => {
      const before = applied();
      expect(await told(server, options)).toHaveLength(10);
      return applied() - before;
    };
    expect(await appliedBy({ after: 150, limit: 10 })).toBe(160);
    expect(await appliedBy({ after: 160, limit: 10 })).toBe(10);
    expect(await appliedBy({ after: 180, limit: 10 })).toBe(20);
    expect(await appliedBy({ after: 100, limit: 10 })).toBe(110);
    // It counts as memory of the namespace.
    expect(server.kernel.replica.past.bytesKept).toBeGreaterThan(100 * 2000);
  });
});
