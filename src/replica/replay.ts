// Makes the past again: a state as it was at a position, from the snapshot before it and the log. So the log
// itself is the history, and no state holds old versions. Until the log is trimmed, every position can be
// replayed.

import type { Log } from '../log/log.ts';
import type { ReadLimits } from '../log/reader.ts';
import type { LogRecord } from '../log/results.ts';
import { type Store, StoreError } from '../log/store.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';
import { MARKER } from './applier.ts';
import type { HistoryEntry } from './history.ts';
import { type SnapshotRef, snapshotsOf } from './snapshot-record.ts';
import { loadSnapshot } from './snapshots.ts';

/** The requested past is trimmed. `earliest` is the first position that can still be made again. */
export interface Gone {
  readonly kind: 'gone';
  readonly earliest: number;
}

export interface ReplayParts<State, Command, Result, Change> {
  readonly store: Store;
  readonly log: Log;
  readonly machine: StateMachine<State, Command, Result, Change>;
}

/** A record, applied. */
export interface ReplayStep<Command, Result, Change> extends HistoryEntry<Change> {
  /** Undefined for the marker of a sequenced read. */
  readonly done: { readonly command: Command; readonly result: Result } | undefined;
}

/** Snapshots and the trim point can change while they are read. */
const TRIES_MAX = 5;

export class Replay<State, Command, Result, Change> {
  readonly kind = 'replay';
  readonly state: State;
  readonly #parts: ReplayParts<State, Command, Result, Change>;
  #position: number;

  private constructor(parts: ReplayParts<State, Command, Result, Change>, state: State, position: number) {
    this.#parts = parts;
    this.state = state;
    this.#position = position;
  }

  /** The state as it was at `position`, which is not after the tail. @throws StoreError */
  static async at<State, Command, Result, Change>(
    parts: ReplayParts<State, Command, Result, Change>,
    position: number,
  ): Promise<Replay<State, Command, Result, Change> | Gone> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const begun = await Replay.#beginBefore(parts, position);
      if (begun?.kind === 'gone') return begun;
      if (await begun?.advanceTo(position)) return begun as Replay<State, Command, Result, Change>;
    }
    throw new StoreError('the log was trimmed again and again while its past was read', {
      definite: true,
      retryable: true,
    });
  }

  get position(): number {
    return this.#position;
  }

  /**
   * The changes that come next, a page of the log at a time; undefined when the log was trimmed meanwhile.
   * @throws StoreError
   */
  async next(limits?: Partial<ReadLimits>): Promise<{ entries: HistoryEntry<Change>[] } | undefined> {
    const records = await this.read(limits);
    return records && { entries: records.map((record) => this.apply(record)) };
  }

  /**
   * The records that come next, for `apply` one by one; undefined when the log was trimmed meanwhile.
   * @throws StoreError
   */
  async read(limits: Partial<ReadLimits> = {}): Promise<readonly LogRecord[] | undefined> {
    const result = await this.#parts.log.read(this.#position, limits);
    return result.kind === 'records' ? result.records : undefined;
  }

  apply({ position, timeMs, data }: LogRecord): ReplayStep<Command, Result, Change> {
    const { machine } = this.#parts;
    this.#position = position;
    if (data.length === MARKER.length) return { position, changes: [], done: undefined };
    const command = machine.decodeCommand(data);
    const { result, changes } = machine.apply(this.state, { position, timeMs }, command);
    return { position, changes, done: { command, result } };
  }

  async advanceTo(position: number): Promise<boolean> {
    while (this.#position < position) {
      const before = this.#position;
      const page = await this.next({ recordsMax: position - before });
      if (!page || this.#position === before) return false;
    }
    return true;
  }

  /**
   * Begins at the newest snapshot that is not after `position`; undefined when that was replaced while it was
   * loaded.
   */
  static async #beginBefore<State, Command, Result, Change>(
    parts: ReplayParts<State, Command, Result, Change>,
    position: number,
  ): Promise<Replay<State, Command, Result, Change> | Gone | undefined> {
    const { store, log, machine } = parts;
    const look = await log.checkTail();
    if (look.kind === 'missing') return { kind: 'gone', earliest: 0 };
    const { incarnation } = look.segment.metadata;
    const { newest, previous } = snapshotsOf(await store.metadataRecord(log.name, 'snapshot'));
    const usable = [previous, newest].filter(
      (ref): ref is SnapshotRef =>
        ref !== undefined && ref.position >= Math.max(look.readableAfter, incarnation + 1),
    );
    const ref = usable.findLast((one) => one.position <= position);
    if (!ref) {
      if (look.readableAfter === incarnation && position >= incarnation)
        return new Replay(parts, machine.empty(), incarnation);
      return { kind: 'gone', earliest: usable[0]?.position ?? look.readableAfter };
    }
    const chunks = await loadSnapshot(store, log.name, ref);
    return chunks && new Replay(parts, machine.decodeState(chunks), ref.position);
  }
}
