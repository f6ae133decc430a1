// The one place where commands are applied: the state, its position, and the results of its commands.

import { assert } from '../assert.ts';
import { DecodeError } from '../encoding/binary.ts';
import type { LogRecord } from '../log/results.ts';
import type { Applied, StateMachine } from '../state-machine/state-machine.ts';
import { History } from './history.ts';
import { PendingResults } from './pending-results.ts';
import type { SnapshotSaver } from './snapshot-saver.ts';

/** The replica cannot go on, because it would have to guess. It answers nothing any more. */
export class ReplicaStoppedError extends Error {
  override readonly name = 'ReplicaStoppedError';
  /** The log was deleted. A new replica begins with the log as it is now. */
  readonly logIsGone: boolean;

  constructor(message: string, options: { cause?: unknown; logIsGone?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.logIsGone = options.logIsGone ?? false;
  }
}

/**
 * The record of a sequenced read. It changes nothing; its position is the moment at which the read is
 * answered.
 */
export const MARKER = new Uint8Array(0);

/** The bound on the recent changes that a replica keeps. */
const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

/** A command that this replica has just applied. */
interface AppliedCommand<Command, Result, Change> extends Applied<Result, Change> {
  readonly position: number;
  readonly command: Command;
}

/**
 * Is told what becomes of the state, synchronously and in the order of the log. Replays of the past are not
 * told. Its methods must not throw, or the replica stops.
 */
export interface StateObserver<State, Command, Result, Change> {
  /** The state is as of exactly this command. Nothing of it may be changed. */
  applied(applied: AppliedCommand<Command, Result, Change>, state: State): void;
  /** The state is another one, further on: a snapshot. What changed in between is not known. */
  adopted(position: number, state: State): void;
}

export class Applier<State, Command, Result, Change> {
  /** The results of commands, for submits that are on their way. */
  readonly results = new PendingResults<Result>();
  /** The changes that were applied lately. */
  readonly history: History<Change>;
  readonly #machine: StateMachine<State, Command, Result, Change>;
  readonly #log: string;
  readonly #snapshots: SnapshotSaver;
  readonly #onApplied: (position: number) => void;
  readonly #observer: StateObserver<State, Command, Result, Change> | undefined;
  #state: State;
  #position = 0;
  #stopped: ReplicaStoppedError | undefined;

  constructor(
    machine: StateMachine<State, Command, Result, Change>,
    log: string,
    snapshots: SnapshotSaver,
    onApplied: (position: number) => void,
    observer?: StateObserver<State, Command, Result, Change>,
  ) {
    this.#machine = machine;
    this.#log = log;
    this.#snapshots = snapshots;
    this.#onApplied = onApplied;
    this.#observer = observer;
    this.history = new History(HISTORY_BYTES_MAX, machine.changeBytes);
    this.#state = machine.empty();
  }

  get state(): State {
    return this.#state;
  }

  /** The position up to which the log has been applied. */
  get position(): number {
    return this.#position;
  }

  /** Takes over a state that is further on. Answers whether it was. */
  adopt(state: State, position: number): boolean {
    if (position <= this.#position) return false;
    this.#state = state;
    this.#position = position;
    this.history.restart(position);
    this.#observer?.adopted(position, state);
    this.#onApplied(position);
    return true;
  }

  /** Applies the records that have not been applied yet. @throws ReplicaStoppedError */
  apply(records: Iterable<LogRecord>): void {
    this.throwIfStopped();
    for (const record of records) {
      if (record.position <= this.#position) continue;
      assert(record.position === this.#position + 1, `position ${record.position} after ${this.#position}`);
      this.#applyOne(record);
    }
    this.#onApplied(this.#position);
    this.#snapshots.offer({
      position: this.#position,
      bytes: this.#machine.stateBytes(this.#state),
      encode: () => this.#machine.encodeState(this.#state),
    });
  }

  #applyOne(record: LogRecord): void {
    const { position, timeMs, data } = record;
    if (data.length === MARKER.length) {
      this.#position = position;
      return;
    }
    try {
      const command = this.#machine.decodeCommand(data);
      const { result, changes } = this.#machine.apply(this.#state, { position, timeMs }, command);
      this.#position = position;
      this.results.keep(position, result);
      this.#snapshots.count(data.length);
      this.history.add(position, changes);
      this.#observer?.applied({ position, command, result, changes }, this.#state);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw this.stop(`record ${position} of ${this.#log}: ${message}`, { cause: error });
    }
  }

  /** Runs `read`, which decodes batches of the log. One can be of a newer format: then the replica stops. */
  readable<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.afterReading(error);
    }
  }

  /** The error to throw after reading the log has failed with `error`. */
  afterReading(error: unknown): unknown {
    if (!(error instanceof DecodeError)) return error;
    return this.stop(`the log ${this.#log} after ${this.#position}: ${error.message}`, { cause: error });
  }

  /** Stops the replica: from now on it applies and answers nothing. */
  stop(message: string, options: { cause?: unknown; logIsGone?: boolean } = {}): ReplicaStoppedError {
    this.#stopped ??= new ReplicaStoppedError(message, options);
    return this.#stopped;
  }

  /** Whether this replica has stopped because its log was deleted. */
  get logIsGone(): boolean {
    return this.#stopped?.logIsGone ?? false;
  }

  throwIfStopped(): void {
    if (this.#stopped) throw this.#stopped;
  }
}
