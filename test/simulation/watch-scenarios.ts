// Mixtures of faults for the simulation of watches.

import { CALM, STORMY } from './faults.ts';
import type { WatchSimulationOptions } from './watch-simulation.ts';

export type WatchScenario = Omit<WatchSimulationOptions, 'seed' | 'steps'>;

export const WATCH_SCENARIOS: Readonly<Record<string, WatchScenario>> = {
  /** Servers die and the past goes, but the store answers: a change is told soon. */
  'watches-prompt': {
    servers: 3,
    writers: 3,
    watchers: 6,
    compact: 0.01,
    longPauses: 0.01,
    isPrompt: true,
    faults: { ...CALM, kill: 0.02, trim: 0.1 },
  },
  /** A little of everything, on replicas that are frozen while others trim. */
  'watches-stormy': {
    servers: 4,
    writers: 3,
    watchers: 8,
    compact: 0.01,
    longPauses: 0.05,
    isPrompt: false,
    faults: { ...STORMY, kill: 0.02, freeze: 0.03, trim: 0.2 },
  },
};
