// Mixtures of faults for the simulation of forks.

import { CALM, STORMY } from './faults.ts';
import type { ForkSimulationOptions } from './fork-simulation.ts';

export type ForkScenario = Omit<ForkSimulationOptions, 'seed' | 'steps'>;

export const FORK_SCENARIOS: Readonly<Record<string, ForkScenario>> = {
  /** Answers lost, requests late and repeated, servers that end between two steps, on small segments. */
  'forks-lossy': {
    servers: 4,
    clients: 10,
    paths: 5,
    caps: { first: 40, step: 30 },
    inlineBytesMax: 10,
    faults: {
      ...CALM,
      lostBefore: 0.04,
      lostAfter: 0.05,
      late: 0.04,
      duplicated: 0.05,
      slow: 0.05,
      kill: 0.03,
    },
  },
  /** A little of everything, and creators that sleep for longer than a hold without a fork is waited for. */
  'forks-stormy': {
    servers: 5,
    clients: 8,
    paths: 5,
    caps: { first: 40, step: 10 },
    longPauses: 0.05,
    inlineBytesMax: 10,
    faults: { ...STORMY, late: 0.05, frozenPut: 0.05, freeze: 0.04, kill: 0.02, trim: 0 },
  },
  /** Requests that arrive when what they are for has been there and gone, of creators and of deleters. */
  'forks-zombies': {
    servers: 5,
    clients: 10,
    paths: 5,
    caps: { first: 30, step: 5 },
    longPauses: 0.25,
    inlineBytesMax: 10,
    faults: { ...CALM, torn: 0.1, late: 0.12, lostAfter: 0.08, frozenPut: 0.12, freeze: 0.03, kill: 0.01 },
  },
};
