// Quotas: how much each principal may ask of this process in a second. A bucket of tokens for each quota
// fills at its rate, up to what comes in one second, and every use takes tokens out.
//
// A use that is larger than the bucket waits for a full one and leaves a debt, so that the rate holds in the
// long run. No bucket has a timer: its level follows from the time of its last use.

import { type Clock, systemClock } from '../clock.ts';
import { QUOTA_PRINCIPALS_MAX } from '../limits.ts';
import type { Principal } from './principal.ts';

export type Quota = 'requests' | 'bytes' | 'streams';

/** In a second, for each principal. Undefined: as much as it likes. */
export type QuotaRates = Readonly<Partial<Record<Quota, number | undefined>>>;

export interface QuotasOptions {
  readonly clock?: Clock | undefined;
  /** How many principals are remembered. Default: `QUOTA_PRINCIPALS_MAX`. */
  readonly principalsMax?: number | undefined;
  readonly onRefusal?: ((quota: Quota) => void) | undefined;
}

interface Bucket {
  level: number;
  filledAtMs: number;
}

type Buckets = Partial<Record<Quota, Bucket>>;

const MS_PER_SECOND = 1000;

export class Quotas {
  readonly #rates: QuotaRates;
  readonly #clock: Clock;
  readonly #principalsMax: number;
  readonly #onRefusal: QuotasOptions['onRefusal'];
  /** By subject; the operator's programs are one principal. The one used last is at the end. */
  readonly #buckets = new Map<string | undefined, Buckets>();

  constructor(rates: QuotaRates, options: QuotasOptions = {}) {
    this.#rates = rates;
    this.#clock = options.clock ?? systemClock;
    this.#principalsMax = options.principalsMax ?? QUOTA_PRINCIPALS_MAX;
    this.#onRefusal = options.onRefusal;
  }

  /**
   * Takes `amount` out of the quota of the principal, if there is enough. Otherwise takes nothing, and
   * answers after how many seconds there will be.
   */
  take(principal: Principal, quota: Quota, amount: number): number | undefined {
    const rate = this.#rates[quota];
    if (rate === undefined || amount === 0) return undefined;
    const bucket = this.#bucketOf(principal, quota, rate);
    const missing = Math.min(amount, capacityOf(rate)) - bucket.level;
    if (missing > 0) {
      this.#onRefusal?.(quota);
      return missing / rate;
    }
    bucket.level -= amount;
    return undefined;
  }

  /** Takes `amount` out, also if there is less. A negative amount gives back what was not used. */
  charge(principal: Principal, quota: Quota, amount: number): void {
    const rate = this.#rates[quota];
    if (rate === undefined) return;
    const bucket = this.#bucketOf(principal, quota, rate);
    bucket.level = Math.min(capacityOf(rate), bucket.level - amount);
  }

  has(quota: Quota): boolean {
    return this.#rates[quota] !== undefined;
  }

  /** How many principals are remembered at the moment. */
  get principals(): number {
    return this.#buckets.size;
  }

  #bucketOf({ subject }: Principal, quota: Quota, rate: number): Bucket {
    const buckets = this.#buckets.get(subject) ?? {};
    this.#buckets.delete(subject);
    this.#buckets.set(subject, buckets);
    this.#forgetOldest();
    const nowMs = this.#clock.monotonicMs();
    const bucket = buckets[quota] ?? { level: capacityOf(rate), filledAtMs: nowMs };
    buckets[quota] = bucket;
    const gained = (rate * Math.max(0, nowMs - bucket.filledAtMs)) / MS_PER_SECOND;
    bucket.level = Math.min(capacityOf(rate), bucket.level + gained);
    bucket.filledAtMs = nowMs;
    return bucket;
  }

  /** Whoever has asked for nothing for the longest time begins with full buckets again. */
  #forgetOldest(): void {
    if (this.#buckets.size <= this.#principalsMax) return;
    const [oldest] = this.#buckets.keys();
    this.#buckets.delete(oldest);
  }
}

/** What comes in one second, and one use at least. */
function capacityOf(rate: number): number {
  return Math.max(1, rate);
}
