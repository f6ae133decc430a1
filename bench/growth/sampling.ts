// One operation, done a number of times on its own: how long each took, and how often it went to the store.

import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { InterceptedStore } from '../../test/support/intercepted-store.ts';

export interface CountingStore {
  readonly store: InterceptedStore;
  roundTrips(): number;
}

export function countingSqlite(directory: string): CountingStore {
  let calls = 0;
  const store = new InterceptedStore(new SqliteStore(directory), (_method, run) => {
    calls += 1;
    return run();
  });
  return { store, roundTrips: () => calls };
}

export interface Sampled {
  readonly milliseconds: readonly number[];
  /** The average of one operation. */
  readonly roundTrips: number;
}

export async function sample(
  counting: CountingStore,
  times: number,
  run: (time: number) => Promise<unknown>,
): Promise<Sampled> {
  const before = counting.roundTrips();
  const milliseconds: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    await run(time);
    milliseconds.push(performance.now() - startedAt);
  }
  return { milliseconds, roundTrips: (counting.roundTrips() - before) / times };
}
