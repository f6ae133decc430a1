// A server's namespace on a store that it may share with other servers.

import type { Clock } from '../../src/clock.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { Replica } from '../../src/replica/replica.ts';
import { Namespace } from '../../src/service/namespace.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { ManualClock } from './manual-clock.ts';
import { Scheduler } from './scheduler.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedProcess } from './simulated-process.ts';

export function serverOn(store: Store, clock: Clock = new ManualClock()): Namespace {
  const replica = new Replica(kernel, store, new Log(store, 'namespace', { clock }), { clock });
  return new Namespace(new Kernel(replica, { clock }));
}

/** Resolves when so many wait for the lock. */
export async function untilWaiting(
  { locks }: Pick<Namespace, 'locks'>,
  count: number,
  name = 'l',
): Promise<void> {
  for (;;) {
    const read = await locks.lookUp(name, { consistency: 'local' });
    if (read.kind === 'lock' && read.waiters.length >= count) return;
    await locks.lookUp(name);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Time that passes while all wait for it, and processes that have it. */
export function virtualTime() {
  const time = new Scheduler();
  let count = 0;
  return {
    time,
    newProcess: () => new SimulatedProcess(`process ${++count}`, time, new SeededRandom(count)),
    /** Resolves as the promise does; virtual time passes until then. */
    async outcomeOf<T>(promise: Promise<T>): Promise<T> {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      await time.run(() => isSettled);
      return promise;
    },
    /** Lets so much time pass, and all that happens until then or at that moment. */
    async pass(ms: number): Promise<void> {
      let isOver = false;
      time.schedule(ms, () => {
        isOver = true;
      });
      await time.run(() => isOver);
      await time.run(() => time.nextAtMs > time.nowMs);
    },
  };
}
