// Mixtures of faults for the simulation of ZooKeeper servers.

import { CALM, STORMY } from './faults.ts';
import type { ZookeeperSimulationOptions } from './zookeeper-simulation.ts';

export type ZookeeperScenario = Omit<ZookeeperSimulationOptions, 'seed' | 'steps'>;

export const ZOOKEEPER_SCENARIOS: Readonly<Record<string, ZookeeperScenario>> = {
  /** Servers die, and the store answers: no session ends too early. */
  'zookeeper-prompt': {
    servers: 3,
    clients: 6,
    longRests: 0.03,
    isPrompt: true,
    faults: { ...CALM, kill: 0.02, trim: 0.05 },
  },
  /** A little of everything. */
  'zookeeper-stormy': {
    servers: 3,
    clients: 6,
    longRests: 0.03,
    isPrompt: false,
    faults: { ...STORMY, kill: 0.02, freeze: 0.02, trim: 0.05 },
  },
};
