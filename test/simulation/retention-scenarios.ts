// Mixtures of faults for the simulation of retention.

import { TRIM_AGE_MIN_MS } from './chaos.ts';
import { CALM, STORMY } from './faults.ts';
import type { RetentionSimulationOptions } from './retention-simulation.ts';

export type RetentionScenario = Omit<RetentionSimulationOptions, 'seed' | 'steps'>;

/** Only the retention trims, so that every trimming can be held against it. */
const WITHOUT_TRIMMERS = { ...STORMY, trim: 0 };

export const RETENTION_SCENARIOS: Readonly<Record<string, RetentionScenario>> = {
  /** A little of everything, clocks that jump above all. */
  'retention-age': {
    servers: 4,
    clients: 6,
    caps: { first: 60, step: 20 },
    longPauses: 0.1,
    retention: { ageMs: 1.5 * TRIM_AGE_MIN_MS },
    faults: { ...WITHOUT_TRIMMERS, skew: 0.04, freeze: 0.02, kill: 0.02 },
  },
  /** Few bytes, so that the age of trimming decides. */
  'retention-bytes': {
    servers: 4,
    clients: 6,
    caps: { first: 60, step: 20 },
    longPauses: 0.1,
    retention: { bytes: 300 },
    faults: { ...WITHOUT_TRIMMERS, skew: 0.02, freeze: 0.02, kill: 0.02 },
  },
  /** Many segments, on a store that answers, until most of them are out by age or bytes. */
  'retention-both': {
    servers: 3,
    clients: 6,
    caps: { first: 40, step: 5 },
    longPauses: 0.03,
    retention: { ageMs: 3 * TRIM_AGE_MIN_MS, bytes: 4000 },
    faults: { ...CALM, skew: 0.02, kill: 0.01 },
  },
};
