// Goal: namespaces are listed, and deleted whole; what is deleted stays deleted for every server. Method: two servers on one store.

import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/log/store.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const OPTIONS = { snapshotEvery: 5, log: { readTimeoutMs: 50, writeTimeoutMs: 50 } };

function serversOn(store: Store): [Service, Service] {
  return [open(store, OPTIONS), open(store, OPTIONS)];
}

async function claimMany(server: Service, namespace: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect(await server.names(namespace).claim(`name${index}`, 'ada')).toMatchObject({ kind: 'claimed' });
  }
  await server.idle();
}

describe('namespaces', () => {
  test('are listed once they were written to, by every server', async () => {
    const [one, two] = serversOn(new MemoryStore());
    expect(await one.namespaces.list()).toEqual({ kind: 'page', names: [], more: false });
    await one.names('b').lookUp('nobody');
    expect(await one.namespaces.list()).toEqual({ kind: 'page', names: [], more: false });
    await claimMany(one, 'b', 1);
    await claimMany(two, 'a', 1);
    await claimMany(two, 'c', 1);
    expect(await one.namespaces.list()).toEqual({ kind: 'page', names: ['a', 'b', 'c'], more: false });
    expect(await two.namespaces.list({ limit: 1, startAfter: 'a' })).toEqual({
      kind: 'page',
      names: ['b'],
      more: true,
    });
  });

  test('a name costs one write when the namespace is created, and nothing afterwards', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = open(faulty.store, OPTIONS);
    await claimMany(server, 'a', 1);
    faulty.calls.length = 0;
    await claimMany(server, 'b', 1);
    expect(faulty.calls.filter((call) => call === 'update')).toHaveLength(1);
    faulty.calls.length = 0;
    await server.names('b').claim('another', 'ada');
    expect(faulty.calls).toEqual(['update']);
  });

  test('one that cannot be noted down is not created', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = open(faulty.store, OPTIONS);
    await claimMany(server, 'a', 1);
    faulty.fail('update', ...Array.from({ length: 100 }, () => 'throttled' as const));
    expect(await server.names('b').claim('name', 'ada')).toMatchObject({ kind: 'failed', definite: true });
    const other = open(new MemoryStore(), OPTIONS);
    expect(await other.names('b').lookUp('name')).toMatchObject({ kind: 'free' });
  });

  test('a deleted one is empty for every server, and begins anew with positions that go on', async () => {
    const store = new MemoryStore();
    const [one, two] = serversOn(store);
    await claimMany(one, 'a', 12);
    expect(await two.names('a').lookUp('name0')).toMatchObject({ kind: 'held' });
    expect(await one.namespaces.delete('a')).toEqual({ kind: 'deleted' });
    expect(await one.namespaces.delete('a')).toEqual({ kind: 'not-found' });
    expect(await one.namespaces.list()).toMatchObject({ names: [] });
    for (const server of [one, two, open(store, OPTIONS)]) {
      expect(await server.names('a').lookUp('name0')).toMatchObject({ kind: 'free' });
    }
    expect(await two.names('a').claim('name0', 'bob')).toMatchObject({ kind: 'claimed', position: 14 });
    expect(await one.names('a').lookUp('name0')).toMatchObject({ kind: 'held', holder: { owner: 'bob' } });
    expect(await one.namespaces.list()).toMatchObject({ names: ['a'] });
    await claimMany(two, 'a', 0);
    expect(await open(store, OPTIONS).names('a').lookUp('name1')).toMatchObject({ kind: 'free' });
  });

  test('a description tells how far the log, the snapshots and the answering server are', async () => {
    const store = new MemoryStore();
    const [one, two] = serversOn(store);
    for (let index = 0; index < 12; index += 1) {
      await one.names('a').claim(`name${index}`, 'ada');
      // The next snapshot is not begun before this one is saved.
      await one.idle();
    }
    const described = { kind: 'namespace', name: 'a', position: 12, keys: 12, leases: 0, trimmedTo: 0 };
    const { newest, previous } = snapshotsOf(await store.metadataRecord('namespace/a', 'snapshot'));
    expect(await two.namespaces.describe('a')).toMatchObject({
      ...described,
      applied: 0,
      revision: 13,
      snapshotPosition: newest?.position,
    });
    expect(await one.namespaces.describe('a')).toMatchObject({ ...described, applied: 12 });
    await one.maintain();
    expect(previous?.position).toBeGreaterThan(0);
    expect(await two.namespaces.describe('a')).toMatchObject({ trimmedTo: previous?.position });
    const compacted = await one.namespace('a').kernel.replica.submit({ kind: 'compact', position: 11 });
    expect(compacted).toMatchObject({ kind: 'done', position: 13 });
    expect(await two.namespaces.describe('a')).toMatchObject({ position: 13, compactedTo: 11, applied: 12 });
  });

  test('the description of one that was deleted knows nothing of what was before', async () => {
    const faulty = faultyStore(new MemoryStore());
    const clock = new ManualClock();
    const one = open(faulty.store, { ...OPTIONS, clock, log: { ...OPTIONS.log, clock } });
    await claimMany(one, 'a', 12);
    faulty.fail('setMetadataRecord', ...Array.from({ length: 1000 }, () => 'throttled' as const));
    expect(await one.namespaces.delete('a')).toEqual({ kind: 'deleted' });
    faulty.forgive('setMetadataRecord');
    const left = snapshotsOf(await faulty.store.metadataRecord('namespace/a', 'snapshot'));
    expect(left.newest?.position).toBeGreaterThan(0);
    const two = open(faulty.store, { log: OPTIONS.log });
    expect(await two.namespaces.describe('a')).toEqual({ kind: 'not-found' });
    await claimMany(two, 'a', 1);
    expect(await one.namespaces.describe('a')).toMatchObject({
      position: 14,
      revision: 2,
      keys: 1,
      snapshotPosition: undefined,
      trimmedTo: 13,
    });
  });

  test('a change that meets the deletion comes after it', async () => {
    const [one, two] = serversOn(new MemoryStore());
    await claimMany(one, 'a', 1);
    const { names } = two.namespace('a');
    await names.lookUp('name0');
    await one.namespaces.delete('a');
    expect(await names.claim('late', 'bob')).toMatchObject({ kind: 'claimed', position: 3 });
    expect(await names.lookUp('name0')).toMatchObject({ kind: 'free' });
    expect(await names.lookUp('late')).toMatchObject({ kind: 'held' });
    expect(await one.namespaces.list()).toMatchObject({ names: ['a'] });
  });

  test.each(['linearizable', 'sequenced', 'local'] as const)(
    'a %s read of the server that has deleted it, and of another one',
    async (consistency) => {
      const [one, two] = serversOn(new MemoryStore());
      await claimMany(one, 'a', 1);
      const held = [one.namespace('a'), two.namespace('a')] as const;
      for (const { names } of held) await names.lookUp('name0');
      await one.namespaces.delete('a');
      const own = await held[0].names.lookUp('name0', { consistency });
      expect(own).toMatchObject({ kind: 'free' });
      // A local read answers from what the process has seen.
      const kind = consistency === 'local' ? 'held' : 'free';
      expect(await held[1].names.lookUp('name0', { consistency })).toMatchObject({ kind });
    },
  );

  test('what waits in it learns that it is over, and what observes it goes on', async () => {
    const [one, two] = serversOn(new MemoryStore());
    const { locks, elections } = two.namespace('a');
    const long = { ttlMs: 600_000, waitMs: 600_000 };
    await locks.acquire('l', { lease: 'ada', ttlMs: 600_000 });
    const waiting = locks.acquire('l', { lease: 'bob', ...long });
    await elections.campaign('e', { lease: 'ada' });
    const end = new AbortController();
    const seen = elections.observe('e', end.signal)[Symbol.asyncIterator]();
    expect(await seen.next()).toMatchObject({ value: { lease: 'ada' } });
    const next = seen.next();
    await one.namespaces.delete('a');
    // The first request finds out. The others are told.
    await two.names('a').lookUp('nobody');
    expect(await waiting).toMatchObject({ kind: 'lease-not-found' });
    expect(await next).toEqual({ done: false, value: undefined });
    await elections.campaign('e', { lease: 'cid', ttlMs: 600_000 });
    expect(await seen.next()).toMatchObject({ value: { lease: 'cid' } });
    end.abort();
  });

  test('a change that came before the deletion is not made again after it', async () => {
    const store = new MemoryStore();
    const faulty = faultyStore(store);
    const [one, two] = [open(store, OPTIONS), open(faulty.store, OPTIONS)];
    await claimMany(two, 'a', 1);
    const [first, second] = [faulty.hold('update'), faulty.hold('update')];
    faulty.fail('update', 'lost-after');
    const claiming = two.names('a').claim('late', 'bob');
    first.release();
    await second.reached;
    await one.namespaces.delete('a');
    second.release();
    expect(await claiming).toMatchObject({ kind: 'claimed', position: 2 });
    expect(await two.names('a').lookUp('late')).toMatchObject({ kind: 'free', position: 0 });
    expect(await one.namespaces.list()).toMatchObject({ names: [] });
  });

  test('its snapshots go with it', async () => {
    const store = new MemoryStore();
    const [one] = serversOn(store);
    const keys: string[] = [];
    const put = store.putBlob.bind(store);
    store.putBlob = (key, bytes) => {
      keys.push(key);
      return put(key, bytes);
    };
    await claimMany(one, 'a', 12);
    expect(keys.length).toBeGreaterThan(0);
    await one.namespaces.delete('a');
    for (const key of keys) expect(await store.blob(key)).toBeUndefined();
  });

  test('snapshots that cannot be removed do not undo the deletion, and go with the next sweep', async () => {
    const faulty = faultyStore(new MemoryStore());
    const clock = new ManualClock();
    const server = open(faulty.store, { ...OPTIONS, clock, log: { ...OPTIONS.log, clock } });
    await claimMany(server, 'a', 12);
    const snapshots = async () => snapshotsOf(await faulty.store.metadataRecord('namespace/a', 'snapshot'));
    const { newest, previous } = await snapshots();
    expect([newest, previous]).toMatchObject([{ position: 10 }, { position: 5 }]);
    faulty.fail('removeBlob', ...Array.from({ length: 1000 }, () => 'throttled' as const));
    expect(await server.namespaces.delete('a')).toEqual({ kind: 'deleted' });
    expect(await server.names('a').lookUp('name0')).toMatchObject({ kind: 'free' });
    expect(await snapshots()).toEqual({ saving: [], leftOver: [newest, previous] });
    faulty.forgive('removeBlob');
    await server.maintain();
    expect((await snapshots()).leftOver).toEqual([]);
  });
});
