// One process's copy of a namespace's state: catches up with the log, submits commands and answers reads.

import { assert, unreachable } from '../assert.ts';
import { type Clock, elapsedMs, type Moment, momentOf, type Random, systemClock } from '../clock.ts';
import { DecodeError } from '../encoding/binary.ts';
import type { Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import { type Cursor, type LogRecord, type Missing, recordsOf } from '../log/results.ts';
import { batchesAfter } from '../log/segment.ts';
import { type MetadataRecord, type Store, StoreError } from '../log/store.ts';
import { apply } from '../state-machine/kernel/apply.ts';
import { faultIn } from '../state-machine/kernel/check-command.ts';
import type { Command, CommandResult } from '../state-machine/kernel/command.ts';
import { encodeCommand } from '../state-machine/kernel/command-codec.ts';
import { State } from '../state-machine/kernel/state.ts';
import { Coalesced } from './coalesced.ts';
import { PendingResults } from './pending-results.ts';
import type { Consistency, ReadOptions, StateReadResult, SubmitFailed, SubmitResult } from './results.ts';
import { type SnapshotRef, snapshotsOf } from './snapshot-record.ts';
import { SnapshotSaver } from './snapshot-saver.ts';
import { loadSnapshot, SnapshotDamagedError } from './snapshots.ts';

export interface ReplicaOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** A snapshot is saved after so many commands, and up to five times as many where the state is large. Default: 10,000. */
  readonly snapshotEvery?: number;
  /** How long a read waits for the position that it names, in milliseconds. Default: 3,000. */
  readonly waitMaxMs?: number;
  /** Hears of what goes wrong in the background. */
  readonly onError?: (error: unknown) => void;
}

/** The replica met something that it must not guess about. It answers nothing any more. */
export class ReplicaStoppedError extends Error {
  override readonly name = 'ReplicaStoppedError';
}

export class Replica {
  readonly log: Log;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #waitMaxMs: number;
  readonly #snapshots: SnapshotSaver;
  readonly #results = new PendingResults();
  readonly #catchUp = new Coalesced(() => this.#pull());
  #state = new State();
  #cursor: Cursor | undefined;
  #firstLook: Promise<TailResult | Missing> | undefined;
  #loading: Promise<void> | undefined;
  #isLoaded = false;
  #stopped: ReplicaStoppedError | undefined;

  constructor(store: Store, log: Log, options: ReplicaOptions = {}) {
    this.#store = store;
    this.log = log;
    this.#clock = options.clock ?? systemClock;
    this.#waitMaxMs = options.waitMaxMs ?? 3000;
    this.#snapshots = new SnapshotSaver(
      { store, log: log.name, clock: options.clock, random: options.random },
      { every: options.snapshotEvery ?? 10_000, onError: options.onError ?? (() => undefined) },
    );
    log.beginReplay();
  }

  /** The position up to which this replica has applied the log. */
  get position(): number {
    return this.#state.position;
  }

  /** Why the snapshot that is due could not be saved; undefined when all is well. */
  get snapshotFailure(): unknown {
    return this.#snapshots.failure;
  }

  /**
   * Appends the command, applies everything up to its position, and answers the result computed there.
   *
   * @throws ReplicaStoppedError
   */
  async submit(command: Command): Promise<SubmitResult> {
    const reason = faultIn(command);
    if (reason !== undefined) return { kind: 'invalid', reason };
    let tail: number;
    try {
      tail = await this.#begin();
    } catch (error) {
      // Nothing has been sent yet.
      return failed(error, true);
    }
    // A command does not depend on what came before it, its result does: a cold start goes on while the command is appended.
    const ready = this.#ready();
    ready.catch(() => undefined);
    const startedAt = momentOf(this.#clock);
    const release = this.#results.keepAfter(Math.max(tail, this.#state.position));
    try {
      const appended = await this.log.append([encodeCommand(command)]);
      if (appended.kind === 'failed') {
        // Perhaps it is in the log, behind what nobody here can read. It is the last one.
        this.#afterReading(appended.cause);
        return appended;
      }
      if (appended.kind === 'refused') {
        return {
          kind: 'failed',
          definite: true,
          message: `the log of the namespace refuses: ${appended.reason}`,
        };
      }
      return await this.#resultAt(appended.first, command, startedAt, ready);
    } finally {
      release();
    }
  }

  /**
   * Answers `look` from a state that is as new as `options` ask.
   *
   * @throws ReplicaStoppedError
   */
  async read<T>(look: (state: State) => T, options: ReadOptions = {}): Promise<StateReadResult<T>> {
    const { consistency = 'linearizable', after = 0 } = options;
    try {
      const unready = await this.#bringUpTo(consistency);
      if (unready) return unready;
      const reached = this.#state.position >= after || (await this.#reach(after));
      if (!reached) return { kind: 'behind', position: this.#state.position };
    } catch (error) {
      return failed(error, true);
    }
    return { kind: 'read', position: this.#state.position, value: look(this.#state) };
  }

  /** What this replica has at this moment, which may be old; undefined before it has loaded anything. It waits for nothing. */
  glance<T>(look: (state: State) => T): T | undefined {
    return this.#isLoaded ? look(this.#state) : undefined;
  }

  /** About what this replica takes in memory. */
  get bytesKept(): number {
    return this.#state.bytes + this.log.bytesKept;
  }

  /** Waits for what goes on in the background. */
  async idle(): Promise<void> {
    await this.log.idle();
    await this.#snapshots.idle();
  }

  async #bringUpTo(consistency: Consistency): Promise<SubmitFailed | undefined> {
    switch (consistency) {
      case 'linearizable':
        if (!this.#isLoaded) await this.#ready();
        await this.#catchUp.run();
        return undefined;
      case 'sequenced': {
        const outcome = await this.submit({ kind: 'read-marker' });
        assert(outcome.kind !== 'invalid', 'a read marker is valid');
        return outcome.kind === 'failed' ? outcome : undefined;
      }
      case 'local':
        await this.#ready();
        return undefined;
      default:
        return unreachable(consistency);
    }
  }

  /** Waits, for a bounded time, until `position` has been applied. */
  async #reach(position: number): Promise<boolean> {
    const startedAt = momentOf(this.#clock);
    for (;;) {
      if (this.#state.position >= position) return true;
      await this.#catchUp.run();
      const leftMs = this.#waitMaxMs - elapsedMs(this.#clock, startedAt);
      if (this.#state.position >= position) return true;
      if (leftMs <= 0) return false;
      await this.log.waitBeyond(this.#state.position, leftMs);
    }
  }

  async #resultAt(
    position: number,
    command: Command,
    startedAt: Moment,
    ready: Promise<void>,
  ): Promise<SubmitResult> {
    try {
      await ready;
      this.#applyObserved(position, startedAt);
      if (this.#state.position < position) await this.#catchUp.run();
    } catch (error) {
      // The command is in the log all the same: a replica that can go on will apply it.
      if (error instanceof ReplicaStoppedError)
        return { kind: 'failed', definite: false, message: error.message };
      return failed(error, false);
    }
    const requestId = command.kind === 'transaction' ? command.requestId : undefined;
    const remembered = requestId === undefined ? undefined : this.#state.request(requestId)?.result;
    const result = this.#results.at(position) ?? remembered;
    if (result) return { kind: 'done', position, result };
    // This replica has jumped over the position with a snapshot, or the log was deleted meanwhile.
    return { kind: 'failed', definite: false, message: `applied at ${position}, but its result is gone` };
  }

  /** A warm writer has learnt all it needs from the answer to its own append: no further round trip. */
  #applyObserved(upTo: number, startedAt: Moment): void {
    if (this.#state.position >= upTo) return;
    const piece = this.#readable(() => this.log.recentPiece(this.#state.position, upTo));
    if (!piece) return;
    this.#applyAll(recordsOf(piece.batches, this.#state.position));
    this.#cursor = { after: this.#state.position, base: piece.base, freshAt: startedAt };
  }

  /** Applies what the log has, to its tail as of one moment during this call. */
  async #pull(): Promise<void> {
    for (;;) {
      // A submit may go further while this read is on its way, so it is judged by where it began.
      const from = this.#state.position;
      const result = await this.log.read(this.#cursor ?? from).catch((error: unknown) => {
        throw this.#afterReading(error);
      });
      switch (result.kind) {
        case 'records':
          this.#applyAll(result.records);
          if (result.cursor.after >= this.#state.position) this.#cursor = result.cursor;
          if (result.upToDate) return;
          break;
        case 'missing':
          if (from === 0) return;
          throw this.#stop(`the log ${this.log.name} is gone`);
        case 'beyond-tail':
          throw this.#stop(`the log ${this.log.name} ends at ${result.tail}, before what has been applied`);
        case 'trimmed':
          if (this.#state.position < result.first - 1) await this.#jumpTo(result.first - 1);
          else this.#cursor = undefined;
          break;
        default:
          unreachable(result);
      }
    }
  }

  /** The log begins after this replica's position: only a snapshot leads on. */
  async #jumpTo(position: number): Promise<void> {
    const state = await this.#newestSnapshotState();
    if (!state || state.position < position) {
      throw this.#stop(`the log ${this.log.name} is trimmed to ${position}, and no snapshot reaches there`);
    }
    this.#adopt(state);
  }

  #adopt(state: State): void {
    this.#snapshots.learn(state.position);
    if (state.position <= this.#state.position) return;
    this.#state = state;
    this.#cursor = undefined;
  }

  /** The state of the newest snapshot, if there is one. `seen`: the note, where it is known already. */
  async #newestSnapshotState(seen?: MetadataRecord): Promise<State | undefined> {
    let tried: SnapshotRef | undefined;
    for (let note = seen; ; note = undefined) {
      const { newest: ref } = snapshotsOf(
        note ?? (await this.#store.metadataRecord(this.log.name, 'snapshot')),
      );
      if (!ref) return undefined;
      if (tried?.attempt === ref.attempt)
        throw this.#stop(`the snapshot at ${ref.position} has lost a chunk`);
      tried = ref;
      const state = await this.#loaded(() => loadSnapshot(this.#store, this.log.name, ref));
      if (state) return state;
      // Replaced by a newer one while it was read: look again.
    }
  }

  #applyAll(records: Iterable<LogRecord>): void {
    if (this.#stopped) throw this.#stopped;
    for (const record of records) {
      if (record.position <= this.#state.position) continue;
      this.#results.keep(record.position, this.#applyOne(record));
    }
    this.#snapshots.offer(this.#state);
  }

  #applyOne(record: LogRecord): CommandResult {
    try {
      return apply(this.#state, record);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw this.#stop(`record ${record.position} of ${this.log.name}: ${error.message}`, error);
    }
  }

  async #ready(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    this.#loading ??= this.#load().catch((error: unknown) => {
      // The next call tries again.
      this.#loading = undefined;
      this.#firstLook = undefined;
      throw error;
    });
    await this.#loading;
    this.#isLoaded = true;
  }

  /** The first step of a cold start, which tells the log where to append, too. Answers the tail that it has seen. */
  async #begin(): Promise<number> {
    if (this.#stopped) throw this.#stopped;
    const look = await this.#lookFirst();
    if (this.#stopped) throw this.#stopped;
    return look.kind === 'end' ? look.segment.tail : 0;
  }

  #lookFirst(): Promise<TailResult | Missing> {
    this.#firstLook ??= this.log.checkTail().catch((error: unknown) => {
      this.#firstLook = undefined;
      throw error;
    });
    return this.#firstLook;
  }

  /** A cold start: the newest snapshot, then what came after it. In a small namespace one look at the end is enough. */
  async #load(): Promise<void> {
    const look = await this.#lookFirst();
    if (look.kind === 'missing') return;
    if (look.records.snapshot) {
      const state = await this.#newestSnapshotState(look.records.snapshot);
      if (state) this.#adopt(state);
    }
    if (!this.#applyEnd(look)) await this.#catchUp.run();
  }

  /** What the look has brought is the rest of the log, if it begins where this replica is. */
  #applyEnd({ segment, readableAfter, freshAt, records }: TailResult): boolean {
    const { position } = this.#state;
    const { base, tail } = segment;
    // Nothing was ever trimmed: the first segment is where it has always been.
    if (position === 0 && !records['trim-point']) this.#cursor = { after: 0, base: 0, freshAt };
    if (base > position || readableAfter > position || tail < position) return false;
    const batches = this.#readable(() => batchesAfter(segment, position));
    this.#applyAll(recordsOf(batches, position));
    this.#cursor = { after: this.#state.position, base, freshAt };
    return true;
  }

  async #loaded(load: () => Promise<State | undefined>): Promise<State | undefined> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof SnapshotDamagedError)) throw error;
      throw this.#stop(error.message, error);
    }
  }

  #readable<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#afterReading(error);
    }
  }

  /** What to throw. A batch of the log, and not only the command in a record, can be of a newer format: then this replica stops. */
  #afterReading(error: unknown): unknown {
    if (!(error instanceof DecodeError)) return error;
    return this.#stop(`the log ${this.log.name} after ${this.#state.position}: ${error.message}`, error);
  }

  #stop(message: string, cause?: unknown): ReplicaStoppedError {
    this.#stopped = new ReplicaStoppedError(message, { cause });
    return this.#stopped;
  }
}

function failed(error: unknown, definite: boolean): SubmitFailed {
  if (error instanceof StoreError) return { kind: 'failed', definite, message: error.message };
  throw error;
}
