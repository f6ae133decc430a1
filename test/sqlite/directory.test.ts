// Goal: whatever is in a data directory, or becomes of it, the store says so in words, and acknowledges nothing that is lost. Method: directories
// of other programs, of other versions, damaged, copied and removed.

import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { openSegment } from '../../src/log/segment.ts';
import { backUp } from '../../src/store/sqlite/backup.ts';
import { isOlder, openDatabase } from '../../src/store/sqlite/database.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { entryOf } from '../contract/store-contract.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

const run = promisify(execFile);

const empty = openSegment({ base: 0, cap: 100_000, metadata: { incarnation: 0 }, entry: undefined });

function storeOn(path: string): SqliteStore {
  const store = new SqliteStore(path);
  cleanUp.push(() => store.close());
  return store;
}

/** Changes the database as another program would. */
function meddle(path: string, sql: string): void {
  const database = new DatabaseSync(join(path, 'ordinal.db'));
  database.exec(sql);
  database.close();
}

describe('what cannot be used is refused, and left as it is', () => {
  test('a directory of LMDB', async () => {
    const path = await directory();
    await writeFile(join(path, 'data.mdb'), 'whatever');
    expect(() => new SqliteStore(path)).toThrow(/written by an earlier Ordinal, on LMDB/);
  });

  test('a database of another program', async () => {
    const path = await directory();
    meddle(path, 'CREATE TABLE theirs (a)');
    const before = await readFile(join(path, 'ordinal.db'));
    expect(() => new SqliteStore(path)).toThrow(/the database of another program/);
    expect(await readFile(join(path, 'ordinal.db'))).toEqual(before);
  });

  test('a database that says it is of another program', async () => {
    const path = await directory();
    meddle(path, 'PRAGMA application_id = 77');
    expect(() => new SqliteStore(path)).toThrow(/the database of another program/);
  });

  test('a schema of a newer Ordinal', async () => {
    const path = await directory();
    await new SqliteStore(path).close();
    meddle(path, 'PRAGMA user_version = 1000');
    expect(() => new SqliteStore(path)).toThrow(/schema version 1000 of a newer Ordinal/);
  });

  test('a file that is no database', async () => {
    const path = await directory();
    await writeFile(join(path, 'ordinal.db'), 'x'.repeat(10_000));
    expect(() => new SqliteStore(path)).toThrow(/file is not a database/);
  });

  test.each([
    ['3.51.2', true],
    ['3.7.17', true],
    ['2.99.99', true],
    ['3.51.3', false],
    ['3.51.10', false],
    ['3.53.0', false],
    ['4.0.0', false],
  ])('SQLite %s is too old: %s', (version, older) => {
    expect(isOlder(version)).toBe(older);
  });
});

test('many open a new directory at the same time', async () => {
  const path = join(await directory(), 'not', 'there', 'yet');
  const stores = Array.from({ length: 6 }, () => storeOn(path));
  await Promise.all(stores.map((store, index) => store.putBlob(`b${index}`, Uint8Array.of(index))));
  for (const store of stores) expect(await store.blob('b5')).toEqual(Uint8Array.of(5));
});

describe('opening', () => {
  test('writes nothing to a directory that is there', async () => {
    const path = await directory();
    await storeOn(path).putBlob('a', Uint8Array.of(1));
    const written = async () => (await stat(join(path, 'ordinal.db-wal'))).size;
    const before = await written();
    await new SqliteStore(path).close();
    expect(await written()).toBe(before);
  });

  test('to read needs no write lock, which another process may hold', async () => {
    const path = await directory();
    await storeOn(path).putBlob('a', Uint8Array.of(1));
    const holder = openDatabase(path, 'write');
    cleanUp.push(async () => holder.close());
    holder.exec('BEGIN IMMEDIATE');
    expect(await storeOn(path).blob('a')).toEqual(Uint8Array.of(1));
  });

  test('is of the directory at that moment, also where the path is relative', async () => {
    const path = await directory();
    const store = storeOn(relative(process.cwd(), join(path, 'data')));
    const before = process.cwd();
    process.chdir(path);
    try {
      expect(await store.putBlob('a', Uint8Array.of(1))).toBe('created');
    } finally {
      process.chdir(before);
    }
  });
});

test('a database that is damaged while it is in use is an error, also for those who only read', async () => {
  const path = await directory();
  const store = storeOn(path);
  const keys = Array.from({ length: 40 }, (_, index) => `b${index}`);
  for (const key of keys) await store.putBlob(key, new Uint8Array(30_000).fill(1));
  await store.close();
  const file = await open(join(path, 'ordinal.db'), 'r+');
  const { size } = await file.stat();
  for (let at = 4096; at < size; at += 4096) await file.write(new Uint8Array(64).fill(0xee), 0, 64, at);
  await file.close();
  const damaged = new SqliteStore(path);
  cleanUp.push(() => damaged.close());
  await expect(damaged.blob('b3')).rejects.toMatchObject({
    name: 'StoreError',
    definite: true,
    retryable: false,
  });
  await expect(damaged.blob('b3')).rejects.toThrow(/damaged/);
  await expect(damaged.open('log', empty)).rejects.toMatchObject({ name: 'StoreError', definite: true });
});

test('a plain copy of a directory in use is opened, or refused with an error; it never ends the process', async () => {
  const path = await directory();
  const store = storeOn(path);
  let writing = true;
  const load = (async () => {
    for (let index = 0; writing; index += 1)
      await store.putBlob(`b${index}`, new Uint8Array(20_000).fill(index));
  })();
  for (let copy = 0; copy < 10; copy += 1) {
    const to = join(await directory(), 'copy');
    await mkdir(to);
    // By another process: this one would lose its locks when it closed the files.
    await run('cp', [join(path, 'ordinal.db'), join(path, 'ordinal.db-wal'), to]);
    try {
      const copied = new SqliteStore(to);
      await copied.blob('b0').catch((error: unknown) => expect(error).toMatchObject({ name: 'StoreError' }));
      await copied.close();
    } catch (error) {
      expect(String(error)).toMatch(/malformed|not a database/);
    }
  }
  writing = false;
  await load;
});

describe('a directory that is removed, or replaced, while it is in use', () => {
  async function used() {
    const path = join(await directory(), 'data');
    const store = storeOn(path);
    await store.open('log', openSegment({ ...empty, entry: entryOf('a') }));
    return { path, store };
  }

  const gone = {
    name: 'StoreError',
    definite: true,
    retryable: false,
    message: expect.stringMatching(/removed or replaced/),
  };

  test('a write is refused, and then everything is', async () => {
    const { path, store } = await used();
    await rm(path, { recursive: true });
    const write = store.update('log', 0, { entry: entryOf('b'), conditions: {} });
    await expect(write).rejects.toMatchObject(gone);
    await expect(store.putBlob('c', Uint8Array.of(1))).rejects.toMatchObject(gone);
    await expect(store.last('log')).rejects.toMatchObject(gone);
    await expect(store.check()).rejects.toMatchObject(gone);
  });

  test('a read notices it, too', async () => {
    const { path, store } = await used();
    await rm(path, { recursive: true });
    storeOn(path);
    await expect(store.last('log')).rejects.toMatchObject(gone);
  });

  test('so does a database file alone', async () => {
    const { path, store } = await used();
    const copy = join(await directory(), 'copy');
    await backUp({ from: path, to: copy, onProgress: () => undefined });
    await rename(join(copy, 'ordinal.db'), join(path, 'ordinal.db'));
    await expect(store.putBlob('b', Uint8Array.of(1))).rejects.toMatchObject(gone);
  });

  test('a directory that cannot be looked at is an error of the store', async () => {
    const { path, store } = await used();
    await rm(path, { recursive: true });
    await symlink(path, path);
    await expect(store.putBlob('b', Uint8Array.of(1))).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(/cannot be looked at: ELOOP/),
    });
  });

  test('a write-ahead log alone counts as well', async () => {
    const { path, store } = await used();
    await rm(join(path, 'ordinal.db-wal'));
    await expect(store.putBlob('c', Uint8Array.of(1))).rejects.toMatchObject(gone);
  });
});
