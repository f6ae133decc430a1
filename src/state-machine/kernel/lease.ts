// A lease: a time to live that its client keeps renewing. The keys that it owns go when it ends.

/**
 * Never changed: a renewal replaces it. The state machine reads no clock: when a lease ends is for others
 * to propose.
 */
export interface Lease {
  readonly id: string;
  readonly ttlMs: number;
  /**
   * 0 when it is granted. Whoever proposes its end names the count it has seen, and is too late when there
   * is a newer renewal.
   */
  readonly renewals: number;
  /** The writer's time of the grant or the last renewal: data for those who propose. */
  readonly renewedAtMs: number;
  /** The position of the grant or the last renewal. */
  readonly renewedAt: number;
}
