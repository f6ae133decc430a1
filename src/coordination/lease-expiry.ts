// When leases end. The state machine knows no time, so a lease ends by a command that some process proposes.
// This process proposes the end of a lease
//
// - when it has itself seen no renewal for the whole time to live, on its own monotonic clock; or
// - when the writer's time of the last renewal is older than the time to live and an allowance for clocks
//
// The command names the renewal that the proposer has seen, and has no effect after a newer one. So a clock
// that is wrong can end leases early, but it can never stop time for others, and no proposal that is late
// ends a lease that was renewed.

import type { Clock } from '../clock.ts';
import { LEASES_PER_COMMAND_MAX } from '../limits.ts';
import type { Expire } from '../state-machine/kernel/command.ts';
import type { Lease } from '../state-machine/kernel/lease.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';

export interface LeaseExpiryOptions {
  readonly clock: Clock;
  /** How much the clocks of two writers may differ, in milliseconds. Default: 5,000. */
  readonly clockSkewMaxMs?: number | undefined;
}

/** At `monotonicMs` this process had applied the log up to `position`. */
interface Observation {
  readonly position: number;
  readonly monotonicMs: number;
}

/** The time between two looks at all leases. */
const LOOK_EVERY_MS = 1000;
/** How long a look is shared for each lease in it, which takes a hundredth of that. */
const SHARED_MS = 0.1;
/**
 * The share of its time to live by which a lease may end late, because observations are thinned to save
 * memory.
 */
const LATENESS = 1 / 32;
/** A year of observations, thinned in this way, is less than half of this. */
const OBSERVATIONS_MAX = 2048;

export class LeaseExpiry {
  readonly #clock: Clock;
  readonly #clockSkewMaxMs: number;
  /** Ascending in both. An observation that is left out makes the end of leases later, never earlier. */
  #observations: Observation[] = [];
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #nextLook: { readonly position: number; readonly atMs: number; readonly nextMs: number } | undefined;

  constructor({ clock, clockSkewMaxMs = 5000 }: LeaseExpiryOptions) {
    this.#clock = clock;
    this.#clockSkewMaxMs = clockSkewMaxMs;
  }

  /** Must be called whenever the replica may have applied records. */
  observe(position: number): void {
    const last = this.#observations.at(-1);
    if (last && last.position >= position) return;
    this.#observations.push({ position, monotonicMs: this.#clock.monotonicMs() });
    if (this.#observations.length > OBSERVATIONS_MAX) this.#thin();
  }

  /** How long until the lease may be ended, in milliseconds; 0 when it may be. */
  leftMs(lease: Lease): number {
    const byOwnClock = this.#seenAtMs(lease) + lease.ttlMs - this.#clock.monotonicMs();
    const byWriter = lease.renewedAtMs + lease.ttlMs + this.#clockSkewMaxMs - this.#clock.nowMs();
    return Math.max(0, Math.min(byOwnClock, byWriter));
  }

  /** The command that ends those of the leases that may be ended; undefined when there are none. */
  proposalFor(leases: Iterable<Lease | undefined>): Expire | undefined {
    const due: Expire['leases'][number][] = [];
    for (const lease of leases) {
      if (!lease || this.leftMs(lease) > 0) continue;
      due.push({ lease: lease.id, renewedAt: lease.renewedAt });
      if (due.length === LEASES_PER_COMMAND_MAX) break;
    }
    return due.length === 0 ? undefined : { kind: 'expire', leases: due };
  }

  /** The same for all leases, at most once a second. Every change sends it before its own command. */
  proposal(state: KernelState): Expire | undefined {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return undefined;
    this.#lookedAtMs = nowMs;
    return this.proposalFor(state.leases.values());
  }

  /**
   * How long until some lease may be ended; infinite when there are none. Callers share a look at all leases:
   * at one position for a second, since a wall clock may be set, and over several positions for as long as
   * such looks are a small part of the time. So with 1,000 leases one may end 0.1 seconds late.
   */
  nextMs(state: KernelState): number {
    const nowMs = this.#clock.monotonicMs();
    const { position } = state;
    const shared = this.#nextLook;
    if (shared) {
      const ageMs = nowMs - shared.atMs;
      const ageMaxMs =
        shared.position === position ? LOOK_EVERY_MS : Math.min(state.leases.size * SHARED_MS, LOOK_EVERY_MS);
      if (ageMs < ageMaxMs && ageMs < shared.nextMs) return shared.nextMs - ageMs;
    }
    let nextMs = Number.POSITIVE_INFINITY;
    for (const lease of state.leases.values()) nextMs = Math.min(nextMs, this.leftMs(lease));
    this.#nextLook = { position, atMs: nowMs, nextMs };
    return nextMs;
  }

  /** The first moment at which this process is known to have seen the lease's last renewal. */
  #seenAtMs({ renewedAt }: Lease): number {
    let low = 0;
    let high = this.#observations.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#observations[middle]?.position ?? 0) >= renewedAt) high = middle;
      else low = middle + 1;
    }
    return this.#observations[low]?.monotonicMs ?? this.#clock.monotonicMs();
  }

  /**
   * Leaves out observations that a neighbour can replace. A gap is at most `LATENESS` of its age, and so of
   * the time to live of a lease that was renewed in it and is due. So the number of gaps grows with the
   * logarithm of the age.
   */
  #thin(): void {
    const nowMs = this.#clock.monotonicMs();
    const kept: Observation[] = [];
    let after: Observation | undefined;
    for (let index = this.#observations.length - 1; index >= 0; index -= 1) {
      const observation = this.#observations[index];
      const before = this.#observations[index - 1];
      if (!observation) continue;
      const canGo =
        after && before && after.monotonicMs - before.monotonicMs <= (nowMs - after.monotonicMs) * LATENESS;
      if (canGo) continue;
      kept.push(observation);
      after = observation;
    }
    this.#observations = kept.reverse();
  }
}
