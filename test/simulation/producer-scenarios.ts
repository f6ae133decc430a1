// Mixtures of faults for the simulation of producers.

import { CALM, STORMY } from './faults.ts';
import type { ProducerSimulationOptions } from './producer-simulation.ts';

export type ProducerScenario = Omit<ProducerSimulationOptions, 'seed' | 'steps'>;

export const PRODUCER_SCENARIOS: Readonly<Record<string, ProducerScenario>> = {
  /** Answers lost, requests late and repeated, servers that come and go, on small segments. */
  'producers-lossy': {
    servers: 4,
    clients: 8,
    caps: { first: 60, step: 40 },
    faults: {
      ...CALM,
      lostBefore: 0.06,
      lostAfter: 0.08,
      late: 0.05,
      duplicated: 0.06,
      slow: 0.05,
      kill: 0.01,
    },
  },
  /** Few servers with many writers each, so that producers, and others, share batches. */
  'producers-shared': {
    servers: 2,
    clients: 16,
    caps: { first: 200, step: 200 },
    plain: 0.15,
    faults: {
      ...CALM,
      lostBefore: 0.06,
      lostAfter: 0.06,
      late: 0.05,
      duplicated: 0.06,
      slow: 0.2,
      kill: 0.005,
    },
  },
  /** A little of everything, on a log that is trimmed while writers are frozen. */
  'producers-stormy': {
    servers: 4,
    clients: 8,
    caps: { first: 60, step: 10 },
    longPauses: 0.1,
    faults: { ...STORMY, lostAfter: 0.08, late: 0.06, frozenPut: 0.05, trim: 0.1, freeze: 0.02, kill: 0.01 },
  },
};
