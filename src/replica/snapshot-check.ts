// Whether the snapshots of a space are what its log gives: for an operator who wants to know.

import { DecodeError } from '../log/binary.ts';
import { Log } from '../log/log.ts';
import type { LogRecord } from '../log/results.ts';
import { type Note, type Store, StoreError } from '../log/store.ts';
import { apply } from '../machine/apply.ts';
import type { State } from '../machine/state.ts';
import { describeState, loadSnapshot, type SnapshotRef, snapshotsOf } from './snapshots.ts';

export interface SnapshotReport {
  readonly newest: SnapshotRef | undefined;
  readonly faults: readonly string[];
}

/**
 * Reads both snapshots, and replays the log from the older one: at the position of the newer it must have that one's digest.
 *
 * @throws StoreError
 */
export async function checkSnapshots(store: Store, log: string): Promise<SnapshotReport> {
  for (let times = 1; ; times += 1) {
    const note = await store.note(log, 'snapshot');
    const report = await checkNamed(store, log, note);
    if (report.faults.length === 0 || times === LOOKS_MAX) return report;
    // One that was saved in the meantime has replaced what was looked at.
    const same = (await store.note(log, 'snapshot'))?.version === note?.version;
    if (same) return report;
  }
}

const LOOKS_MAX = 5;

async function checkNamed(store: Store, log: string, note: Note | undefined): Promise<SnapshotReport> {
  const { newest, previous } = snapshotsOf(note);
  if (!newest) return { newest, faults: [] };
  const faults: string[] = [];
  for (const ref of previous ? [newest, previous] : [newest]) {
    const fault = await unreadable(store, log, ref);
    if (fault !== undefined) faults.push(fault);
  }
  if (previous && faults.length === 0) {
    const fault = await diverging(store, log, previous, newest);
    if (fault !== undefined) faults.push(fault);
  }
  return { newest, faults };
}

async function unreadable(store: Store, log: string, ref: SnapshotRef): Promise<string | undefined> {
  try {
    const state = await loadSnapshot(store, log, ref);
    return state ? undefined : `the snapshot at ${ref.position} has lost a chunk`;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

async function diverging(
  store: Store,
  log: string,
  from: SnapshotRef,
  to: SnapshotRef,
): Promise<string | undefined> {
  const state = await loadSnapshot(store, log, from);
  if (!state) return undefined;
  const reading = new Log(store, log);
  for (let after: number = from.position; after < to.position; ) {
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
