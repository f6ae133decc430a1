// Goal: large appends, whose bytes are beside the segments that name them, stay for forks as long as their positions are
// held, and not longer. Method: a service on a memory store whose blobs are counted, with a small threshold.

import { expect, test } from 'vitest';
import { streamLogName } from '../../src/resource-names.ts';
import { BlobsShown } from '../support/blobs-shown.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { basesOf, created, fork, HOUR_MS, holdsOf, serverOn, sweep, TEXT, textOf } from './fork-server.ts';

/** So that a text of more than ten letters is large. */
const SMALL = { inlineBytesMax: 10, chunkBytes: 8 };
const TEXTS = Array.from({ length: 12 }, (_, at) => (at % 3 === 0 ? 'small' : `large text number ${at};`));

function oneServer() {
  const store = new BlobsShown();
  /** The appends of a stream whose bytes are stored. */
  const uploads = (...paths: string[]) => {
    const logs = paths.map(streamLogName);
    const all = [...store.keys].filter((key) => logs.some((log) => key.startsWith(`${log}/`)));
    return new Set(all.map((key) => key.slice(0, key.lastIndexOf('/')))).size;
  };
  return { store, uploads, ...serverOn(store, undefined, SMALL) };
}

/** A process that ends when its bytes are stored, and its append is not sent. */
async function abandonUpload(
  store: BlobsShown,
  path: string,
  clock: Parameters<typeof serverOn>[1],
): Promise<void> {
  const before = store.keys.size;
  // Its announcement must come through.
  const stopped = new InterceptedStore(store, (method, run, of) =>
    method === 'update' && of === streamLogName(path) ? new Promise(() => undefined) : run(),
  );
  void serverOn(stopped, clock, SMALL).service.stream(path).append('never to be appended', TEXT);
  const bytes = 'never to be appended'.length;
  while (store.keys.size < before + 1 + Math.ceil(bytes / SMALL.chunkBytes))
    await new Promise((resolve) => setImmediate(resolve));
}

test('they are read through forks, from any position, in pages of any size', async () => {
  const { service } = oneServer();
  await created(service, 's', TEXTS);
  await fork(service, 'f', { from: 's', after: 8 });
  await service.stream('f').append('a large one of its own', TEXT);
  await fork(service, 'g', { from: 'f' });
  const own = [...TEXTS.slice(0, 8), 'a large one of its own'];
  for (let after = 0; after <= 9; after += 1)
    expect(await textOf(service, 'g', after)).toBe(own.slice(after).join(''));
  for (const bytesMax of [1, 20, 50, 1000]) {
    let text = '';
    for (let piece = await service.stream('g').readPiece('start', bytesMax); ; ) {
      if (piece.kind !== 'piece') throw new Error(piece.kind);
      text += Buffer.from(piece.data.body).toString();
      if (piece.data.upToDate) break;
      piece = await service.stream('g').readPiece(piece.cursor, bytesMax);
    }
    expect(text).toBe(own.join(''));
  }
});

test('a source that is deleted keeps the bytes for its forks, and gives them back with the last', async () => {
  const server = oneServer();
  const { service, uploads } = server;
  await created(service, 's', TEXTS);
  await fork(service, 'f', { from: 's', after: 8 });
  await service.stream('s').delete();
  await sweep(server);
  expect(await textOf(service, 'f')).toBe(TEXTS.slice(0, 8).join(''));
  await fork(service, 'g', { from: 'f', after: 5 });
  await service.stream('f').delete();
  await sweep(server);
  expect(await textOf(service, 'g')).toBe(TEXTS.slice(0, 5).join(''));
  expect(uploads('s')).toBeGreaterThan(0);
  await service.stream('g').delete();
  await sweep(server);
  expect(uploads('s', 'f', 'g')).toBe(0);
});

test.each(['trims', 'retention'])('%s remove the bytes of what no fork holds', async (means) => {
  const server = oneServer();
  const { service, uploads } = server;
  const remove = async () => {
    if (means === 'trims') await service.stream('s').trim(13);
    await sweep(server);
  };
  const retention = means === 'trims' ? undefined : { bytes: 1 };
  await service.stream('s').create({ ...TEXT, retention });
  for (const text of TEXTS) await service.stream('s').append(text, TEXT);
  expect(await service.stream('s').trim(5)).toMatchObject({ earliest: 5 });
  await fork(service, 'f', { from: 's', after: 8 });
  const all = uploads('s');
  await remove();
  expect(await textOf(service, 'f', 4)).toBe(TEXTS.slice(4, 8).join(''));
  const held = uploads('s');
  expect(held).toBeLessThan(all);
  await service.stream('f').delete();
  await remove();
  expect(uploads('s')).toBeLessThan(held);
});

test('a fork at a sub-offset has a copy of its own', async () => {
  const server = oneServer();
  const { service, uploads } = server;
  await created(service, 's', TEXTS);
  expect(await fork(service, 'f', { from: 's', after: 1, subOffset: 15 })).toMatchObject({ tail: 2 });
  expect(uploads('f')).toBe(1);
  expect(await textOf(service, 'f')).toBe(`small${'large text number 1;'.slice(0, 15)}`);
  await service.stream('s').delete();
  await service.stream('f').delete();
  await sweep(server);
  expect(uploads('s', 'f', 'g')).toBe(0);
});

test('an upload that is given up on a deleted fork does not hide what it is a fork of', async () => {
  const server = oneServer();
  const { service, store, uploads, clock } = server;
  await created(service, 's', TEXTS);
  await fork(service, 'f', { from: 's', after: 8 });
  await service.stream('f').append('x', TEXT);
  await fork(service, 'g', { from: 'f' });
  await service.stream('s').delete();
  await abandonUpload(store, 'f', clock);
  await service.stream('f').delete();
  clock.pass(2 * HOUR_MS);
  await sweep(server);
  for (const path of ['s', 'f'])
    expect(await service.stream(path).create(TEXT)).toMatchObject({ code: 'stream-held' });
  await sweep(server);
  expect(await textOf(service, 'g')).toBe(`${TEXTS.slice(0, 8).join('')}x`);
  expect(await service.stream('f').describe()).toEqual({ kind: 'missing', held: true });
  await service.stream('g').delete();
  await sweep(server);
  expect(uploads('s', 'f', 'g')).toBe(0);
  for (const path of ['s', 'f', 'g']) {
    expect(await holdsOf(store, path)).toEqual([]);
    expect((await basesOf(store, path)).length).toBe(1);
  }
});
