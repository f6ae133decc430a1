// Many logs for an operator, one after the other, for as long as there is time.

import type { Diagnosis, Finding } from '../api/diagnostics.ts';
import type { Store } from '../log/store.ts';
import { checkLog, isComplete, type MachineNamed } from './log-check.ts';

export interface Bounds {
  /** Whether there is no time for more. */
  isOver(): boolean;
  readonly findingsMax: number;
  readonly machineNamed?: MachineNamed | undefined;
}

/**
 * Examines the logs that there are. A log whose check takes too long is left behind with a finding that says
 * so, so that a reader that goes on after `next` gets to the end.
 *
 * @throws StoreError when the names of the logs cannot be read
 */
export async function checkLogs(
  store: Store,
  logs: AsyncIterable<string>,
  { isOver, findingsMax, machineNamed }: Bounds,
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  let last: string | undefined;
  for await (const log of logs) {
    if (last !== undefined && (isOver() || findings.length >= findingsMax))
      return { ...diagnosis(findings), complete: false, next: last };
    // A name whose log is gone, or was never created.
    if ((await store.last(log)).segment) findings.push(...(await checkLog(store, log, isOver, machineNamed)));
    last = log;
  }
  return diagnosis(findings);
}

/** Examines one log that was asked for by its name. */
export async function checkOneLog(
  store: Store,
  log: string,
  { isOver, machineNamed }: Omit<Bounds, 'findingsMax'>,
): Promise<Diagnosis> {
  return diagnosis(await checkLog(store, log, isOver, machineNamed));
}

function diagnosis(findings: readonly Finding[]): Diagnosis {
  const sound = findings.every(({ severity }) => severity !== 'fault');
  return { kind: 'diagnosis', sound, complete: isComplete(findings), findings, next: undefined };
}
