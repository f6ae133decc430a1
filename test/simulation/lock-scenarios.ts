// Mixtures of faults for the simulation of locks.

import { CALM, STORMY } from './faults.ts';
import type { LockSimulationOptions } from './lock-simulation.ts';

export type LockScenario = Omit<LockSimulationOptions, 'seed' | 'steps'>;

/** Two clocks differ by less than the allowance of the kernel, so no lease may end early. */
const HONEST_MS = 2400;

export const LOCK_SCENARIOS: Readonly<Record<string, LockScenario>> = {
  /** Clients vanish and servers die, but the store answers: whatever is due comes soon. */
  'locks-prompt': {
    servers: 3,
    clients: 12,
    skewMsMax: HONEST_MS,
    isPrompt: true,
    faults: { ...CALM, kill: 0.01, skew: 0.05, trim: 0.01 },
  },
  /** A little of everything, and many who want the same. */
  'locks-stormy': {
    servers: 5,
    clients: 32,
    skewMsMax: HONEST_MS,
    isPrompt: false,
    faults: { ...STORMY, freeze: 0.02, kill: 0.01, skew: 0.05, lostAfter: 0.04, duplicated: 0.04 },
  },
  /** Clocks that are hours wrong end leases too early. Nothing else may go wrong for it. */
  'locks-clocks': {
    servers: 4,
    clients: 20,
    skewMsMax: 3 * 3_600_000,
    isPrompt: false,
    faults: { ...CALM, skew: 0.05, kill: 0.01, freeze: 0.005, lostAfter: 0.02, lostBefore: 0.02 },
  },
};
