// Runs a few processes on one store in every order of their calls, or in many orders drawn at random. A
// process may die at any call. That call may still arrive, as late as it likes.

import { assert } from '../../src/assert.ts';
import type { Store } from '../../src/log/store.ts';
import { InterceptedStore } from './intercepted-store.ts';

/** A call that waits to be let through. */
interface Pending {
  readonly process: number;
  readonly letThrough: () => Promise<void>;
}

export interface Interleaved {
  readonly store: Store;
  /** The processes, each on a store of its own that leads to `store`. */
  readonly processes: readonly ((store: Store) => Promise<() => Promise<unknown>>)[];
  /** Called when every process has ended, and again when every late call has arrived. */
  check(): Promise<void>;
}

/** Which of so many options is next. */
type Choose = (options: number) => number;

/** Every order, without deaths or with one. Answers their number. */
export async function inEveryOrder(set: () => Promise<Interleaved>, deathsMax: number): Promise<number> {
  let path: { chosen: number; options: number }[] = [];
  for (let runs = 1; ; runs += 1) {
    let depth = 0;
    await runOnce(await set(), deathsMax, (options) => {
      const known = path[depth];
      if (!known) path.push({ chosen: 0, options });
      depth += 1;
      return known?.chosen ?? 0;
    });
    while (path.length > 0 && (path.at(-1)?.chosen ?? 0) + 1 === path.at(-1)?.options) path.pop();
    const last = path.at(-1);
    if (!last) return runs;
    path = [...path.slice(0, -1), { ...last, chosen: last.chosen + 1 }];
  }
}

export async function inSomeOrders(
  set: () => Promise<Interleaved>,
  deathsMax: number,
  runs: number,
  below: Choose,
): Promise<void> {
  for (let run = 0; run < runs; run += 1) await runOnce(await set(), deathsMax, below);
}

async function runOnce(
  { store, processes, check }: Interleaved,
  deathsMax: number,
  choose: Choose,
): Promise<void> {
  const pending: Pending[] = [];
  const dead = new Set<number>();
  const ended = new Set<number>();
  let isOpen = true;
  const begun = processes.map(async (make, process) => {
    const gated = new InterceptedStore(store, <T>(_method: string, run: () => Promise<T>) => {
      if (isOpen) return run();
      return new Promise<T>((resolve, reject) => {
        const letThrough = () =>
          run().then(
            (value) => void (dead.has(process) || resolve(value)),
            (error: unknown) => void (dead.has(process) || reject(error)),
          );
        pending.push({ process, letThrough });
      });
    });
    return make(gated);
  });
  // What each process knows from before is read without a gate.
  const starts = await Promise.all(begun);
  isOpen = false;
  for (const [process, start] of starts.entries()) {
    void start().then(
      () => ended.add(process),
      (error: unknown) => {
        throw error;
      },
    );
  }
  await quiet();
  while (ended.size + dead.size < processes.length) {
    const deaths = dead.size < deathsMax ? pending.filter(({ process }) => !dead.has(process)) : [];
    assert(pending.length > 0, 'a process waits for something that is no call of the store');
    const chosen = choose(pending.length + deaths.length);
    const dying = deaths[chosen - pending.length];
    if (dying) dead.add(dying.process);
    else await pending.splice(chosen, 1)[0]?.letThrough();
    await quiet();
  }
  await check();
  for (const { letThrough } of pending.splice(0)) await letThrough();
  if (dead.size > 0) await check();
}

/** Until no process can go on by itself. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
