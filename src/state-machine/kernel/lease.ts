// A lease: a time to live that its client keeps renewing. The keys that it owns go when it ends.

/**
 * Never changed: a renewal replaces it. The state machine reads no clock: processes propose the end of a
 * lease.
 */
export interface Lease {
  readonly id: string;
  readonly ttlMs: number;
  /** The latest writer's time of the grant and the renewals: data for processes that propose its end. */
  readonly renewedAtMs: number;
  /**
   * The position of the grant or the last renewal. A proposal to end the lease names the position that its
   * proposer has seen, and has no effect after a newer renewal. A count of renewals would not do: a lease
   * that ended and was granted again begins to count anew, and a late proposal for the old one would end
   * the new.
   */
  readonly renewedAt: number;
}
