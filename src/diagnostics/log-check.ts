// One log for an operator: its chain and its snapshots.

import type { Finding } from '../api/diagnostics.ts';
import { type Store, StoreError } from '../log/store.ts';
import { uploadsOf } from '../log/uploads.ts';
import { machineNameOf } from '../replica/identity.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import { type ChainCheckResult, checkChain } from './chain-check.ts';
import { checkSnapshots, type SnapshotReport } from './snapshot-check.ts';

const RESTORE =
  'stop its writers, keep a copy of the store as it is, and restore a backup, or the table of a moment before';
const LATER = 'ask for this log alone, or run `ordinal doctor`, which has no limit of time';

/**
 * A log that cannot be read is a fault, too.
 *
 * @param isOver asked before every read: whether there is no time for it
 */
export async function checkLog(store: Store, log: string, isOver = () => false): Promise<Finding[]> {
  try {
    const found = await findingsOf(store, log, isOver);
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

async function findingsOf(store: Store, log: string, isOver: () => boolean): Promise<Finding[]> {
  const chain = await checkChain(store, log, isOver);
  if (!chain.complete) return [...faultsAmong(chain.faults), notToItsEnd(`${chain.records} records`)];
  if (chain.segments === 0) {
    const advice = 'look at the spelling; the name begins with namespace/, stream/ or system/';
    return [{ severity: 'warning', what: 'there is no such log', advice }];
  }
  const { newest, faults, complete } = await checkSnapshotsOf(store, log, isOver);
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
  const { pending } = uploadsOf(await store.metadataRecord(log, 'uploads'));
  if (pending.length > 0) {
    const what = `${pending.length} uploads that no entry may name, for the next sweep`;
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

/** A log that is no namespace's has no snapshots. */
async function checkSnapshotsOf(store: Store, log: string, isOver: () => boolean): Promise<SnapshotReport> {
  const { segment } = await store.last(log);
  const name = segment && machineNameOf(segment.metadata);
  if (name === kernel.name) return checkSnapshots({ store, log, machine: kernel, isOver });
  if (name === undefined) return { newest: undefined, faults: [], complete: true };
  const fault = `it runs the state machine "${name}", which this program does not know`;
  return { newest: undefined, faults: [fault], complete: true };
}

function summaryOf({ segments, records, tail, trimmedTo, faults }: ChainCheckResult): Finding {
  const begin = trimmedTo === 0 ? '' : `, trimmed to ${trimmedTo}`;
  return {
    severity: faults.length === 0 ? 'ok' : 'warning',
    what: `${records} records in ${segments} segments, tail ${tail}${begin}`,
  };
}
