// One process's copy of a namespace's state: submits commands to the log, and answers commands and reads from
// a replay of the log.

import type { Consistency, ReadOptions } from '../api/common.ts';
import { assert, unreachable } from '../assert.ts';
import { type Clock, elapsedMs, type Moment, momentOf, type Random, systemClock } from '../clock.ts';
import { APPEND_BYTES_MAX } from '../limits.ts';
import type { Log } from '../log/log.ts';
import type { Observer } from '../log/observer.ts';
import type { Appended, AppendResult, Refused } from '../log/results.ts';
import { type Store, StoreError } from '../log/store.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';
import { Applier, MARKER, ReplicaStoppedError, type StateObserver } from './applier.ts';
import { CatchUp } from './catch-up.ts';
import { Follower } from './follower.ts';
import type { HistoryEntry } from './history.ts';
import { contentTypeOf, LogIdentity } from './identity.ts';
import { PagedPast } from './paged-past.ts';
import { Replays } from './replays.ts';
import type {
  PastReadResult,
  StateReadResult,
  SubmitAllResult,
  SubmitFailed,
  SubmitResult,
} from './results.ts';
import { SnapshotSaver } from './snapshot-saver.ts';
import type { WatchParts } from './watch.ts';

export interface ReplicaOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** How many commands are between two snapshots. A large state has more of them. Default: 10,000. */
  readonly snapshotEvery?: number;
  /**
   * Bytes of all commands of one submit. Default: 262,144, so that they are stored whole in their segment:
   * commands are read again and again.
   */
  readonly commandBytesMax?: number | undefined;
  /** How long a read waits for the position that it names, in milliseconds. Default: 3,000. */
  readonly waitMaxMs?: number;
  /**
   * Called, and waited for, before this replica creates the log and after it has. When the first call
   * fails, nothing was created.
   */
  readonly onCreate?: ((when: 'before' | 'after') => Promise<void>) | undefined;
  /** Told of errors in the background. */
  readonly onError?: (error: unknown) => void;
  readonly observer?: Observer | undefined;
}

/** The longest time between two looks of a follower. */
const FOLLOW_WAIT_MS = 60_000;

/** How many copies of an old state a replica keeps for readers of the past. The others wait. */
const REPLAYS_MAX = 2;

/** A reason of our own: for none, an error with a stack would be made each time. */
const OVER = 'over';

export class Replica<State, Command, Result, Change> {
  readonly log: Log;
  readonly machine: StateMachine<State, Command, Result, Change>;
  /** Goes through the past command by command. */
  readonly past: PagedPast<State, Command, Result, Change>;
  readonly #clock: Clock;
  readonly #waitMaxMs: number;
  readonly #commandBytesMax: number;
  readonly #onCreate: ReplicaOptions['onCreate'];
  readonly #snapshots: SnapshotSaver;
  readonly #applier: Applier<State, Command, Result, Change>;
  readonly #identity: LogIdentity;
  readonly #catchUp: CatchUp<State, Command, Result, Change>;
  readonly #follower: Follower;
  readonly #replays: Replays<State, Command, Result, Change>;
  #founding: Promise<unknown> | undefined;

  constructor(
    machine: StateMachine<State, Command, Result, Change>,
    store: Store,
    log: Log,
    options: ReplicaOptions = {},
    stateObserver?: StateObserver<State, Command, Result, Change>,
  ) {
    this.machine = machine;
    this.log = log;
    this.#clock = options.clock ?? systemClock;
    this.#waitMaxMs = options.waitMaxMs ?? 3000;
    this.#commandBytesMax = options.commandBytesMax ?? APPEND_BYTES_MAX;
    this.#onCreate = options.onCreate;
    this.#snapshots = new SnapshotSaver(
      { store, log: log.name, clock: options.clock, random: options.random },
      {
        every: options.snapshotEvery ?? 10_000,
        onError: options.onError ?? (() => undefined),
        observer: options.observer,
      },
    );
    const snapshots = this.#snapshots;
    const reached = (position: number) => this.#follower.reached(position);
    const applier = new Applier(machine, log.name, snapshots, reached, stateObserver);
    const identity = new LogIdentity(log.name, machine.name);
    this.#applier = applier;
    this.#identity = identity;
    this.#catchUp = new CatchUp({ store, log, machine, applier, identity, snapshots });
    this.#follower = new Follower({
      clock: this.#clock,
      catchUp: () => this.#catchUp.run(),
      waitForMore: (signal) => this.#waitForMore(signal),
    });
    this.#replays = new Replays({ store, log, machine }, this.#clock, REPLAYS_MAX);
    this.past = new PagedPast(this.#replays, machine.stateBytes);
    log.beginReplay();
  }

  /** The position up to which this replica has applied the log. */
  get position(): number {
    return this.#applier.position;
  }

  /** This replica has stopped because its log was deleted. A new one begins with the log as it is now. */
  get logIsGone(): boolean {
    return this.#applier.logIsGone;
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
  async submit(command: Command): Promise<SubmitResult<Result>> {
    const submitted = await this.submitAll([command]);
    if (submitted.kind !== 'done') return submitted;
    const [result] = submitted.results;
    assert(result !== undefined, 'one command has one result');
    return { kind: 'done', position: submitted.position, result };
  }

  /**
   * Appends commands, at least one, as one batch: at consecutive positions, all or none, and in order.
   * `position` is that of the last one.
   *
   * @throws ReplicaStoppedError
   */
  submitAll(commands: readonly Command[]): Promise<SubmitAllResult<Result>> {
    const records = commands.map((command) => this.machine.encodeCommand(command));
    assert(
      records.every((record) => record.length > 0),
      'an empty record is a marker, and no command',
    );
    return this.#submit(records, ({ first, last }) => this.#resultsOf(first, last));
  }

  /**
   * Answers `look` from a state that is as new as `options` ask.
   *
   * @throws ReplicaStoppedError
   */
  async read<T>(look: (state: State) => T, options: ReadOptions = {}): Promise<StateReadResult<T>> {
    const { consistency = 'linearizable', after = 0 } = options;
    const applier = this.#applier;
    try {
      const unready = await this.#bringUpTo(consistency);
      if (unready) return unready;
      const reached = applier.position >= after || (await this.#reach(after));
      if (!reached) return { kind: 'behind', position: applier.position };
    } catch (error) {
      return failed(error, true);
    }
    return { kind: 'read', position: applier.position, value: look(applier.state) };
  }

  /** For `watchReplica`, which is loaded on demand. */
  get watchParts(): WatchParts<State, Command, Result, Change> {
    const applier = this.#applier;
    const { history } = applier;
    return { applier, history, catchUp: this.#catchUp, follower: this.#follower, replays: this.#replays };
  }

  /**
   * Answers `look` from the state as it was at `position`, made again from a snapshot and the log. That can
   * take long.
   *
   * @throws StoreError, ReplicaStoppedError
   */
  async readPast<T>(position: number, look: (state: State) => T): Promise<PastReadResult<T>> {
    await this.#catchUp.ready();
    if (position > this.position) await this.#catchUp.run();
    if (position > this.position) return { kind: 'behind', position: this.position };
    const reader = this.#replays.begin(position);
    try {
      return await this.#replays.use(reader, ({ state }) => ({ kind: 'read', position, value: look(state) }));
    } finally {
      this.#replays.end(reader);
    }
  }

  /**
   * Keeps up with the log until the caller calls the function that this answers. All followers share one poll
   * of the log.
   */
  follow(): () => void {
    return this.#follower.begin();
  }

  /**
   * Resolves when more than `position` has been applied, or after `timeoutMs`, or when `signal` aborts. The
   * replica learns of new records only while it follows the log, reads or writes.
   *
   * @throws ReplicaStoppedError
   */
  async waitBeyond(position: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.position > position) return;
    const end = new AbortController();
    const stop = () => end.abort(OVER);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    const applied = this.#follower.wait(position, end.signal);
    try {
      await Promise.race([applied, this.#clock.sleep(timeoutMs, end.signal)]);
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  /** The changes after `position` up to this replica's own; undefined when they are no longer in memory. */
  changesSince(position: number): readonly HistoryEntry<Change>[] | undefined {
    return this.#applier.history.since(position);
  }

  /**
   * Answers `look` from the state at this moment, which may be old; undefined before a state is loaded. It
   * waits for nothing.
   */
  glance<T>(look: (state: State) => T): T | undefined {
    return this.#catchUp.isLoaded ? look(this.#applier.state) : undefined;
  }

  /** How many want this replica to keep up with its log. */
  get followers(): number {
    return this.#follower.count;
  }

  /** About what this replica takes in memory. */
  get bytesKept(): number {
    const { state, history } = this.#applier;
    return this.machine.stateBytes(state) + history.bytes + this.log.bytesKept + this.past.bytesKept;
  }

  /** Waits for work in the background. */
  async idle(): Promise<void> {
    await this.log.idle();
    await this.#snapshots.idle();
    await this.#follower.idle();
  }

  /** Appends the records, applies everything up to the last of them, and then lets `take` look. */
  async #submit<T>(
    records: readonly Uint8Array[],
    take: (appended: Appended) => T | SubmitFailed,
  ): Promise<T | SubmitFailed> {
    let tail: number;
    try {
      tail = await this.#catchUp.begin();
    } catch (error) {
      // Nothing has been sent yet.
      return failed(error, true);
    }
    // A command does not depend on what came before it, its result does: a cold start goes on while the
    // command is appended.
    const ready = this.#catchUp.ready();
    ready.catch(() => undefined);
    const startedAt = momentOf(this.#clock);
    const release = this.#applier.results.keepAfter(Math.max(tail, this.#applier.position));
    try {
      const appended = await this.#append(records);
      if (appended.kind === 'failed') {
        // Perhaps the record is in the log, behind a batch that this program cannot read. Then the replica
        // ends with this answer.
        this.#applier.afterReading(appended.cause);
        return appended;
      }
      if (appended.kind === 'refused') return this.#refused(appended);
      const unapplied = await this.#applyUpTo(appended.last, startedAt, ready);
      return unapplied ?? take(appended);
    } finally {
      release();
    }
  }

  /**
   * The first append creates the log and names its state machine. All later ones name that incarnation of the
   * log.
   */
  async #append(records: readonly Uint8Array[]): Promise<AppendResult> {
    for (;;) {
      const { incarnation } = this.#identity;
      if (incarnation !== undefined)
        return this.log.append(records, { create: 'never', incarnation, bytesMax: this.#commandBytesMax });
      if (this.#founding !== undefined) {
        await this.#founding;
        continue;
      }
      const founded = await this.#found(records);
      if (founded.kind !== 'refused' || founded.reason !== 'exists' || !founded.metadata) return founded;
      // Another process was first.
      this.#catchUp.recognize(founded.metadata);
    }
  }

  async #found(records: readonly Uint8Array[]): Promise<AppendResult> {
    const founding = this.#create(records);
    this.#founding = founding.catch(() => undefined);
    try {
      return await founding;
    } finally {
      this.#founding = undefined;
    }
  }

  async #create(records: readonly Uint8Array[]): Promise<AppendResult> {
    try {
      await this.#onCreate?.('before');
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { kind: 'failed', definite: true, message: error.message, cause: error };
    }
    const createContentType = contentTypeOf(this.machine.name);
    const bytesMax = this.#commandBytesMax;
    const created = await this.log.append(records, { create: 'must-be-new', createContentType, bytesMax });
    if (created.kind !== 'appended') return created;
    try {
      this.#catchUp.recognize(created.metadata);
    } catch (error) {
      // Meanwhile a read has shown another incarnation, which is over. The command is in the new one.
      if (!(error instanceof ReplicaStoppedError)) throw error;
      return { kind: 'failed', definite: false, message: error.message, cause: error };
    }
    // After a failure here, the next process that creates the namespace, or lists it, repeats this.
    await this.#onCreate?.('after').catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
    return created;
  }

  #refused({ reason }: Refused): SubmitFailed {
    if (reason === 'missing') this.#applier.stop(`the log ${this.log.name} was deleted`, { logIsGone: true });
    const message = `the log of the namespace refuses: ${reason}`;
    return { kind: 'failed', definite: true, message, ...(reason === 'too-large' ? { tooLarge: true } : {}) };
  }

  /** Answers why `position` could not be reached; the record is in the log all the same. */
  async #applyUpTo(
    position: number,
    startedAt: Moment,
    ready: Promise<void>,
  ): Promise<SubmitFailed | undefined> {
    try {
      await ready;
      this.#catchUp.applyRecent(position, startedAt);
      if (this.position < position) await this.#catchUp.run();
      return undefined;
    } catch (error) {
      // A replica that can go on will apply it.
      if (error instanceof ReplicaStoppedError)
        return { kind: 'failed', definite: false, message: error.message };
      return failed(error, false);
    }
  }

  #resultsOf(first: number, last: number): SubmitAllResult<Result> {
    const results: Result[] = [];
    for (let position = first; position <= last; position += 1) {
      const result = this.#applier.results.at(position);
      // This replica has jumped over the position with a snapshot, or the log was deleted meanwhile.
      if (result === undefined) {
        return { kind: 'failed', definite: false, message: `applied at ${position}, but its result is gone` };
      }
      results.push(result);
    }
    return { kind: 'done', position: last, results };
  }

  async #bringUpTo(consistency: Consistency): Promise<SubmitFailed | undefined> {
    switch (consistency) {
      case 'linearizable':
        if (!this.#catchUp.isLoaded) await this.#catchUp.ready();
        await this.#catchUp.run();
        return undefined;
      case 'sequenced':
        return this.#submit([MARKER], () => undefined);
      case 'local':
        await this.#catchUp.ready();
        return undefined;
      default:
        return unreachable(consistency);
    }
  }

  /**
   * Resolves when the log may have more than this replica. Its own appends it applies from their answers.
   */
  async #waitForMore(signal: AbortSignal): Promise<void> {
    for (;;) {
      const seen = await this.log.waitBeyond(this.position, FOLLOW_WAIT_MS, signal);
      if (!seen || seen.ended) return;
      await this.#clock.sleep(0);
      if (seen.tail > this.position) return;
    }
  }

  /** Waits, for a bounded time, until `position` has been applied. */
  async #reach(position: number): Promise<boolean> {
    const startedAt = momentOf(this.#clock);
    for (;;) {
      if (this.position >= position) return true;
      await this.#catchUp.run();
      const leftMs = this.#waitMaxMs - elapsedMs(this.#clock, startedAt);
      if (this.position >= position) return true;
      if (leftMs <= 0) return false;
      await this.log.waitBeyond(this.position, leftMs);
    }
  }
}

function failed(error: unknown, definite: boolean): SubmitFailed {
  if (error instanceof StoreError) return { kind: 'failed', definite, message: error.message };
  throw error;
}
