// What can go wrong in a simulation, how often, and how often it did.

/** Probabilities per call of the store, or per step of the chaos loop; 0 switches a fault off. */
export interface Faults {
  /** The request never arrives; the caller runs into a time-out. */
  readonly lostBefore: number;
  /** The request is carried out, its answer never arrives. */
  readonly lostAfter: number;
  /** The caller runs into a time-out; the request arrives later, up to `lateMsMax`. */
  readonly late: number;
  /** The request arrives twice, the second time up to `lateMsMax` later. */
  readonly duplicated: number;
  readonly throttled: number;
  /** A refusal brings the segment as it is somewhat later. */
  readonly laterItem: number;
  /** A range is read in two parts at two moments. */
  readonly torn: number;
  /** Now and then a delay a hundred times as long as usual. */
  readonly slow: number;
  /** Chaos, per operation of a client. */
  /** A process is frozen for long with the put of a next segment still in it. */
  readonly frozenPut: number;
  readonly kill: number;
  readonly freeze: number;
  readonly skew: number;
  readonly trim: number;
}

export type FaultKind = keyof Faults;

export const CALM: Faults = {
  lostBefore: 0,
  lostAfter: 0,
  late: 0,
  duplicated: 0,
  throttled: 0,
  laterItem: 0,
  torn: 0,
  slow: 0,
  frozenPut: 0,
  kill: 0,
  freeze: 0,
  skew: 0,
  trim: 0,
};

export const STORMY: Faults = {
  lostBefore: 0.02,
  lostAfter: 0.02,
  late: 0.02,
  duplicated: 0.02,
  throttled: 0.02,
  laterItem: 0.1,
  torn: 0.1,
  slow: 0.02,
  frozenPut: 0.02,
  kill: 0.004,
  freeze: 0.01,
  skew: 0.01,
  trim: 0.02,
};

export type FaultCounts = Record<FaultKind, number>;

export function noFaultsYet(): FaultCounts {
  return { ...CALM };
}
