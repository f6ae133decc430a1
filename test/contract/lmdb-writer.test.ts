// Goal: what is particular to the embedded store: one thread of a process makes its writes, many of them in one transaction, and
// a write that cannot be made says so. Method: the store on real directories, and small disks where they can be had.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { describe, expect, type TestContext, test } from 'vitest';
import { openSegment } from '../../src/log/segment.ts';
import { NoRoomError, Room } from '../../src/store/lmdb/room.ts';
import { LmdbStore } from '../../src/store/lmdb/store.ts';
import { openTables } from '../../src/store/lmdb/tables.ts';
import { perform, type Write } from '../../src/store/lmdb/write.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

const run = promisify(execFile);

function storeOn(path: string): LmdbStore {
  const store = new LmdbStore(path);
  cleanUp.push(() => store.close());
  return store;
}

const empty = openSegment({ base: 0, cap: 4096, rules: { start: 0 }, entry: undefined });

test('writes that come together share transactions, also those of different logs', async () => {
  const path = await directory();
  const store = storeOn(path);
  const root = open({ path, noSubdir: false });
  cleanUp.push(() => root.close());
  const transactions = () => (root.getStats() as { lastTxnId: number }).lastTxnId;
  const before = transactions();
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, log) => store.open(`log-${log}`, empty)),
  );
  expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['opened']));
  expect(transactions() - before).toBeLessThan(20);
});

test('a write that fails leaves the others of its transaction alone', async () => {
  const path = await directory();
  const store = storeOn(path);
  await store.open('good', empty);
  const root = open({ path, encoding: 'binary', noSubdir: false });
  await root.openDB({ name: 'segments', encoding: 'binary' }).put(['bad', 0], Buffer.from([99]));
  await root.close();
  const update = { entry: undefined, end: 'sealed', conditions: {} } as const;
  const [bad, good] = await Promise.allSettled([
    store.update('bad', 0, update),
    store.update('good', 0, update),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', definite: false } });
  expect(String(bad.status === 'rejected' && bad.reason)).toMatch(/segment format 99/);
  expect(good).toMatchObject({ status: 'fulfilled', value: { kind: 'applied' } });
});

test('without its thread the store refuses everything, for good', async () => {
  const path = await directory();
  const first = storeOn(path);
  await first.putBlob('b', Uint8Array.of(1));
  // The thread opens the directory a little later than the store itself, and finds something else.
  const store = storeOn(path);
  await rm(path, { recursive: true });
  await writeFile(path, 'not a directory');
  const failures = [store.putBlob('c', Uint8Array.of(2)), store.removeBlob('b')];
  for (const failure of await Promise.allSettled(failures)) {
    expect(failure).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', definite: false } });
  }
  const refused = { name: 'StoreError', definite: true, retryable: false };
  await expect(store.putBlob('d', Uint8Array.of(3))).rejects.toMatchObject(refused);
  // Whoever asks whether the server is well should hear of it.
  await expect(store.blob('b')).rejects.toMatchObject(refused);
});

describe('on a full disk', () => {
  async function smallDisk(skip: TestContext['skip']): Promise<string> {
    const path = await directory();
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path]);
    } catch {
      skip('a disk of 8 MB needs the right to mount a tmpfs (root, on Linux)');
    }
    cleanUp.push(() => run('umount', ['-l', path]));
    return path;
  }

  /** Stores blobs until one is refused. */
  async function fill(store: LmdbStore, name: string, bytes: number) {
    const stored: string[] = [];
    for (;;) {
      const key = `${name}-${stored.length}`;
      try {
        await store.putBlob(key, new Uint8Array(bytes));
      } catch (refusal) {
        return { stored, key, refusal };
      }
      stored.push(key);
    }
  }

  test('a write is refused before it happens, and removing makes room for others', async ({ skip }) => {
    const store = storeOn(await smallDisk(skip));
    const large = await fill(store, 'large', 200_000);
    const small = await fill(store, 'small', 10_000);
    expect(large.stored.length).toBeGreaterThan(3);
    for (const { key, refusal } of [large, small]) {
      expect(refusal).toMatchObject({ name: 'StoreError', definite: true, retryable: true });
      expect(String(refusal)).toMatch(/no room for a write of \d+ pages: ENOSPC/);
      expect(await store.blob(key)).toBeUndefined();
    }
    for (const key of large.stored) await store.removeBlob(key);
    for (const key of large.stored) expect(await store.blob(key)).toBeUndefined();
    // The file cannot grow, but what is free in it is used again.
    for (let index = 0; index < 20; index += 1) {
      expect(await store.putBlob(`later-${index}`, new Uint8Array(10_000))).toBe('created');
    }
  });

  describe('free pages that LMDB does not take yet are no room', () => {
    const removals = (keys: readonly string[]): Write[] => keys.map((key) => ({ kind: 'remove-blob', key }));
    const puts: Write[] = Array.from({ length: 60 }, (_, index) => ({
      kind: 'put-blob',
      key: `put-${index}`,
      bytes: new Uint8Array(10_000),
    }));

    test.for(['in one transaction', 'in the next one', 'seen by a reader'])('%s', async (way, { skip }) => {
      const path = await smallDisk(skip);
      const tables = openTables(path);
      const room = new Room(tables, path);
      cleanUp.push(async () => {
        room.close();
        await tables.root.close();
      });
      // Throws if LMDB cannot commit.
      const commit = (writes: readonly Write[]) =>
        tables.root.transactionSync(() => {
          room.begin();
          return writes.map((write) => outcomeOf(() => perform(tables, room, write)));
        });
      const large: string[] = [];
      while (commit([putLarge(large.length)])[0] === 'made') large.push(`large-${large.length}`);
      expect(large.length).toBeGreaterThan(10);
      const reader = way === 'seen by a reader' ? tables.root.useReadTransaction() : undefined;
      const batches =
        way === 'in one transaction' ? [[...removals(large), ...puts]] : [removals(large), puts];
      const outcomes = new Set(batches.flatMap(commit));
      expect([...outcomes].filter((outcome) => outcome !== 'made' && outcome !== 'no room')).toEqual([]);
      reader?.done();
      // Some transactions later it is.
      for (let count = 0; count < 3; count += 1) commit(removals([`put-${count}`]));
      expect(new Set(commit([putLarge(0)]))).toEqual(new Set(['made']));
    });

    function putLarge(index: number): Write {
      return { kind: 'put-blob', key: `large-${index}`, bytes: new Uint8Array(100_000) };
    }

    function outcomeOf(write: () => { made: boolean }): string {
      try {
        return write().made ? 'made' : 'not made';
      } catch (error) {
        return error instanceof NoRoomError ? 'no room' : String(error);
      }
    }
  });
});
