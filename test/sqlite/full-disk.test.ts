// Goal: a full disk refuses writes at once and definitely, and nothing else stops: reads go on, removing works, and so does everything
// when there is room again. Method: stores on a small disk of its own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, type TestContext, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

const run = promisify(execFile);

async function smallDisk(skip: TestContext['skip']): Promise<string> {
  const path = await directory();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]);
  } catch {
    skip('a disk of 24 MB needs the right to mount a tmpfs (root, on Linux)');
  }
  cleanUp.push(() => run('umount', ['-l', path]));
  return path;
}

function storeOn(path: string): SqliteStore {
  const store = new SqliteStore(path);
  cleanUp.push(() => store.close());
  return store;
}

/** Stores blobs until one is refused. */
async function fill(store: SqliteStore, name: string, bytes: number) {
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

const full = { name: 'StoreError', definite: true, retryable: false, message: expect.stringMatching(/full/) };

test('a write is refused, removing makes room, and the room is used again', async ({ skip }) => {
  const store = storeOn(await smallDisk(skip));
  const large = await fill(store, 'large', 200_000);
  const small = await fill(store, 'small', 10_000);
  expect(large.stored.length).toBeGreaterThan(3);
  for (const { key, refusal } of [large, small]) {
    expect(refusal).toMatchObject(full);
    expect(await store.blob(key)).toBeUndefined();
  }
  await expect(store.check()).rejects.toMatchObject(full);
  for (const key of large.stored) await store.removeBlob(key);
  for (const key of large.stored) expect(await store.blob(key)).toBeUndefined();
  for (let index = 0; index < 20; index += 1) {
    expect(await store.putBlob(`later-${index}`, new Uint8Array(10_000))).toBe('created');
  }
  await store.check();
});

test('while others write as much as they can, and after a restart, removing works', async ({ skip }) => {
  const path = await smallDisk(skip);
  const first = storeOn(path);
  const { stored } = await fill(first, 'large', 200_000);
  await fill(first, 'small', 4_000);
  await first.close();
  const [one, other] = [storeOn(path), storeOn(path)];
  let writing = true;
  const greedy = [one, other].map(async (store, writer) => {
    for (let index = 0; writing; index += 1) {
      await store.putBlob(`greedy-${writer}-${index}`, new Uint8Array(50_000)).catch(() => undefined);
    }
  });
  for (const [index, key] of stored.entries()) await (index % 2 === 0 ? one : other).removeBlob(key);
  writing = false;
  await Promise.all(greedy);
  for (const key of stored) expect(await one.blob(key)).toBeUndefined();
});

test('an append is not tried again, and works when there is room', async ({ skip }) => {
  const path = await smallDisk(skip);
  const store = storeOn(path);
  const log = new Log(store, 'log');
  await log.append([Uint8Array.of(1)]);
  for (const bytes of [200_000, 10_000, 100]) await fill(store, `fill-${bytes}`, bytes);
  const refused = await log.append([new Uint8Array(200_000)]);
  expect(refused).toMatchObject({ kind: 'failed', definite: true });
  expect(await log.checkTail()).toMatchObject({ kind: 'end', segment: { tail: 1 } });
  await run('mount', ['-o', 'remount,size=40m', path]);
  expect(await log.append([new Uint8Array(200_000)])).toMatchObject({ kind: 'appended', first: 2 });
  await store.check();
});
