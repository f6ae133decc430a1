// Mixtures of faults for the simulation of a namespace that is deleted and created again.

import { CALM, STORMY } from './faults.ts';
import type { RebirthSimulationOptions } from './rebirth-simulation.ts';

export type RebirthScenario = Omit<RebirthSimulationOptions, 'seed' | 'steps'>;

export const REBIRTH_SCENARIOS: Readonly<Record<string, RebirthScenario>> = {
  /** Only concurrency, and servers that come and go. */
  'rebirth-crashy': { servers: 4, clients: 8, faults: { ...CALM, kill: 0.02 } },
  /** A little of everything. */
  'rebirth-stormy': {
    servers: 4,
    clients: 8,
    faults: { ...STORMY, lostAfter: 0.05, kill: 0.01, freeze: 0.02 },
  },
};
