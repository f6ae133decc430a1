// Checks the snapshots of a namespace against a replay of its log. For operators.

import { Log } from '../log/log.ts';
import type { LogRecord } from '../log/results.ts';
import { withSteadyRecord } from '../log/steady-record.ts';
import { type MetadataRecord, type Store, StoreError } from '../log/store.ts';
import { MARKER } from '../replica/applier.ts';
import { type SnapshotRef, snapshotsOf } from '../replica/snapshot-record.ts';
import { describeSnapshot, loadSnapshot } from '../replica/snapshots.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';

export interface SnapshotReport {
  readonly newest: SnapshotRef | undefined;
  /** False when the time was over before all was compared. */
  readonly complete: boolean;
  readonly faults: readonly string[];
}

/** The parts of a namespace. */
interface Examined<State, Command> {
  readonly store: Store;
  readonly log: string;
  readonly machine: StateMachine<State, Command, unknown, unknown>;
  /** Asked before every read: whether there is no time for it. Default: there is. */
  readonly isOver?: () => boolean;
}

/**
 * Reads both snapshots, and replays the log from the older one: at the position of the newer it must have
 * that one's digest.
 *
 * @throws StoreError
 */
export function checkSnapshots<State, Command>(examined: Examined<State, Command>): Promise<SnapshotReport> {
  // A snapshot that is saved in the meantime replaces one of these.
  return withSteadyRecord(examined.store, examined.log, 'snapshot', (record) => checkNamed(examined, record));
}

async function checkNamed<State, Command>(
  examined: Examined<State, Command>,
  record: MetadataRecord | undefined,
): Promise<SnapshotReport> {
  const { newest, previous } = snapshotsOf(record);
  if (!newest) return { newest, faults: [], complete: true };
  const { isOver = () => false } = examined;
  const faults: string[] = [];
  let first: State | undefined;
  for (const ref of [newest, previous]) {
    if (!ref) continue;
    if (isOver()) return { newest, faults, complete: false };
    const loaded = await stateOf(examined, ref);
    if ('fault' in loaded) faults.push(loaded.fault);
    else if (ref === previous) first = loaded.state;
  }
  if (!previous || first === undefined || faults.length > 0) return { newest, faults, complete: true };
  const fault = await diverging({ ...examined, isOver }, first, previous, newest);
  if (fault === 'over') return { newest, faults, complete: false };
  return { newest, faults: fault === undefined ? faults : [fault.fault], complete: true };
}

/** The state in the snapshot, or the fault of the snapshot. */
async function stateOf<State, Command>(
  { store, log, machine }: Examined<State, Command>,
  ref: SnapshotRef,
): Promise<{ state: State } | { fault: string }> {
  try {
    const chunks = await loadSnapshot(store, log, ref);
    if (!chunks) return { fault: `the snapshot at ${ref.position} has lost a chunk` };
    return { state: machine.decodeState(chunks) };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    return { fault: messageOf(error) };
  }
}

async function diverging<State, Command>(
  { store, log, machine, isOver }: Required<Examined<State, Command>>,
  state: State,
  from: SnapshotRef,
  to: SnapshotRef,
): Promise<{ readonly fault: string } | 'over' | undefined> {
  const reading = new Log(store, log);
  let after = from.position;
  while (after < to.position) {
    if (isOver()) return 'over';
    const result = await reading.read(after, { recordsMax: to.position - after });
    // To the older snapshot the log may be trimmed at any time, and further when there is a newer one.
    if (result.kind === 'trimmed') return undefined;
    if (result.kind !== 'records' || result.records.length === 0) {
      return { fault: `the log cannot be read from ${after} to the snapshot at ${to.position}` };
    }
    const fault = applied(machine, state, result.records);
    if (fault !== undefined) return { fault };
    after = result.cursor.after;
  }
  const { digest } = describeSnapshot(to.position, [...machine.encodeState(state)]);
  return digest === to.digest ? undefined : { fault: `the log does not give the snapshot at ${to.position}` };
}

function applied<State, Command>(
  machine: StateMachine<State, Command, unknown, unknown>,
  state: State,
  records: readonly LogRecord[],
): string | undefined {
  for (const { position, timeMs, data } of records) {
    if (data.length === MARKER.length) continue;
    try {
      machine.apply(state, { position, timeMs }, machine.decodeCommand(data));
    } catch (error) {
      return `the record ${position} cannot be applied: ${messageOf(error)}`;
    }
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
