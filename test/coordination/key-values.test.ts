// Goal: keys, their past and their watches are those of an obvious model, whatever is still in memory. Method:
// random changes on two servers with one store, each state kept in a Map; then every position is read again by
// servers that remember all of it, or nothing, or begin with a snapshot.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeyEntry } from '../../src/api/keys.ts';
import type { WatchEvent } from '../../src/api/watch.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { Replica } from '../../src/replica/replica.ts';
import { Namespace } from '../../src/service/namespace.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const EVERY = 5;

function serverOn(store: Store, clock = new ManualClock(), name = 'namespace') {
  const log = new Log(store, name, { clock, trimAgeMinMs: 0, segmentCapBytes: 1 });
  const replica = new Replica(kernel, store, log, { clock, snapshotEvery: EVERY, waitMaxMs: 0 });
  return new Namespace(new Kernel(replica, { clock }));
}

const KEYS = ['a', 'a/1', 'a/2', 'b', 'ä', '🙂', '\uffff'];
const step = fc.record({
  server: fc.constantFrom(0, 1),
  kind: fc.constantFrom('put', 'put', 'put', 'delete', 'delete-all', 'grant', 'revoke', 'leased', 'nothing'),
  key: fc.constantFrom(...KEYS),
  value: fc.constantFrom('', 'x', 'y'),
  condition: fc.constantFrom('none', 'none', 'right', 'wrong', 'absent'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type State = ReadonlyMap<string, KeyEntry>;

const byteOrder = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
const listed = (state: State, prefix = '') =>
  [...state.values()].filter(({ key }) => key.startsWith(prefix)).sort((a, b) => byteOrder(a.key, b.key));

/** What the namespace is after each position, by the rules alone. */
class Model {
  readonly states: State[] = [new Map()];
  readonly leases = new Set<string>();

  get now(): State {
    return this.states.at(-1) ?? new Map();
  }

  change(position: number, edit: (state: Map<string, KeyEntry>) => void): void {
    const next = new Map(this.now);
    edit(next);
    while (this.states.length < position) this.states.push(this.now);
    this.states.push(next);
  }

  put(position: number, key: string, value: string, lease: string | undefined): void {
    this.change(position, (state) => {
      const before = state.get(key);
      state.set(key, {
        key,
        value: new Uint8Array(Buffer.from(value)),
        version: (before?.version ?? 0) + 1,
        created: before?.created ?? position,
        modified: position,
        lease,
      });
    });
  }
}

/** Does the step on the namespace and on the model, and compares what came of it. */
async function take({ kind, key, value, condition }: Step, server: Namespace, model: Model): Promise<void> {
  const before = model.now.get(key);
  const modified = before?.modified ?? 0;
  const conditions = {
    none: { options: {}, holds: true },
    right: { options: { ifModified: modified }, holds: true },
    wrong: { options: { ifModified: modified + 1 }, holds: false },
    absent: { options: { ifAbsent: true }, holds: !before },
  };
  const { options, holds } = conditions[condition];
  switch (kind) {
    case 'put':
    case 'leased': {
      const lease = kind === 'leased' ? 'l' : undefined;
      const result = await server.keys.put(key, value, { lease, ...options });
      if (holds && lease !== undefined && !model.leases.has(lease)) {
        expect(result.kind).toBe('lease-not-found');
        if ('position' in result) model.change(result.position, () => undefined);
        return;
      }
      if (!('position' in result)) throw new Error(result.kind);
      if (holds) model.put(result.position, key, value, lease);
      else model.change(result.position, () => undefined);
      const entry = model.now.get(key);
      const done = before ? 'changed' : 'created';
      expect(result).toEqual({ kind: holds ? done : 'condition-failed', position: result.position, entry });
      return;
    }
    case 'delete': {
      const ifModified = 'ifModified' in options ? options.ifModified : undefined;
      const result = await server.keys.delete(key, { ifModified });
      if (!('position' in result)) throw new Error(result.kind);
      const allowed = ifModified === undefined || holds;
      model.change(result.position, (state) => allowed && state.delete(key));
      expect(result.kind).toBe(allowed ? (before ? 'deleted' : 'not-found') : 'condition-failed');
      return;
    }
    case 'delete-all': {
      const result = await server.transact({ then: [{ kind: 'delete', prefix: key }] });
      if (result.kind !== 'done') throw new Error(result.kind);
      const gone = listed(model.now, key);
      expect(result.results).toEqual([{ kind: 'delete', count: gone.length }]);
      model.change(result.position, (state) => {
        for (const one of gone) state.delete(one.key);
      });
      return;
    }
    case 'grant': {
      const result = await server.leases.grant('l', 1e9);
      if (result.kind !== 'granted' && result.kind !== 'exists') throw new Error(result.kind);
      model.change(result.position, () => undefined);
      model.leases.add('l');
      return;
    }
    case 'revoke': {
      const result = await server.leases.revoke('l');
      if (result.kind !== 'revoked' && result.kind !== 'not-found') throw new Error(result.kind);
      model.leases.delete('l');
      model.change(result.position, (state) => {
        for (const entry of [...state.values()]) if (entry.lease === 'l') state.delete(entry.key);
      });
      return;
    }
    case 'nothing': {
      const result = await server.keys.get(key, { consistency: 'sequenced' });
      if (!('position' in result)) throw new Error(result.kind);
      model.change(result.position, () => undefined);
      expect(result.kind).toBe(before ? 'found' : 'not-found');
    }
  }
}

/** Every position from `from` on, in pages of two. */
async function expectPast({ keys }: Namespace, model: Model, from = 0): Promise<void> {
  for (let at = from; at < model.states.length; at += 1) {
    for (const prefix of ['', 'a/']) {
      const seen: KeyEntry[] = [];
      for (let more = true; more; ) {
        const page = await keys.list({ at, prefix, limit: 2, startAfter: seen.at(-1)?.key });
        if (page.kind !== 'page') throw new Error(`${page.kind} at ${at}`);
        expect(page.position).toBe(at);
        seen.push(...page.entries);
        ({ more } = page);
      }
      expect(seen).toEqual(listed(model.states[at] ?? new Map(), prefix));
    }
  }
}

/** The states that a watch makes of the model's one at `after`, at each position that it tells. */
async function expectWatch(server: Namespace, model: Model, after: number): Promise<void> {
  const state = new Map(model.states[after]);
  let position = after;
  const pending: WatchEvent[] = [];
  for await (const event of server.watch({ after })) {
    expect(event.kind).not.toBe('gone');
    if (event.kind === 'change') {
      expect(event.position).toBeGreaterThan(position);
      expect(event.before).toEqual(state.get(event.key));
      pending.push(event);
      if (event.after) state.set(event.key, event.after);
      else state.delete(event.key);
    } else if (event.kind === 'progress') {
      for (const one of pending.splice(0)) expect(one.kind === 'change' && one.position).toBe(event.position);
      position = event.position;
      expect(listed(state)).toEqual(listed(model.states[position] ?? new Map()));
      if (position >= model.states.length - 1) return;
    }
  }
}

describe('keys', () => {
  test('now, in the past and as they change are those of a model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
        const store = new MemoryStore();
        const servers = [serverOn(store), serverOn(store)] as const;
        const model = new Model();
        for (const one of steps) {
          await take(one, servers[one.server === 0 ? 0 : 1], model);
          const page = await servers[0].keys.list({ consistency: 'linearizable' });
          expect(page).toMatchObject({ kind: 'page', entries: listed(model.now), more: false });
          await servers[0].kernel.replica.idle();
        }
        const cold = serverOn(store);
        const jumped = serverOn(store);
        await jumped.keys.list();
        for (const server of [servers[0], cold, jumped]) {
          await expectPast(server, model);
          for (let after = 0; after < model.states.length - 1; after += 3)
            await expectWatch(server, model, after);
        }
      }),
      { numRuns: 40, interruptAfterTimeLimit: 8000 },
    );
  }, 60_000);

  test('of a past that is trimmed the earliest position is told, and can be read', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const writer = serverOn(store, clock);
    const model = new Model();
    for (let count = 1; count <= 23; count += 1) {
      const put = { server: 0, kind: 'put', key: 'a', value: 'x', condition: 'none' } as const;
      await take(put, writer, model);
      await writer.kernel.replica.idle();
    }
    await maintainNamespace(store, writer.kernel.replica);
    await maintainNamespace(store, writer.kernel.replica);
    const cold = serverOn(store, clock);
    const gone = await cold.keys.get('a', { at: 1 });
    const earliest = gone.kind === 'gone' ? gone.earliest : Number.NaN;
    expect(earliest).toBeGreaterThan(1);
    await expectPast(cold, model, earliest);
    await expectWatch(cold, model, earliest);
    const events = cold.watch({ after: earliest - 1 })[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ kind: 'progress', position: earliest - 1 });
    expect((await events.next()).value).toEqual({ kind: 'gone', earliest });
    // The one that has written it all still has it in memory.
    await expectPast(writer, model, 0);
  });
});

describe('a compaction', () => {
  async function compacted() {
    const server = serverOn(new MemoryStore());
    for (const value of ['1', '2', '3']) await server.keys.put('a', value);
    const live = server.watch({ after: 1 })[Symbol.asyncIterator]();
    await live.next();
    await server.kernel.transact({ kind: 'compact', position: 2 });
    return { server, live };
  }

  test('takes what was before it, and nothing else', async () => {
    const { server } = await compacted();
    expect(await server.keys.get('a', { at: 1 })).toEqual({ kind: 'gone', earliest: 2 });
    expect(await server.keys.list({ at: 0 })).toEqual({ kind: 'gone', earliest: 2 });
    expect(await server.keys.get('a', { at: 2 })).toMatchObject({ kind: 'found', entry: { version: 2 } });
  });

  test('is told to a watch that begins before it, and a watch that is on its way goes on', async () => {
    const { server, live } = await compacted();
    const late = server.watch({ after: 1 })[Symbol.asyncIterator]();
    expect(await late.next()).toEqual({ done: false, value: { kind: 'gone', earliest: 2 } });
    expect((await late.next()).done).toBe(true);
    const fits = server.watch({ after: 2 })[Symbol.asyncIterator]();
    expect((await fits.next()).value).toEqual({ kind: 'progress', position: 2 });
    expect((await fits.next()).value).toMatchObject({ kind: 'change', position: 3 });
    expect((await live.next()).value).toMatchObject({ kind: 'change', position: 2 });
  });
});

test('the keys of a lease go when it ends, and a watch tells it', async () => {
  const clock = new ManualClock();
  const server = serverOn(new MemoryStore(), clock);
  await server.leases.grant('l', 1000);
  await server.keys.put('a', 'x', { lease: 'l' });
  await server.keys.put('b', 'x');
  expect(await server.keys.put('c', 'x', { lease: 'other' })).toMatchObject({ kind: 'lease-not-found' });
  const end = new AbortController();
  const events = server.watch({ signal: end.signal })[Symbol.asyncIterator]();
  await events.next();
  clock.pass(1001);
  // In one round trip: the lease ends, and then the key is created anew.
  expect(await server.keys.put('a', 'y')).toMatchObject({ kind: 'created', entry: { lease: undefined } });
  expect((await events.next()).value).toMatchObject({ kind: 'change', key: 'a', after: undefined });
  end.abort();
});

test('two namespaces in one store have nothing in common', async () => {
  const store = new MemoryStore();
  const [one, other] = [
    serverOn(store, new ManualClock(), 'one'),
    serverOn(store, new ManualClock(), 'other'),
  ];
  const events = one.watch({ after: 0 })[Symbol.asyncIterator]();
  await other.keys.put('a', 'other');
  await one.keys.put('a', 'one');
  expect((await events.next()).value).toEqual({ kind: 'progress', position: 0 });
  expect((await events.next()).value).toMatchObject({ position: 1, key: 'a', before: undefined });
  expect(await one.keys.list({ at: 1 })).toMatchObject({
    entries: [{ value: new Uint8Array(Buffer.from('one')) }],
  });
});

test('a watch on a store that cannot be reached ends with an error', async () => {
  const faulty = faultyStore(new MemoryStore());
  const server = serverOn(faulty.store);
  faulty.fail('last', ...Array.from({ length: 100 }, () => 'throttled' as const));
  const events = server.watch()[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toMatchObject({ name: 'OrdinalError', code: 'unavailable' });
});
