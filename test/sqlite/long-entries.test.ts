// Goal: entries of all sizes come back as they were written, go with their segment, and a read loads what it is asked for. Method: the store
// itself; its database, as another program sees it; and the bytes that the thread of the test has read, as Linux counts them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { BATCH_ID_BYTES, encodeBatch } from '../../src/log/batch.ts';
import { openSegment } from '../../src/log/segment.ts';
import { INLINE_BYTES_MAX } from '../../src/store/sqlite/entry-rows.ts';
import { faultsOf } from '../../src/store/sqlite/integrity.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

const CAP = 1_000_000;

let ids = 0;

/** An entry of one record, and of so many bytes. */
function entryOfBytes(bytes: number): Uint8Array {
  ids += 1;
  const id = utf8(String(ids).padStart(BATCH_ID_BYTES, '0'));
  const encoded = (length: number) =>
    encodeBatch({ id, timeMs: 1_700_000_000_000, records: [new Uint8Array(length).fill(ids)] });
  const beside = encoded(bytes).length - bytes;
  const entry = [encoded(bytes - beside), encoded(bytes - beside + 1)].find(({ length }) => length === bytes);
  if (!entry) throw new Error(`no entry has ${bytes} bytes`);
  return entry;
}

function storeOn(path: string): SqliteStore {
  const store = new SqliteStore(path);
  cleanUp.push(() => store.close());
  return store;
}

/** Opens segments that have an entry each, at bases 0, 1, 2 … */
async function openSegments(store: SqliteStore, entries: readonly Uint8Array[]): Promise<void> {
  const metadata = { incarnation: 0 };
  for (const [base, entry] of entries.entries())
    await store.open('log', openSegment({ base, cap: CAP, metadata, entry }));
}

/** As another program sees it. */
function inDatabase<T>(path: string, look: (database: DatabaseSyncInstance) => T): T {
  const database = new DatabaseSync(join(path, 'ordinal.db'));
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const SIZES = [40, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1, 50, 5000, 100_000, 41];

test('entries of all sizes come back, in their order, also to another process', async () => {
  const path = await directory();
  const store = storeOn(path);
  const [first, ...others] = SIZES.map(entryOfBytes);
  await openSegments(store, first ? [first] : []);
  for (const entry of others)
    expect(await store.update('log', 0, { entry, conditions: {} })).toMatchObject({ kind: 'applied' });
  const { segment } = await storeOn(path).last('log');
  expect(segment?.entries).toEqual([first, ...others]);
  expect(faultsOf(path)).toEqual([]);
});

test('an entry that fits its page is with its key, and a longer one is elsewhere', async () => {
  const path = await directory();
  await openSegments(storeOn(path), SIZES.map(entryOfBytes));
  const inline = inDatabase(path, (database) =>
    database
      .prepare('SELECT length(entry) FROM entries ORDER BY segment', { returnArrays: true })
      .all()
      .flat(),
  );
  expect(inline).toEqual([40, INLINE_BYTES_MAX, 0, 50, 0, 0, 41]);
});

test('the bytes of an entry go with its segment', async () => {
  const path = await directory();
  const store = storeOn(path);
  await openSegments(store, [5000, 6000, 7000].map(entryOfBytes));
  await store.remove('log', 1);
  const left = inDatabase(path, (database) =>
    database
      .prepare('SELECT length(bytes) FROM long_entries ORDER BY number', { returnArrays: true })
      .all()
      .flat(),
  );
  expect(left).toEqual([5000, 7000]);
  expect(faultsOf(path)).toEqual([]);
});

test('a read of one long entry does not load others', async (context) => {
  const bytes = 30_000;
  if (!existsSync('/proc/thread-self/io')) return context.skip();
  const path = await directory();
  const entries = Array.from({ length: 200 }, () => entryOfBytes(bytes));
  const writing = storeOn(path);
  await openSegments(writing, entries);
  await writing.close();
  const store = storeOn(path);
  // What is read but once: the schema, and the upper pages of the tables.
  await store.last('log', 17);
  const before = bytesRead();
  const { segment } = await store.last('log', 100);
  const read = bytesRead() - before;
  expect(segment?.entries).toEqual([entries[100]]);
  expect(read).toBeGreaterThan(bytes);
  expect(read).toBeLessThan(2 * bytes);
});

/** By system calls of this thread. */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1]);
}

test('a database of an earlier program keeps its entries, and takes new ones', async () => {
  const path = await directory();
  const [early = new Uint8Array(), late = new Uint8Array()] = [40_000, 50_000].map(entryOfBytes);
  const earlier = storeOn(path);
  await openSegments(earlier, [early]);
  await earlier.close();
  // As version 2 of the schema has it.
  inDatabase(path, (database) => {
    database.prepare('UPDATE entries SET entry = ?').run(early);
    database.exec('ALTER TABLE entries DROP COLUMN long_entry; DROP TABLE long_entries');
    database.exec('PRAGMA user_version = 2');
  });
  const store = storeOn(path);
  expect((await store.last('log')).segment?.entries).toEqual([early]);
  await store.update('log', 0, { entry: late, conditions: {} });
  expect((await storeOn(path).last('log')).segment?.entries).toEqual([early, late]);
  expect(faultsOf(path)).toEqual([]);
  await store.remove('log', 0);
  expect(faultsOf(path)).toEqual([]);
});

test.each([
  ['DELETE FROM long_entries', 'ordinal.db: 2 entries are without their bytes'],
  ['DELETE FROM entries WHERE position = 1', 'ordinal.db: 1 rows of long bytes belong to no entry'],
])('after %s the check says so', async (sql, fault) => {
  const path = await directory();
  await openSegments(storeOn(path), [5000, 6000].map(entryOfBytes));
  inDatabase(path, (database) => database.exec(sql));
  expect(faultsOf(path)).toEqual([fault]);
});

test('an entry without its bytes is an error, and no empty entry', async () => {
  const path = await directory();
  const store = storeOn(path);
  await openSegments(store, [entryOfBytes(5000)]);
  await store.close();
  inDatabase(path, (database) => database.exec('DELETE FROM long_entries'));
  await expect(storeOn(path).last('log')).rejects.toMatchObject({
    ...{ name: 'StoreError', definite: true, retryable: false },
    message: 'SQLite: an entry is without its bytes; `doctor` says more',
  });
});
