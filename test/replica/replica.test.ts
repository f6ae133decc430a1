// Goal: every replica agrees, answers as new as it was asked to, and never hangs. Method: replicas on one memory store, with faults and
// counted round trips.

import { describe, expect, test } from 'vitest';
import { Kernel, type KernelReplica } from '../../src/coordination/kernel.ts';
import { ofText, toText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { ReplicaStoppedError } from '../../src/replica/applier.ts';
import { Replica, type ReplicaOptions } from '../../src/replica/replica.ts';
import type { Command } from '../../src/state-machine/kernel/command.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { describeState } from '../support/kernel-state.ts';
import { ManualClock } from '../support/manual-clock.ts';

function newReplica(store: Store, options: ReplicaOptions = {}, segmentCapBytes = 400): KernelReplica {
  return new Replica(kernel, store, new Log(store, 'namespace', { segmentCapBytes }), {
    waitMaxMs: 100,
    ...options,
  });
}

const put = (key: string, value: string, requestId?: string): Command => ({
  kind: 'transaction',
  requestId,
  checks: [],
  then: [{ kind: 'put', key: ofText(key), value: ofText(value), lease: '' }],
  else: [],
});

const valueAt = (key: string) => (state: KernelState) => {
  const entry = state.get(ofText(key));
  return entry && toText(entry.value);
};

async function positionOf(replica: KernelReplica, command: Command): Promise<number> {
  const outcome = await replica.submit(command);
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.position;
}

describe('submit', () => {
  test('waits for its own message to come back, and answers the result computed there', async () => {
    const store = new MemoryStore();
    const [a, b] = [newReplica(store), newReplica(store)];
    expect(await positionOf(a, put('k', 'a'))).toBe(1);
    const outcome = await b.submit(put('k', 'b'));
    expect(outcome).toMatchObject({ position: 2, result: { results: [{ previous: { created: 1 } }] } });
    expect(b.position).toBe(2);
  });

  test('on a warm replica a submit is one round trip, and so is a linearizable read', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = newReplica(faulty.store, {}, 10_000);
    await replica.submit(put('k', '0'));
    for (let index = 1; index < 50; index += 1) {
      faulty.calls.length = 0;
      await replica.submit(put('k', String(index)));
      expect(faulty.calls.length).toBe(1);
      faulty.calls.length = 0;
      expect(await replica.read(valueAt('k'))).toMatchObject({ value: String(index) });
      expect(faulty.calls).toEqual(['range']);
    }
  });

  test('across a roll-over, too, a warm replica with no competition makes one round trip', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = newReplica(faulty.store, {}, 100);
    await replica.submit(put('k', '0'));
    for (let index = 1; index < 50; index += 1) {
      faulty.calls.length = 0;
      await replica.submit(put('k', String(index)));
      expect(faulty.calls.length).toBe(1);
    }
    expect(faulty.calls.length).toBe(1);
  });

  test('a hundred at once share round trips, and each gets its own result', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = newReplica(faulty.store);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => replica.submit(put(`k${index}`, String(index)))),
    );
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({ kind: 'done', result: { results: [{ entry: { key: `k${index}` } }] } });
    }
    expect(faulty.calls.length).toBeLessThan(10);
  });

  test('competing replicas: each submit once, one order, one digest', async () => {
    const store = new MemoryStore();
    const replicas = Array.from({ length: 8 }, () => newReplica(store));
    const positions = await Promise.all(
      replicas.flatMap((replica, who) =>
        Array.from({ length: 40 }, (_, index) => positionOf(replica, put(`${who}/${index}`, 'x'))),
      ),
    );
    expect(positions.toSorted((a, b) => a - b)).toEqual(positions.map((_, index) => index + 1));
    const digests = await Promise.all(
      replicas.map((replica) => replica.read((state) => describeState(state))),
    );
    const [first] = digests;
    for (const digest of digests) expect(digest).toEqual(first);
    expect(first).toMatchObject({ position: 320 });
  });

  test('a lost answer changes nothing about the result', async () => {
    for (const fault of ['lost-before', 'lost-after', 'duplicated', 'throttled'] as const) {
      const faulty = faultyStore(new MemoryStore());
      const replica = newReplica(faulty.store);
      await replica.submit(put('k', 'a'));
      faulty.fail('update', fault);
      expect(await replica.submit(put('k', 'b'))).toMatchObject({
        position: 2,
        result: { results: [{ entry: { version: 2 } }] },
      });
    }
  });

  test('its own message may come back by another way before the append is answered', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = newReplica(faulty.store);
    await replica.submit(put('k', 'a'));
    faulty.fail('update', 'lost-after');
    const first = faulty.hold('update');
    const retry = faulty.hold('update');
    const pending = replica.submit(put('k', 'b'));
    await first.reached;
    first.release();
    await retry.reached;
    expect(await replica.read(valueAt('k'))).toMatchObject({ value: 'b', position: 2 });
    retry.release();
    expect(await pending).toMatchObject({
      kind: 'done',
      position: 2,
      result: { results: [{ entry: { version: 2 } }] },
    });
  });

  test('a command against the limits is refused before it is appended', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = newReplica(faulty.store);
    expect(await new Kernel(replica).transact(put('', 'x'))).toMatchObject({ kind: 'invalid' });
    expect(faulty.calls).toEqual([]);
  });

  test('the same request id on another replica: the first result', async () => {
    const store = new MemoryStore();
    await newReplica(store).submit(put('k', 'a', 'id'));
    expect(await newReplica(store).submit(put('k', 'a', 'id'))).toMatchObject({
      position: 2,
      result: { position: 1, results: [{ entry: { version: 1 } }] },
    });
  });
});

describe('reads', () => {
  test('linearizable: sees what any other replica has acknowledged', async () => {
    const store = new MemoryStore();
    const [writer, reader] = [newReplica(store), newReplica(store)];
    for (let index = 0; index < 30; index += 1) {
      await writer.submit(put('k', String(index)));
      expect(await reader.read(valueAt('k'))).toMatchObject({ value: String(index) });
    }
  });

  test('many linearizable reads share looks at the tail, and none of them uses one that began before it', async () => {
    const faulty = faultyStore(new MemoryStore());
    const reader = newReplica(faulty.store);
    const writer = newReplica(faulty.store);
    await reader.read(valueAt('k'));
    await writer.submit(put('k', 'old'));
    const held = faulty.hold('last');
    const early = reader.read(valueAt('k'));
    await held.reached;
    await writer.submit(put('k', 'new'));
    faulty.calls.length = 0;
    const late = Array.from({ length: 50 }, () => reader.read(valueAt('k')));
    held.release();
    await early;
    for (const outcome of await Promise.all(late)) expect(outcome).toMatchObject({ value: 'new' });
    expect(faulty.calls.length).toBeLessThan(3);
  });

  test('sequenced: takes a position of its own', async () => {
    const replica = newReplica(new MemoryStore());
    await replica.submit(put('k', 'a'));
    expect(await replica.read(valueAt('k'), { consistency: 'sequenced' })).toEqual({
      kind: 'read',
      position: 2,
      value: 'a',
    });
  });

  test('local: at once from what is there; with after, not before that position', async () => {
    const faulty = faultyStore(new MemoryStore());
    const [writer, reader] = [newReplica(faulty.store), newReplica(faulty.store)];
    await writer.submit(put('k', 'a'));
    await reader.read(valueAt('k'));
    const position = await positionOf(writer, put('k', 'b'));
    faulty.calls.length = 0;
    expect(await reader.read(valueAt('k'), { consistency: 'local' })).toMatchObject({ value: 'a' });
    expect(faulty.calls).toEqual([]);
    expect(await reader.read(valueAt('k'), { consistency: 'local', after: position })).toMatchObject({
      value: 'b',
    });
  });

  test('a position that does not exist yet: a clear answer after a bounded wait, for each kind of read', async () => {
    const replica = newReplica(new MemoryStore());
    await replica.submit(put('k', 'a'));
    for (const consistency of ['linearizable', 'sequenced', 'local'] as const) {
      const outcome = await replica.read(valueAt('k'), { consistency, after: 1000 });
      expect(outcome).toMatchObject({ kind: 'behind', position: replica.position });
    }
  });

  test('a position that comes while it is waited for', async () => {
    const store = new MemoryStore();
    const [writer, reader] = [newReplica(store), newReplica(store, { waitMaxMs: 5000 })];
    await writer.submit(put('k', 'a'));
    const waiting = reader.read(valueAt('k'), { consistency: 'local', after: 2 });
    await writer.submit(put('k', 'b'));
    expect(await waiting).toMatchObject({ kind: 'read', value: 'b' });
  });

  test('a namespace that nobody has written to is empty', async () => {
    const replica = newReplica(new MemoryStore());
    expect(await replica.read(valueAt('k'))).toEqual({ kind: 'read', position: 0, value: undefined });
  });

  test('a store that cannot be reached: a definite failure, and the next read works again', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = new Log(faulty.store, 'namespace', { readTimeoutMs: 50, clock: new ManualClock() });
    const replica = new Replica(kernel, faulty.store, log);
    await replica.submit(put('k', 'a'));
    faulty.fail('range', ...Array.from({ length: 20 }, () => 'throttled' as const));
    expect(await replica.read(valueAt('k'))).toMatchObject({ kind: 'failed', definite: true });
    await expect.poll(async () => (await replica.read(valueAt('k'))).kind).toBe('read');
  });
});

describe('snapshots', () => {
  async function written(store: Store, count: number, snapshotEvery: number): Promise<KernelReplica> {
    const replica = newReplica(store, { snapshotEvery });
    for (let index = 0; index < count; index += 1) {
      await replica.submit(put(`k${index % 50}`, String(index), `id${index}`));
      await replica.idle();
    }
    return replica;
  }

  test('a cold replica loads the newest and replays only the rest', async () => {
    const store = new MemoryStore();
    const warm = await written(store, 250, 100);
    const faulty = faultyStore(store);
    const cold = newReplica(faulty.store);
    expect(await cold.read((state) => describeState(state))).toEqual(
      await warm.read((state) => describeState(state)),
    );
    expect(faulty.calls.filter((call) => call === 'blob').length).toBeGreaterThan(0);
    const rest = await new Log(store, 'namespace').read(200);
    expect(rest.kind === 'records' && rest.records.length).toBe(50);
  });

  test('a cold replica appends while it loads: it waits for the store twice before its first result', async () => {
    const inner = new MemoryStore();
    await written(inner, 200, 100);
    const asked: (() => void)[] = [];
    const store = new InterceptedStore(inner, async (_method, run) => {
      await new Promise<void>((go) => asked.push(go));
      return run();
    });
    let done = false;
    const outcome = newReplica(store)
      .submit(put('k0', 'mine'))
      .finally(() => {
        done = true;
      });
    let waits = 0;
    while (!done) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next));
      if (asked.length > 0) waits += 1;
      // All that is asked for by now is answered at once.
      for (const go of asked.splice(0)) go();
    }
    expect(await outcome).toMatchObject({ kind: 'done', position: 201 });
    expect(waits).toBe(2);
  });

  test('a cold replica whose snapshot cannot be read: what it has sent may have happened', async () => {
    const inner = new MemoryStore();
    await written(inner, 200, 100);
    const store = new InterceptedStore(inner, (method, run) => {
      if (method !== 'blob') return run();
      throw new StoreError('no answer', { definite: true, retryable: false });
    });
    const cold = newReplica(store);
    expect(await cold.submit(put('k0', 'mine', 'once'))).toMatchObject({ kind: 'failed', definite: false });
    const other = newReplica(inner);
    expect(await other.submit(put('k0', 'mine', 'once'))).toMatchObject({ kind: 'done' });
    expect(await other.read(valueAt('k0'))).toMatchObject({ value: 'mine', position: 202 });
  });

  test('a cold replica on a trimmed log, and one that has fallen behind the trim', async () => {
    const store = new MemoryStore();
    const old = newReplica(store);
    await old.read(valueAt('k'));
    const warm = await written(store, 250, 100);
    await new Log(store, 'namespace').trim(200);
    const digest = await warm.read((state) => describeState(state));
    expect(await newReplica(store).read((state) => describeState(state))).toEqual(digest);
    expect(await old.read((state) => describeState(state))).toEqual(digest);
  });

  test('trimmed beyond every snapshot: the replica stops and says why', async () => {
    const store = new MemoryStore();
    await written(store, 20, 1000);
    await new Log(store, 'namespace').trim(10);
    await expect(newReplica(store).read(valueAt('k'))).rejects.toThrow(ReplicaStoppedError);
  });

  // What is trimmed may still be there, or not any more: no answer depends on when it goes.
  test('trimmed within its only segment, which still holds it all: the replica stops as well', async () => {
    const store = new MemoryStore();
    await written(store, 5, 1000);
    await new Log(store, 'namespace').trim(3);
    expect((await store.last('namespace')).segment).toMatchObject({ base: 0, tail: 5 });
    await expect(newReplica(store).read(valueAt('k'))).rejects.toThrow(/trimmed to 3/);
  });

  test('old snapshots are removed, the last two stay', async () => {
    const faulty = faultyStore(new MemoryStore());
    await written(faulty.store, 1000, 100);
    const puts = faulty.calls.filter((call) => call === 'putBlob').length;
    const removals = faulty.calls.filter((call) => call === 'removeBlob').length;
    expect(puts).toBeGreaterThan(5);
    expect(puts - removals).toBe(2);
  });

  test('a snapshot that fails to be saved disturbs nobody', async () => {
    const inner = new MemoryStore();
    const store = new InterceptedStore(inner, (method, run) => {
      if (method !== 'putBlob') return run();
      throw new StoreError('denied', { definite: true, retryable: false });
    });
    const errors: unknown[] = [];
    const replica = newReplica(store, { snapshotEvery: 10, onError: (error) => errors.push(error) });
    for (let index = 0; index < 15; index += 1) await replica.submit(put('k', String(index)));
    await replica.idle();
    expect(errors.length).toBe(1);
    expect(await newReplica(inner).read(valueAt('k'))).toMatchObject({ value: '14' });
  });

  test('a damaged snapshot is noticed', async () => {
    const store = new MemoryStore();
    await written(store, 120, 100);
    const note = await store.metadataRecord('namespace', 'snapshot');
    const ref = JSON.parse(note?.value ?? '').newest;
    const lost = structuredClone(ref);
    lost.digest = lost.digest.replace(/^./, '_');
    await store.setMetadataRecord(
      'namespace',
      'snapshot',
      JSON.stringify({ newest: lost }),
      note?.version ?? 0,
    );
    await expect(newReplica(store).read(valueAt('k'))).rejects.toThrow(/lost a chunk/);
    const altered = structuredClone(ref);
    altered.digest = altered.digest.replace(/.$/, '_');
    await store.setMetadataRecord(
      'namespace',
      'snapshot',
      JSON.stringify({ newest: altered }),
      (note?.version ?? 0) + 1,
    );
    await expect(newReplica(store).read(valueAt('k'))).rejects.toThrow(/does not have its digest/);
  });
});

describe('what must not be guessed', () => {
  test('an entry of a newer format stops the replica with a clear error, and it stays stopped', async () => {
    const store = new MemoryStore();
    const replica = newReplica(store);
    await replica.submit(put('k', 'a'));
    const newer = encodeCommand({ kind: 'transaction', checks: [], then: [], else: [] });
    newer[0] = 9;
    await new Log(store, 'namespace').append([newer]);
    await new Log(store, 'namespace').append([encodeCommand(put('k', 'b'))]);
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(replica.read(valueAt('k'))).rejects.toThrow(/record 2 of namespace: .*format 9/);
      await expect(replica.submit(put('k', 'c'))).rejects.toThrow(ReplicaStoppedError);
    }
    expect(replica.position).toBe(1);
  });

  /** As a later program would have written the last batch of the log. */
  async function makeLastBatchNewer(store: Store): Promise<void> {
    const entry = (await store.last('namespace')).segment?.entries.at(-1);
    if (entry) entry[0] = 9;
  }

  test.each([
    ['that is warm', true, 10_000],
    ['that is warm, in another segment', true, 1],
    ['that is cold', false, 10_000],
    ['that is cold, in another segment', false, 1],
  ])('a batch of a newer format stops a replica %s, and it stays stopped', async (_what, warm, capBytes) => {
    const store = new MemoryStore();
    const writer = newReplica(store, {}, capBytes);
    await writer.submit(put('k', 'a'));
    const replica = newReplica(store, {}, capBytes);
    if (warm) await replica.read(valueAt('k'));
    await writer.submit(put('k', 'b'));
    await makeLastBatchNewer(store);
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(replica.read(valueAt('k'))).rejects.toThrow(ReplicaStoppedError);
      await expect(replica.read(valueAt('k'))).rejects.toThrow(/log namespace .*batch format 9 .*update it/);
      await expect(replica.submit(put('k', 'c'))).rejects.toThrow(ReplicaStoppedError);
    }
  });

  test('a submit that meets a batch of a newer format is honest, and the last one', async () => {
    const store = new MemoryStore();
    const [writer, replica] = [newReplica(store, {}, 10_000), newReplica(store, {}, 10_000)];
    await replica.submit(put('k', 'a'));
    await writer.submit(put('k', 'b'));
    await makeLastBatchNewer(store);
    const outcome = await replica.submit(put('k', 'c'));
    expect(outcome).toMatchObject({ kind: 'failed', definite: false });
    await expect(replica.submit(put('k', 'd'))).rejects.toThrow(ReplicaStoppedError);
    const entries = (await store.last('namespace')).segment?.entries.length;
    expect(entries).toBe(3);
  });
});
