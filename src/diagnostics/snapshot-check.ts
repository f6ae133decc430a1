// Whether the snapshots of a namespace are what its log gives: for an operator who wants to know.

import { DecodeError } from '../encoding/binary.ts';
import { Log } from '../log/log.ts';
import type { LogRecord } from '../log/results.ts';
import { withSteadyRecord } from '../log/steady-record.ts';
import { type MetadataRecord, type Store, StoreError } from '../log/store.ts';
import { type SnapshotRef, snapshotsOf } from '../replica/snapshot-record.ts';
import { describeState, loadSnapshot } from '../replica/snapshots.ts';
import { apply } from '../state-machine/kernel/apply.ts';
import { State } from '../state-machine/kernel/state.ts';

export interface SnapshotReport {
  readonly newest: SnapshotRef | undefined;
  readonly faults: readonly string[];
}

/**
 * Reads both snapshots, and replays the log from the older one: at the position of the newer it must have that one's digest.
 *
 * @throws StoreError
 */
export function checkSnapshots(store: Store, log: string): Promise<SnapshotReport> {
  // One that is saved in the meantime replaces what is being looked at.
  return withSteadyRecord(store, log, 'snapshot', (record) => checkNamed(store, log, record));
}

async function checkNamed(
  store: Store,
  log: string,
  record: MetadataRecord | undefined,
): Promise<SnapshotReport> {
  const { newest, previous } = snapshotsOf(record);
  if (!newest) return { newest, faults: [] };
  const last = await stateOf(store, log, newest);
  const first = previous && (await stateOf(store, log, previous));
  const faults = [last, first].filter((loaded) => typeof loaded === 'string');
  if (first instanceof State && faults.length === 0) {
    const fault = await diverging(store, log, first, newest);
    if (fault !== undefined) faults.push(fault);
  }
  return { newest, faults };
}

/** Or what is wrong with the snapshot. */
async function stateOf(store: Store, log: string, ref: SnapshotRef): Promise<State | string> {
  try {
    return (await loadSnapshot(store, log, ref)) ?? `the snapshot at ${ref.position} has lost a chunk`;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

async function diverging(
  store: Store,
  log: string,
  state: State,
  to: SnapshotRef,
): Promise<string | undefined> {
  const reading = new Log(store, log);
  for (let after = state.position; after < to.position; ) {
    const result = await reading.read(after, { recordsMax: to.position - after });
    // To the older snapshot the log may be trimmed at any time, and further when there is a newer one.
    if (result.kind === 'trimmed') return undefined;
    if (result.kind !== 'records' || result.records.length === 0) {
      return `the log cannot be read from ${after} to the snapshot at ${to.position}`;
    }
    const fault = applied(state, result.records);
    if (fault !== undefined) return fault;
    after = state.position;
  }
  const { digest } = describeState(state);
  return digest === to.digest ? undefined : `the log does not give the snapshot at ${to.position}`;
}

function applied(state: State, records: readonly LogRecord[]): string | undefined {
  for (const record of records) {
    try {
      apply(state, record);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return `the record ${record.position} cannot be applied: ${error.message}`;
    }
  }
  return undefined;
}
