// Mixtures of faults, by name.

import { CALM, type Faults, STORMY } from './faults.ts';

export const SCENARIOS: Readonly<Record<string, Faults>> = {
  /** No faults at all: only concurrency. */
  calm: CALM,
  /** A little of everything. */
  stormy: STORMY,
  /** A bad network: answers lost, requests late and repeated. */
  lossy: {
    ...CALM,
    lostBefore: 0.06,
    lostAfter: 0.06,
    late: 0.06,
    duplicated: 0.06,
    throttled: 0.05,
    laterItem: 0.2,
    slow: 0.05,
  },
  /** Writers that sleep for long while others trim. */
  sleepy: { ...STORMY, freeze: 0.06, trim: 0.12, late: 0.05 },
  /** Processes that come and go. */
  crashy: { ...CALM, kill: 0.06, lostAfter: 0.03, freeze: 0.01 },
  /** Reads that catch segments at different moments, and refusals with later items. */
  torn: { ...CALM, torn: 0.6, laterItem: 0.5, slow: 0.05, trim: 0.03 },
  /** Frozen writers and very late requests on a log that is trimmed all the time: segments come back from the dead. */
  haunted: { ...CALM, torn: 0.2, late: 0.15, lostAfter: 0.05, freeze: 0.15, trim: 0.35, kill: 0.01 },
  /** So bad that clients are told of failures. */
  blackout: { ...CALM, lostBefore: 0.5, lostAfter: 0.25, throttled: 0.2, freeze: 0.02 },
};

export function scenarioOf(name: string): Faults {
  const faults = SCENARIOS[name];
  if (!faults) throw new Error(`no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  return faults;
}
