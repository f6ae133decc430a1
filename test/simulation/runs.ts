// Every scenario by name, whichever simulation it is of.

import type { Faults } from './faults.ts';
import { FORK_SCENARIOS } from './fork-scenarios.ts';
import { simulateForks } from './fork-simulation.ts';
import { LOCK_SCENARIOS } from './lock-scenarios.ts';
import { simulateLocks } from './lock-simulation.ts';
import { PRODUCER_SCENARIOS } from './producer-scenarios.ts';
import { simulateProducers } from './producer-simulation.ts';
import { REBIRTH_SCENARIOS } from './rebirth-scenarios.ts';
import { simulateRebirth } from './rebirth-simulation.ts';
import { RETENTION_SCENARIOS } from './retention-scenarios.ts';
import { simulateRetention } from './retention-simulation.ts';
import { SCENARIOS } from './scenarios.ts';
import { type SimulationResult, simulate } from './simulate.ts';
import { WATCH_SCENARIOS } from './watch-scenarios.ts';
import { simulateWatches } from './watch-simulation.ts';
import { ZOOKEEPER_SCENARIOS } from './zookeeper-scenarios.ts';
import { simulateZookeeper } from './zookeeper-simulation.ts';

export interface RunOptions {
  readonly seed: number;
  readonly steps: number;
  /** Default: those of the scenario. */
  readonly faults?: Faults;
  readonly onTrace?: (line: string) => void;
}

export interface ScenarioRun {
  readonly faults: Faults;
  run(options: RunOptions): Promise<SimulationResult>;
}

export const RUNS: Readonly<Record<string, ScenarioRun>> = {
  ...runsOf(SCENARIOS, simulate),
  ...runsOf(LOCK_SCENARIOS, simulateLocks),
  ...runsOf(WATCH_SCENARIOS, simulateWatches),
  ...runsOf(REBIRTH_SCENARIOS, simulateRebirth),
  ...runsOf(PRODUCER_SCENARIOS, simulateProducers),
  ...runsOf(ZOOKEEPER_SCENARIOS, simulateZookeeper),
  ...runsOf(FORK_SCENARIOS, simulateForks),
  ...runsOf(RETENTION_SCENARIOS, simulateRetention),
};

function runsOf<Scenario extends { readonly faults: Faults }>(
  scenarios: Readonly<Record<string, Scenario>>,
  simulation: (options: Scenario & RunOptions & { readonly faults: Faults }) => Promise<SimulationResult>,
): Record<string, ScenarioRun> {
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, scenario]) => [
      name,
      { faults: scenario.faults, run: (options) => simulation({ ...scenario, ...options }) },
    ]),
  );
}

export function runOf(name: string): ScenarioRun {
  const run = RUNS[name];
  if (!run) throw new Error(`no scenario ${name}; there are ${Object.keys(RUNS).join(', ')}`);
  return run;
}
