// Goal: a fork at a path where another stream had greater positions has a gap between what it inherits and its own
// records, and forks of its forks may end in that gap. They are read and searched all the same.

import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import { created, fork, HOUR_MS, LONG, serverOn, sweep, TEXT, textOf } from './fork-server.ts';

test('a search for a time goes past the gap of a source, when what was there before is swept', async () => {
  const server = serverOn(new MemoryStore());
  const { service, clock } = server;
  await created(service, 's', ['a', 'b']);
  // Every record fills a segment, so that all go but that of the tombstone.
  await created(
    service,
    'f',
    LONG.slice(0, 4).map((text) => text.repeat(3)),
  );
  await service.stream('f').delete();
  await sweep(server);
  await fork(service, 'f', { from: 's' });
  await service.stream('f').append('c', TEXT);
  await fork(service, 'g', { from: 'f' });
  // Its end, 3, is between the records that `f` inherits, up to 2, and its own, from 6 on.
  expect(await fork(service, 'h', { from: 'g', after: 3 })).toMatchObject({ kind: 'created', tail: 3 });
  expect(await textOf(service, 'h')).toBe('ab');
  clock.pass(HOUR_MS);
  const nowMs = clock.nowMs();
  expect(await service.stream('h').read(0, { fromTimeMs: nowMs })).toMatchObject({ kind: 'data', next: 3 });
  await service.stream('h').append('d', TEXT);
  const read = await service.stream('h').readRecords(0, { fromTimeMs: nowMs });
  expect(read).toMatchObject({ kind: 'records', records: [{ position: 4 }] });
});
