// The waits of one process for changes of a namespace. However many there are, they share one poll of the
// log, one timer, and one proposal to end the leases that are due. After a change each is asked only whether
// it must go on waiting.

import { type Clock, elapsedBetweenMs, type Moment, momentOf } from '../clock.ts';
import { StoreError } from '../log/store.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { KernelReplica } from './kernel.ts';
import type { LeaseExpiry } from './lease-expiry.ts';

export interface WaitsParts {
  readonly replica: KernelReplica;
  readonly expiry: LeaseExpiry;
  readonly clock: Clock;
  /** Ends the leases that are due. */
  readonly expireDue: () => Promise<void>;
}

/** Whether a wait must go on in this state. Asked after every change, so it should be cheap. */
export type MustWait = (state: KernelState) => boolean;

interface Wait {
  readonly mustWait: MustWait;
  readonly startedAt: Moment;
  readonly timeoutMs: number;
  readonly settle: (failure?: { readonly error: unknown }) => void;
}

/** The longest time between two looks at the leases. */
const LOOK_MAX_MS = 1000;

/** A reason of our own: for none, an error with a stack would be made each time. */
const SOONER = 'sooner';

export class Waits {
  readonly #parts: WaitsParts;
  readonly #waits = new Set<Wait>();
  #isRunning = false;
  /** Lets the loop look at the waits before it has slept enough. */
  #wake = new AbortController();

  constructor(parts: WaitsParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#waits.size;
  }

  /** Whether the waits follow the replica at this moment. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Resolves when `mustWait` does not hold, after `timeoutMs`, or when `signal` aborts. A state must have
   * been loaded before.
   *
   * @throws ReplicaStoppedError
   */
  until(mustWait: MustWait, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (timeoutMs <= 0 || signal?.aborted || !this.#parts.replica.glance(mustWait)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const aborted = () => {
        wait.settle();
        if (this.#waits.size === 0) this.#wake.abort(SOONER);
      };
      const wait: Wait = {
        mustWait,
        startedAt: momentOf(this.#parts.clock),
        timeoutMs,
        settle: (failure) => {
          this.#waits.delete(wait);
          signal?.removeEventListener('abort', aborted);
          if (failure) reject(failure.error);
          else resolve();
        },
      };
      signal?.addEventListener('abort', aborted);
      this.#waits.add(wait);
      if (!this.#isRunning) void this.#run();
      else if (timeoutMs < LOOK_MAX_MS) this.#wake.abort(SOONER);
    });
  }

  /** Runs as long as there are waits. Never rejects. */
  async #run(): Promise<void> {
    const { replica } = this.#parts;
    this.#isRunning = true;
    const end = replica.follow();
    try {
      while (this.#waits.size > 0) {
        if (this.#wake.signal.aborted) this.#wake = new AbortController();
        const { position } = replica;
        const leftMs = this.#settleOver();
        if (this.#waits.size > 0) await this.#sleep(position, leftMs);
      }
    } catch (error) {
      for (const wait of this.#waits) wait.settle({ error });
    } finally {
      end();
      this.#isRunning = false;
    }
  }

  /** Settles the waits that are over, and answers how long the others have, in milliseconds. */
  #settleOver(): number {
    const { replica, clock } = this.#parts;
    const now = momentOf(clock);
    let leftMs = LOOK_MAX_MS;
    for (const wait of this.#waits) {
      const waitLeftMs = wait.timeoutMs - elapsedBetweenMs(wait.startedAt, now);
      if (waitLeftMs <= 0 || !replica.glance(wait.mustWait)) wait.settle();
      else leftMs = Math.min(leftMs, waitLeftMs);
    }
    return leftMs;
  }

  /** Resolves when more than `position` is applied, or a lease may be due, or `timeoutMs` is over. */
  async #sleep(position: number, timeoutMs: number): Promise<void> {
    const { replica, expiry } = this.#parts;
    const nextMs = replica.glance((state) => expiry.nextMs(state)) ?? LOOK_MAX_MS;
    if (nextMs <= 0) await this.#endDue();
    // When a failing store keeps a lease from ending, the next try waits as well.
    const sleepMs = nextMs <= 0 ? timeoutMs : Math.min(timeoutMs, Math.max(nextMs, 1));
    await replica.waitBeyond(position, sleepMs, this.#wake.signal);
    expiry.observe(replica.position);
  }

  async #endDue(): Promise<void> {
    try {
      await this.#parts.expireDue();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}
