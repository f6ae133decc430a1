// A client of locks: it takes a lease, asks for a lock with it, keeps the lease alive, writes to what the
// lock guards, and ends in one of many ways: properly, by vanishing, or after a pause that outlasts its
// lease.

import type { AcquireResult } from '../../src/api/locks.ts';
import type { Namespace } from '../../src/service/namespace.ts';
import type { LockAnswer, LockArguments } from '../checker/lock-history.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** What a client asks a server for. `nothing`: it failed for certain. `unknown`: it may have happened. */
export type LockOutcome = Omit<LockAnswer, 'atMs'> | 'nothing' | 'unknown';

export interface LockCall {
  readonly operation: 'acquire' | 'release' | 'renew' | 'revoke' | 'grant' | 'look-up';
  readonly asked: Omit<LockArguments, 'atMs'>;
  run(namespace: Namespace): Promise<LockOutcome>;
}

export interface LockClientOptions {
  readonly id: number;
  readonly random: SeededRandom;
  /** Whether there is still something to do. */
  readonly goesOn: () => boolean;
  readonly sleep: (ms: number) => Promise<void>;
  /** Through any server, noted in the history. */
  readonly ask: (call: LockCall) => Promise<LockOutcome>;
  /** Sends a write to what the lock guards. */
  readonly write: (lock: string, lease: string, token: number) => Promise<void>;
}

/** How many may hold each. */
export const LOCKS: Readonly<Record<string, number>> = { one: 1, another: 1, crowded: 1, two: 2 };
const TTLS_MS = [1500, 4000, 10_000];
const TRIES_MAX = 4;

interface Asking {
  readonly lock: string;
  readonly lease: string;
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly holders: number;
}

export class LockClient {
  readonly #options: LockClientOptions;
  #lives = 0;

  constructor(options: LockClientOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random, goesOn, sleep } = this.#options;
    while (goesOn()) {
      await sleep(random.fraction() * (random.chance(0.1) ? 20_000 : 1500));
      await this.#live();
    }
  }

  /** With one lease. */
  async #live(): Promise<void> {
    const { id, random, ask } = this.#options;
    this.#lives += 1;
    const lock = random.chance(0.4) ? 'crowded' : random.pick(Object.keys(LOCKS));
    const asking: Asking = {
      lock,
      lease: `lease${id}.${this.#lives}`,
      ttlMs: random.pick(TTLS_MS),
      waitMs: random.chance(0.6) ? random.pick([200, 3000, 20_000]) : 0,
      holders: random.chance(0.03) ? 3 : (LOCKS[lock] ?? 1),
    };
    if (random.chance(0.2)) await ask(granting(asking));
    const renewing = { goesOn: random.chance(0.85) };
    const renewals = this.#keepAlive(asking, renewing);
    await this.#compete(asking, renewing);
    // Once more with the same lease, perhaps through a server that knows of the first time only.
    if (random.chance(0.3)) await this.#compete(asking, renewing);
    renewing.goesOn = false;
    await renewals;
    if (random.chance(0.1)) await ask(looking(asking));
  }

  async #compete(asking: Asking, renewing: { goesOn: boolean }): Promise<void> {
    const { random, ask, goesOn } = this.#options;
    for (let tries = 0; tries < TRIES_MAX && goesOn(); tries += 1) {
      const outcome = await ask(acquiring(asking));
      if (outcome === 'unknown' || outcome === 'nothing') continue;
      const { kind, token, place } = outcome;
      if (kind === 'acquired' && token !== undefined) return this.#hold(asking, token, renewing);
      if (place === undefined) return;
      if (random.chance(0.3)) return this.#leave(asking);
    }
  }

  /** Sends the next renewal after a third of the time to live, until it is told to stop. */
  async #keepAlive(asking: Asking, renewing: { goesOn: boolean }): Promise<void> {
    const { sleep, goesOn, ask } = this.#options;
    for (;;) {
      await sleep(asking.ttlMs / 3);
      if (!renewing.goesOn || !goesOn()) return;
      const outcome = await ask(renewingOf(asking));
      if (typeof outcome === 'object' && outcome.ttlMs === undefined) return;
    }
  }

  async #hold(asking: Asking, token: number, renewing: { goesOn: boolean }): Promise<void> {
    const { random, sleep, write, goesOn } = this.#options;
    const { lock, lease, ttlMs, holders } = asking;
    // Several holders write in any order, so their tokens cannot guard anything.
    for (let rounds = random.below(3); rounds > 0 && goesOn(); rounds -= 1) {
      await sleep((random.fraction() * ttlMs) / 2);
      if (holders === 1) await write(lock, lease, token);
    }
    if (random.chance(0.2)) return;
    if (random.chance(0.25)) {
      renewing.goesOn = false;
      await sleep(ttlMs * (1 + 3 * random.fraction()));
      if (holders === 1) await write(lock, lease, token);
    }
    await this.#leave(asking);
  }

  async #leave(asking: Asking): Promise<void> {
    const { random, ask } = this.#options;
    await ask(random.chance(0.25) ? revoking(asking) : releasing(asking));
    if (random.chance(0.2)) await ask(releasing(asking));
  }
}

function acquiring({ lock, lease, ttlMs, waitMs, holders }: Asking): LockCall {
  return {
    operation: 'acquire',
    asked: { lock, lease, ttlMs, waitMs, holders },
    run: async ({ locks }) => outcomeOf(await locks.acquire(lock, { lease, ttlMs, waitMs, holders })),
  };
}

function granting({ lock, lease, ttlMs }: Asking): LockCall {
  return {
    operation: 'grant',
    asked: { lock, lease, ttlMs },
    run: async ({ leases }) => outcomeOf(await leases.grant(lease, ttlMs)),
  };
}

function renewingOf({ lock, lease }: Asking): LockCall {
  return {
    operation: 'renew',
    asked: { lock, lease },
    async run({ leases }) {
      const result = await leases.renew([lease]);
      if (result.kind !== 'renewed') return outcomeOf(result);
      return { kind: 'renewed', position: result.position, ttlMs: result.ttlsMs[0] };
    },
  };
}

function releasing({ lock, lease }: Asking): LockCall {
  return {
    operation: 'release',
    asked: { lock, lease },
    run: async ({ locks }) => outcomeOf(await locks.release(lock, lease)),
  };
}

function revoking({ lock, lease }: Asking): LockCall {
  return {
    operation: 'revoke',
    asked: { lock, lease },
    run: async ({ leases }) => outcomeOf(await leases.revoke(lease)),
  };
}

function looking({ lock, lease }: Asking): LockCall {
  return {
    operation: 'look-up',
    asked: { lock, lease },
    async run({ locks }) {
      const result = await locks.lookUp(lock);
      if (result.kind !== 'lock') return outcomeOf(result);
      const queue = [...result.holders, ...result.waiters].map(({ lease: one }) => one);
      return { kind: 'lock', position: result.position, queue };
    },
  };
}

type Told =
  | AcquireResult
  | { readonly kind: string; readonly position: number; readonly ttlMs?: number | undefined };

function outcomeOf(result: Told | Extract<AcquireResult, { kind: 'failed' | 'rejected' }>): LockOutcome {
  if ('definite' in result) return result.definite ? 'nothing' : 'unknown';
  if ('message' in result) throw new Error(result.message);
  const { kind, position } = result;
  return {
    kind,
    position,
    ...('token' in result ? { token: result.token } : {}),
    ...('holder' in result ? { holder: result.holder?.lease, place: result.place } : {}),
    ...('ttlMs' in result ? { ttlMs: result.ttlMs } : {}),
  };
}
