// One log for an operator: its chain and its snapshots.

import type { Finding } from '../api/diagnostics.ts';
import { type Store, StoreError } from '../log/store.ts';
import { machineNameOf } from '../replica/identity.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';
import { type ChainCheckResult, checkChain } from './chain-check.ts';
import { checkSnapshots, type SnapshotReport } from './snapshot-check.ts';

/** The state machine of this name, beside the kernel; undefined for one that this program does not have. */
export type MachineNamed = (name: string) => Promise<AnyMachine | undefined>;

type AnyMachine = StateMachine<unknown, unknown, unknown, unknown>;

const RESTORE =
  'stop its writers, keep a copy of the store as it is, and restore a backup, or the table of a moment before';
const LATER = 'ask for this log alone, or run `ordinal doctor`, which has no limit of time';

/**
 * A log that cannot be read is a fault, too.
 *
 * @param isOver asked before every read: whether there is no time for it
 */
export async function checkLog(
  store: Store,
  log: string,
  isOver = () => false,
  machineNamed: MachineNamed = async () => undefined,
): Promise<Finding[]> {
  try {
    const found = await findingsOf({ store, log, isOver, machineNamed });
    return found.map((finding) => ({ log, ...finding }));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const advice = 'check that the store can be reached, and try again';
    return [{ severity: 'fault', log, what: `cannot be read: ${error.message}`, advice }];
  }
}

/** Whether the check has come to its end. */
export function isComplete(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'unknown');
}

interface Examined {
  readonly store: Store;
  readonly log: string;
  readonly isOver: () => boolean;
  readonly machineNamed: MachineNamed;
}

async function findingsOf(examined: Examined): Promise<Finding[]> {
  const { store, log, isOver } = examined;
  const chain = await checkChain(store, log, isOver);
  if (!chain.complete) return [...faultsAmong(chain.faults), notToItsEnd(`${chain.records} records`)];
  if (chain.segments === 0) {
    const advice = 'look at the spelling; the name begins with namespace/, stream/ or system/';
    return [{ severity: 'warning', what: 'there is no such log', advice }];
  }
  const checked = await checkSnapshotsOf(examined);
  if (typeof checked === 'string') return [...faultsAmong(chain.faults), summaryOf(chain), notKnown(checked)];
  const { newest, faults, complete } = checked;
  const found = [...faultsAmong([...chain.faults, ...faults]), summaryOf(chain)];
  if (newest) {
    const behind = chain.tail - newest.position;
    found.push({ severity: 'ok', what: `snapshot at ${newest.position}, ${behind} commands behind` });
  }
  if (!complete) found.push(notToItsEnd('its chain, and not all of its snapshots'));
  if (chain.zombies > 0) {
    const what = `${chain.zombies} segments behind the trim point, for the next trim`;
    found.push({ severity: 'ok', what });
  }
  return found;
}

function faultsAmong(faults: readonly string[]): Finding[] {
  return faults.map((what) => ({ severity: 'fault', what, advice: RESTORE }));
}

function notToItsEnd(examined: string): Finding {
  return { severity: 'unknown', what: `the time was over after ${examined}`, advice: LATER };
}

/** A log that is no namespace's has no snapshots. Answers the name of a state machine that is not known. */
async function checkSnapshotsOf({
  store,
  log,
  isOver,
  machineNamed,
}: Examined): Promise<SnapshotReport | string> {
  const { segment } = await store.last(log);
  const name = segment && machineNameOf(segment.metadata);
  if (name === kernel.name) return checkSnapshots({ store, log, machine: kernel, isOver });
  if (name === undefined) return { newest: undefined, faults: [], complete: true };
  const machine = await machineNamed(name);
  return machine ? checkSnapshots({ store, log, machine, isOver }) : name;
}

function notKnown(name: string): Finding {
  const what = `it runs the state machine "${name}", whose snapshots this program cannot read`;
  return { severity: 'unknown', what, advice: 'run `ordinal doctor`, which knows all that there are' };
}

function summaryOf({ segments, records, tail, trimmedTo, faults }: ChainCheckResult): Finding {
  const begin = trimmedTo === 0 ? '' : `, trimmed to ${trimmedTo}`;
  return {
    severity: faults.length === 0 ? 'ok' : 'warning',
    what: `${records} records in ${segments} segments, tail ${tail}${begin}`,
  };
}
