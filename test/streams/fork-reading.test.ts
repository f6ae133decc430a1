// Goal: a read of a path answers with records of what is there, also where streams and forks come and go between its
// calls of the store. Method: another server acts before one of the calls.

import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { created, fork, serverOn, TEXT, textOf } from './fork-server.ts';

/** `act` runs before the call of the store with that number, counted from the first one of the read. */
async function readWhile(options: {
  readonly at: number;
  readonly before: (service: ReturnType<typeof serverOn>['service']) => Promise<unknown>;
  readonly act: (service: ReturnType<typeof serverOn>['service']) => Promise<unknown>;
  readonly after?: number;
}): Promise<{ text: string; isOver: boolean }> {
  const store = new MemoryStore();
  const { service } = serverOn(store);
  let calls = Number.NEGATIVE_INFINITY;
  const intercepted = new InterceptedStore(store, async (_method, run) => {
    calls += 1;
    if (calls === options.at) await options.act(service);
    return run();
  });
  const reader = serverOn(intercepted).service;
  await created(service, 's', ['a', 'b']);
  await fork(service, 'f', { from: 's' });
  // The reader knows a fork in this place.
  expect(await textOf(reader, 'f')).toBe('ab');
  await options.before(service);
  calls = 0;
  const text = await textOf(reader, 'f', options.after);
  return { text, isOver: calls < options.at };
}

test('a stream becomes a fork between two calls of a read', async () => {
  for (let at = 1; ; at += 1) {
    const { text, isOver } = await readWhile({
      at,
      before: async (service) => {
        await service.stream('f').delete();
        await service.stream('f').create({ ...TEXT, body: 'plain' });
      },
      act: async (service) => {
        await service.stream('f').delete();
        await fork(service, 'f', { from: 's' });
      },
    });
    expect(['plain', 'ab', 'missing']).toContain(text);
    if (isOver) return;
  }
});

test.each([0, 1, 2])('a fork becomes one of more records while it is read from %i on', async (after) => {
  for (let at = 1; ; at += 1) {
    const { text, isOver } = await readWhile({
      at,
      after,
      before: async (service) => {
        for (const more of ['c', 'd', 'e', 'f']) await service.stream('s').append(more, TEXT);
      },
      act: async (service) => {
        await service.stream('f').delete();
        await fork(service, 'f', { from: 's' });
      },
    });
    expect(['ab'.slice(after), 'abcdef'.slice(after), 'missing']).toContain(text);
    if (isOver) return;
  }
});
