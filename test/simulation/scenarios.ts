// Mixtures of faults, by name, and how many servers and clients take part.

import { CALM, type Faults, STORMY } from './faults.ts';

/** In bytes: at which the first server's segments are full, and how much more the next one's take. */
export interface SegmentCaps {
  readonly first: number;
  readonly step: number;
}

export interface Scenario {
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  readonly caps?: SegmentCaps;
  /** How often a client pauses for so long that what is in the store ages. */
  readonly longPauses?: number;
  /** Appends of more bytes are large. Default: none are. */
  readonly inlineBytesMax?: number;
}

/** Two records are large together, and most single ones are not. */
const INLINE_BYTES_MAX = 9;

const FEW = { servers: 3, clients: 5 };
/** So that some go on while others are frozen. */
const MANY = { servers: 6, clients: 14 };

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  /** No faults at all: only concurrency. */
  calm: { ...FEW, faults: CALM },
  /** A little of everything. */
  stormy: { ...FEW, faults: STORMY },
  /** A bad network: answers lost, requests late and repeated. */
  lossy: {
    ...FEW,
    faults: {
      ...CALM,
      lostBefore: 0.06,
      lostAfter: 0.06,
      late: 0.06,
      duplicated: 0.06,
      throttled: 0.05,
      laterItem: 0.2,
      slow: 0.05,
    },
  },
  /** Many writers on tiny segments, and answers lost: a writer that wins a race may not learn it. */
  crowded: {
    servers: 10,
    clients: 20,
    caps: { first: 40, step: 5 },
    faults: { ...CALM, lostAfter: 0.12, duplicated: 0.05, slow: 0.05, kill: 0.005 },
  },
  /** Writers that sleep for long while others trim. */
  sleepy: { ...FEW, faults: { ...STORMY, freeze: 0.06, trim: 0.12, late: 0.05 } },
  /** Processes that come and go. */
  crashy: { ...FEW, faults: { ...CALM, kill: 0.06, lostAfter: 0.03, freeze: 0.01 } },
  /**
   * Reads that catch segments at different moments, of which many fill meanwhile, and refusals with later
   * items.
   */
  torn: {
    ...MANY,
    caps: { first: 40, step: 20 },
    faults: { ...CALM, torn: 0.6, laterItem: 0.5, slow: 0.05, trim: 0.03 },
  },
  /**
   * Frozen writers and very late requests on a log that is trimmed all the time: segments come back from the
   * dead. One or two appends fill a segment, so there are many that can.
   */
  zombies: {
    ...MANY,
    caps: { first: 40, step: 5 },
    longPauses: 0.3,
    faults: {
      ...CALM,
      torn: 0.1,
      late: 0.1,
      lostAfter: 0.08,
      frozenPut: 0.1,
      freeze: 0.02,
      trim: 0.35,
      kill: 0.005,
    },
  },
  /** Large appends under a little of everything, with many writers that die or sleep before their append. */
  large: {
    ...MANY,
    caps: { first: 300, step: 70 },
    longPauses: 0.1,
    inlineBytesMax: INLINE_BYTES_MAX,
    faults: { ...STORMY, kill: 0.02, freeze: 0.05, trim: 0.15 },
  },
  /** Large appends in segments that come back from the dead. */
  'large-zombies': {
    ...MANY,
    caps: { first: 40, step: 5 },
    longPauses: 0.3,
    inlineBytesMax: INLINE_BYTES_MAX,
    faults: { ...CALM, late: 0.1, lostAfter: 0.08, frozenPut: 0.1, freeze: 0.02, trim: 0.35, kill: 0.005 },
  },
  /** So bad that clients are told of failures, and new processes take several tries to begin. */
  blackout: {
    ...FEW,
    faults: { ...CALM, lostBefore: 0.5, lostAfter: 0.25, throttled: 0.2, freeze: 0.02, kill: 0.02 },
  },
};

export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  return scenario;
}
