// Goal: trims and retention, of a source and of a fork, keep what forks need, and no more. Method: a service on a
// memory store, with small segments and a clock that is set by hand.

import { describe, expect, test } from 'vitest';
import { holdLog } from '../../src/log/holds.ts';
import { Log } from '../../src/log/log.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { created, fork, LOG_OPTIONS, LONG, oneServer, sweep, TEXT, textOf } from './fork-server.ts';

describe('trimming and forks', () => {
  test('a source is trimmed up to what its forks need, and further when they are gone', async () => {
    const server = oneServer();
    const { service, store, clock } = server;
    await created(service, 's', LONG);
    const log = new Log(store, streamLogName('s'), { ...LOG_OPTIONS, clock });
    await log.trim(4);
    await fork(service, 'f', { from: 's', after: 10 });
    expect(await log.trim(20)).toMatchObject({ first: 5 });
    expect(await textOf(service, 'f')).toBe(LONG.slice(4, 10).join(''));
    expect(await textOf(service, 'f', 3)).toBe('trimmed');
    expect(await fork(service, 'g', { from: 's', after: 3 })).toMatchObject({ code: 'source-trimmed' });
    await service.stream('f').delete();
    expect(await log.trim(20)).toMatchObject({ first: 21 });
  });

  test('a fork of nothing keeps nothing', async () => {
    const { service, store } = oneServer();
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's', after: 0 });
    expect(await new Log(store, streamLogName('s'), LOG_OPTIONS).trim(20)).toMatchObject({ first: 21 });
  });

  test('a trim of a stream says where it begins, and releases holds whose forks have not come', async () => {
    const { service, store, clock } = oneServer();
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's', after: 10 });
    expect(await service.stream('s').trim(21)).toEqual({ kind: 'trimmed', earliest: 1 });
    await service.stream('f').delete();
    const hold = { log: streamLogName('f'), incarnation: 11, after: 3, atMs: clock.nowMs() };
    expect(await holdLog(store, streamLogName('s'), hold)).toBe('held');
    expect(await service.stream('s').trim(21)).toEqual({ kind: 'trimmed', earliest: 4 });
    clock.pass(61_000);
    expect(await service.stream('s').trim(21)).toEqual({ kind: 'trimmed', earliest: 21 });
    // Who has held it comes too late.
    const late = { incarnation: 11, records: [Buffer.from('x')] };
    expect(await new Log(store, streamLogName('f'), LOG_OPTIONS).create(late)).toMatchObject({
      reason: 'missing',
    });
  });

  test('a fork is described and trimmed with the records of its source', async () => {
    const { service } = oneServer();
    await created(service, 's', LONG);
    await service.stream('s').trim(3);
    await fork(service, 'f', { from: 's', after: 10 });
    await service.stream('f').append('x', TEXT);
    expect(await service.stream('f').describe()).toMatchObject({ earliest: 3, tail: 11 });
    expect(await service.stream('f').trim(2)).toEqual({ kind: 'trimmed', earliest: 3 });
    expect(await service.stream('f').trim(6)).toEqual({ kind: 'trimmed', earliest: 6 });
    expect(await service.stream('f').describe()).toMatchObject({ earliest: 6 });
    expect(await textOf(service, 'f', 5)).toBe(`${LONG.slice(5, 10).join('')}x`);
  });

  test('retention of a source keeps what its forks need', async () => {
    const server = oneServer();
    const { service } = server;
    await service.stream('s').create({ ...TEXT, retention: { bytes: 1 } });
    for (const text of LONG) await service.stream('s').append(text, TEXT);
    await fork(service, 'f', { from: 's', after: 10 });
    await sweep(server);
    expect(await textOf(service, 'f')).toBe(LONG.slice(0, 10).join(''));
    await service.stream('f').delete();
    await sweep(server);
    expect(await service.stream('s').describe()).not.toMatchObject({ earliest: 1 });
  });

  test('a fork can be trimmed within the records of its source, and in its own', async () => {
    const { service, store } = oneServer();
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's', after: 10 });
    await service.stream('f').append('x', TEXT);
    await service.stream('f').append('y', TEXT);
    const log = new Log(store, streamLogName('f'), LOG_OPTIONS);
    expect(await log.trim(6)).toMatchObject({ first: 7 });
    expect(await textOf(service, 'f', 6)).toBe(`${LONG.slice(6, 10).join('')}xy`);
    expect(await service.stream('f').readPiece(5)).toEqual({ kind: 'trimmed', first: 7 });
    const start = await service.stream('f').readPiece('start');
    expect(start.kind === 'piece' && Buffer.from(start.data.body).toString()).toBe(
      `${LONG.slice(6, 10).join('')}xy`,
    );
    await log.trim(11);
    const own = await service.stream('f').readPiece('start');
    expect(own.kind === 'piece' && Buffer.from(own.data.body).toString()).toBe('y');
  });
});
