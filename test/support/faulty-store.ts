// A store with scripted faults: each is used once, by the next call of its method.

import { type Store, StoreError } from '../../src/log/store.ts';
import { deferred } from './deferred.ts';
import { InterceptedStore, type StoreMethod } from './intercepted-store.ts';

type Fault =
  /** The request never arrives, and the caller knows. */
  | 'throttled'
  /** The request never arrives, and the caller does not know. */
  | 'lost-before'
  /** The request is carried out, its answer is lost. */
  | 'lost-after'
  /** The request is carried out twice; the second answer is the one that comes back. */
  | 'duplicated';

export interface FaultyStore {
  readonly store: Store;
  fail(method: StoreMethod, ...faults: Fault[]): void;
  /** Forgets the faults that are left for calls of `method`. */
  forgive(method: StoreMethod): void;
  /** Holds back the next call of `method` before it reaches the store, until `release`. */
  hold(method: StoreMethod): Held;
  /** The next call of `method` is carried out at once, and answered when `deliver` is called. */
  delayAnswer(method: StoreMethod): void;
  deliver(): void;
  readonly calls: StoreMethod[];
}

interface Held {
  readonly reached: Promise<void>;
  release(): void;
}

export function faultyStore(inner: Store): FaultyStore {
  const faults: { method: StoreMethod; fault: Fault }[] = [];
  const holds: { method: StoreMethod; reach: () => void; released: Promise<void> }[] = [];
  const calls: StoreMethod[] = [];
  const delayed: { method: StoreMethod }[] = [];
  const delivery = deferred();
  const store = new InterceptedStore(inner, async (method, run) => {
    calls.push(method);
    const hold = take(holds, method);
    if (hold) {
      hold.reach();
      await hold.released;
    }
    const late = take(delayed, method);
    const answer = await faulted(take(faults, method)?.fault, run);
    if (late) await delivery.promise;
    return answer;
  });
  return {
    store,
    calls,
    delayAnswer: (method) => void delayed.push({ method }),
    deliver: delivery.resolve,
    fail: (method, ...added) => void faults.push(...added.map((fault) => ({ method, fault }))),
    forgive: (method) => {
      for (let index = faults.length - 1; index >= 0; index -= 1) {
        if (faults[index]?.method === method) faults.splice(index, 1);
      }
    },
    hold: (method) => {
      const reached = deferred();
      const released = deferred();
      holds.push({ method, reach: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
  };
}

async function faulted<T>(fault: Fault | undefined, run: () => Promise<T>): Promise<T> {
  switch (fault) {
    case undefined:
      return run();
    case 'throttled':
      throw new StoreError('throttled', { definite: true, retryable: true });
    case 'lost-before':
      throw new StoreError('timed out', { definite: false, retryable: true });
    case 'lost-after':
      await run();
      throw new StoreError('timed out', { definite: false, retryable: true });
    case 'duplicated':
      await run();
      return run();
  }
}

function take<T extends { method: StoreMethod }>(from: T[], method: StoreMethod): T | undefined {
  const index = from.findIndex((one) => one.method === method);
  return index < 0 ? undefined : from.splice(index, 1)[0];
}
