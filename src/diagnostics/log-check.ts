// One log for an operator: its chain and its snapshots.

import { type Store, StoreError } from '../log/store.ts';
import { machineNameOf } from '../replica/identity.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import { type ChainCheckResult, checkChain } from './chain-check.ts';
import type { Finding } from './finding.ts';
import { checkSnapshots, type SnapshotReport } from './snapshot-check.ts';

/** A log that cannot be read is a fault, too. */
export async function checkLog(store: Store, log: string): Promise<Finding[]> {
  try {
    return await findingsOf(store, log);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [{ level: 'fault', text: `${log}: cannot be read: ${error.message}` }];
  }
}

async function findingsOf(store: Store, log: string): Promise<Finding[]> {
  const chain = await checkChain(store, log);
  if (chain.segments === 0) return [{ level: 'warning', text: `${log}: there is no such log` }];
  const { newest, faults } = await checkSnapshotsOf(store, log);
  const found: Finding[] = [...chain.faults, ...faults].map((text) => ({
    level: 'fault',
    text: `${log}: ${text}`,
  }));
  found.push(summaryOf(log, chain));
  if (newest) {
    const behind = chain.tail - newest.position;
    found.push({ level: 'ok', text: `${log}: snapshot at ${newest.position}, ${behind} commands behind` });
  }
  if (chain.zombies > 0) {
    const text = `${log}: ${chain.zombies} segments behind the trim point, for the next trim`;
    found.push({ level: 'ok', text });
  }
  return found;
}

/** A log that is no namespace's has no snapshots. */
async function checkSnapshotsOf(store: Store, log: string): Promise<SnapshotReport> {
  const { segment } = await store.last(log);
  const name = segment && machineNameOf(segment.metadata);
  if (name === kernel.name) return checkSnapshots({ store, log, machine: kernel });
  if (name === undefined) return { newest: undefined, faults: [] };
  const fault = `it runs the state machine "${name}", which this program does not know`;
  return { newest: undefined, faults: [fault] };
}

function summaryOf(log: string, { segments, records, tail, trimmedTo, faults }: ChainCheckResult): Finding {
  const begin = trimmedTo === 0 ? '' : `, trimmed to ${trimmedTo}`;
  return {
    level: faults.length === 0 ? 'ok' : 'warning',
    text: `${log}: ${records} records in ${segments} segments, tail ${tail}${begin}`,
  };
}
