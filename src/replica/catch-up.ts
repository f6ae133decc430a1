// Brings a state up to the log: from a snapshot, from the tail that a look has shown, and by reading later
// records.

import { unreachable } from '../assert.ts';
import type { Moment } from '../clock.ts';
import { isLarge } from '../log/batch.ts';
import type { Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import { type Cursor, type Missing, recordsOf } from '../log/results.ts';
import { batchesAfter, type LogMetadata } from '../log/segment.ts';
import type { MetadataRecord, Store } from '../log/store.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';
import { type Applier, ReplicaStoppedError } from './applier.ts';
import { Coalesced } from './coalesced.ts';
import type { LogIdentity } from './identity.ts';
import { type SnapshotRef, snapshotsOf } from './snapshot-record.ts';
import type { SnapshotSaver } from './snapshot-saver.ts';
import { loadSnapshot, SnapshotDamagedError } from './snapshots.ts';

export interface CatchUpParts<State, Command, Result, Change> {
  readonly store: Store;
  readonly log: Log;
  readonly machine: StateMachine<State, Command, Result, Change>;
  readonly applier: Applier<State, Command, Result, Change>;
  readonly identity: LogIdentity;
  readonly snapshots: SnapshotSaver;
}

interface Snapshot<State> {
  readonly state: State;
  readonly position: number;
}

export class CatchUp<State, Command, Result, Change> {
  readonly #parts: CatchUpParts<State, Command, Result, Change>;
  readonly #pulls = new Coalesced(() => this.#pull());
  #cursor: Cursor | undefined;
  #firstLook: Promise<TailResult | Missing> | undefined;
  #loading: Promise<void> | undefined;
  #isLoaded = false;

  constructor(parts: CatchUpParts<State, Command, Result, Change>) {
    this.#parts = parts;
  }

  /**
   * Whether a state has been loaded: one of some moment, and not the empty one from before the first look.
   */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /**
   * Applies the log, up to its tail as of one moment during this call. @throws StoreError,
   * ReplicaStoppedError
   */
  run(): Promise<void> {
    return this.#pulls.run();
  }

  /** The cold start, once. @throws StoreError, ReplicaStoppedError */
  async ready(): Promise<void> {
    this.#parts.applier.throwIfStopped();
    this.#loading ??= this.#load().catch((error: unknown) => {
      // The next call tries again.
      this.#loading = undefined;
      this.#firstLook = undefined;
      throw error;
    });
    await this.#loading;
    this.#isLoaded = true;
  }

  /**
   * The first step of a cold start, which tells the log where to append, too. Answers the tail that it has
   * seen.
   */
  async begin(): Promise<number> {
    const { applier } = this.#parts;
    applier.throwIfStopped();
    const look = await this.#lookFirst();
    applier.throwIfStopped();
    if (look.kind === 'missing') return 0;
    this.recognize(look.segment.metadata);
    return look.segment.tail;
  }

  /**
   * Learns the identity of the log, and answers its incarnation. Earlier records are no part of this
   * namespace.
   *
   * @throws ReplicaStoppedError when this replica has replayed another log
   */
  recognize(metadata: LogMetadata): number {
    const { identity, applier, machine } = this.#parts;
    try {
      const incarnation = identity.recognize(metadata);
      if (incarnation > applier.position) {
        applier.adopt(machine.empty(), incarnation);
        this.#cursor = undefined;
      }
      return incarnation;
    } catch (error) {
      if (!(error instanceof ReplicaStoppedError)) throw error;
      const { message, logIsGone } = error;
      throw applier.stop(message, { cause: error, logIsGone });
    }
  }

  /**
   * Applies the records that came with the answer to an own append. So a warm writer needs no further round
   * trip.
   */
  applyRecent(upTo: number, freshAt: Moment): void {
    const { applier, log } = this.#parts;
    if (applier.position >= upTo) return;
    const piece = applier.readable(() => log.recentPiece(applier.position, upTo));
    if (!piece) return;
    applier.apply(recordsOf(piece.batches, applier.position));
    this.#cursor = { after: applier.position, base: piece.base, freshAt };
  }

  async #pull(): Promise<void> {
    const { log, applier } = this.#parts;
    for (;;) {
      // A submit may go further while this read is on its way, so the read is judged by where it began.
      const from = applier.position;
      const wasKnown = this.#parts.identity.incarnation !== undefined;
      const result = await log.read(this.#cursor ?? from).catch((error: unknown) => {
        throw applier.afterReading(error);
      });
      switch (result.kind) {
        case 'records':
          this.recognize(result.metadata);
          applier.apply(result.records);
          if (result.cursor.after >= applier.position) this.#cursor = result.cursor;
          if (result.upToDate) return;
          break;
        case 'missing':
          if (!wasKnown) return;
          throw applier.stop(`the log ${log.name} is gone`, { logIsGone: true });
        case 'beyond-tail':
          throw applier.stop(`the log ${log.name} ends at ${result.tail}, before what has been applied`);
        case 'trimmed':
          if (applier.position < result.first - 1) await this.#jumpTo(result.first - 1);
          else this.#cursor = undefined;
          break;
        default:
          unreachable(result);
      }
    }
  }

  /**
   * The log begins after this replica's position: the log has begun there anew, or only a snapshot leads
   * on.
   */
  async #jumpTo(position: number): Promise<void> {
    const { log, applier } = this.#parts;
    const look = await log.checkTail();
    // Deleted meanwhile: the next read says so.
    if (look.kind === 'missing') return;
    const incarnation = this.recognize(look.segment.metadata);
    if (applier.position >= position) return;
    const snapshot = await this.#newestSnapshot(incarnation, look.records.snapshot);
    if (snapshot && snapshot.position >= position) return this.#adopt(snapshot);
    throw applier.stop(`the log ${log.name} is trimmed to ${position}, and no snapshot reaches there`);
  }

  #adopt(snapshot: Snapshot<State>): void {
    this.#parts.snapshots.learn(snapshot.position);
    if (this.#parts.applier.adopt(snapshot.state, snapshot.position)) this.#cursor = undefined;
  }

  /** @param seen the record of the snapshots, where it is known already */
  async #newestSnapshot(incarnation: number, seen?: MetadataRecord): Promise<Snapshot<State> | undefined> {
    const { store, log, applier } = this.#parts;
    let tried: SnapshotRef | undefined;
    for (let record = seen; ; record = undefined) {
      const { newest: ref } = snapshotsOf(record ?? (await store.metadataRecord(log.name, 'snapshot')));
      // The snapshots of an earlier incarnation stay until the first of this one replaces them.
      if (!ref || ref.position <= incarnation) return undefined;
      if (tried?.attempt === ref.attempt)
        throw applier.stop(`the snapshot at ${ref.position} has lost a chunk`);
      tried = ref;
      const state = await this.#loaded(ref);
      if (state !== undefined) return { state, position: ref.position };
      // Replaced by a newer one while it was read: look again.
    }
  }

  async #loaded(ref: SnapshotRef): Promise<State | undefined> {
    const { store, log, applier, machine } = this.#parts;
    const chunks = await loadSnapshot(store, log.name, ref).catch((error: unknown) => {
      throw error instanceof SnapshotDamagedError ? applier.stop(error.message, { cause: error }) : error;
    });
    if (!chunks) return undefined;
    try {
      return machine.decodeState(chunks);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw applier.stop(`the snapshot at ${ref.position} of ${log.name}: ${message}`, { cause: error });
    }
  }

  #lookFirst(): Promise<TailResult | Missing> {
    this.#firstLook ??= this.#parts.log.checkTail().catch((error: unknown) => {
      this.#firstLook = undefined;
      throw error;
    });
    return this.#firstLook;
  }

  /**
   * Loads the newest snapshot, then the later records. In a small namespace one look at the tail is enough.
   */
  async #load(): Promise<void> {
    const look = await this.#lookFirst();
    if (look.kind === 'missing') return;
    const incarnation = this.recognize(look.segment.metadata);
    if (look.records.snapshot) {
      const snapshot = await this.#newestSnapshot(incarnation, look.records.snapshot);
      if (snapshot) this.#adopt(snapshot);
    }
    if (!this.#applyTail(look)) await this.#pulls.run();
  }

  /**
   * Applies the segment that a look has brought. It is the rest of the log if it begins at this replica's
   * position.
   */
  #applyTail({ segment, readableAfter, freshAt, records }: TailResult): boolean {
    const { applier } = this.#parts;
    const { position } = applier;
    const { base, tail } = segment;
    // Nothing was ever trimmed: the first segment is where it has always been.
    if (position === 0 && !records['trim-point']) this.#cursor = { after: 0, base: 0, freshAt };
    if (base > position || readableAfter > position || tail < position) return false;
    if (segment.entries.some(isLarge)) return false;
    const batches = applier.readable(() => batchesAfter(segment, position));
    applier.apply(recordsOf(batches, position));
    this.#cursor = { after: applier.position, base, freshAt };
    return true;
  }
}
