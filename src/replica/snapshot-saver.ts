// Decides when a replica saves a snapshot, saves one at a time behind the requests, and keeps the outcome.

import { elapsedMs, type Moment, momentOf, systemClock } from '../clock.ts';
import type { Observer } from '../log/observer.ts';
import { loadedSnapshotWrites } from './on-demand.ts';
import type { SnapshotPlace } from './snapshot-writes.ts';

/**
 * The pause after a failure. Encoding a state is costly, so the next try does not come with the next request.
 */
const PAUSE_MS = 60_000;

/**
 * The cost of a command beside its own bytes: half of a write unit of DynamoDB, since commands are appended
 * in groups.
 */
const COMMAND_BYTES = 512;

/** The bound, in multiples of `every`, on the commands that a large snapshot makes a cold start replay. */
const EVERY_FACTOR_MAX = 50;

/** The assumed size of a snapshot as a share of the state in memory, until the first one shows it. */
const SNAPSHOT_SHARE = 0.25;

/** A state that can be saved. */
export interface SavedState {
  readonly position: number;
  /** Its memory, roughly. */
  readonly bytes: number;
  /** The chunks as of this call. */
  readonly encode: () => Iterable<Uint8Array>;
}

export interface SnapshotSaverOptions {
  /** How many commands are worth a snapshot, where it costs no more than they did. */
  readonly every: number;
  readonly onError: (error: unknown) => void;
  readonly observer?: Observer | undefined;
}

export class SnapshotSaver {
  readonly #place: SnapshotPlace;
  readonly #every: number;
  readonly #onError: (error: unknown) => void;
  readonly #observer: Observer | undefined;
  #newestAt = 0;
  /** The bytes of all applied commands, and of those before the newest snapshot. */
  #appliedBytes = 0;
  #savedBytes = 0;
  #snapshotShare = SNAPSHOT_SHARE;
  #saving: Promise<void> | undefined;
  #pausedAt: Moment | undefined;
  #failure: unknown;

  constructor(place: SnapshotPlace, options: SnapshotSaverOptions) {
    this.#place = place;
    this.#every = options.every;
    this.#onError = options.onError;
    this.#observer = options.observer;
  }

  /** Why the snapshot that is due could not be saved, as of the last try; undefined when none is due. */
  get failure(): unknown {
    return this.#failure;
  }

  /** A command of so many bytes was applied. */
  count(bytes: number): void {
    this.#appliedBytes += COMMAND_BYTES + bytes;
  }

  /** A snapshot at `position` is there. */
  learn(position: number, savedBytes = this.#appliedBytes): void {
    if (position <= this.#newestAt) return;
    this.#newestAt = position;
    this.#savedBytes = savedBytes;
  }

  /** Saves `state` as it is now, if that is due. */
  offer(state: SavedState): void {
    if (this.#saving || !this.#isDue(state) || this.#isPausing()) return;
    this.#saving = this.#save(state, state.encode()).finally(() => {
      this.#saving = undefined;
    });
  }

  /**
   * A snapshot is due when the commands since the newest one have cost about as much as the next one will, so
   * that writing snapshots costs about as much as commands do. The removal of the old one, which DynamoDB
   * bills, too, is not counted. It is also due when a cold start would replay too many
   * commands.
   */
  #isDue({ position, bytes }: SavedState): boolean {
    const commands = position - this.#newestAt;
    if (commands < this.#every) return false;
    return (
      this.#appliedBytes - this.#savedBytes >= bytes * this.#snapshotShare ||
      commands >= EVERY_FACTOR_MAX * this.#every
    );
  }

  /** Resolves when no snapshot is being saved. */
  async idle(): Promise<void> {
    await this.#saving;
  }

  async #save({ position, bytes }: SavedState, encoded: Iterable<Uint8Array>): Promise<void> {
    const appliedBytes = this.#appliedBytes;
    try {
      const savedAt = await this.#saved(position, this.#measured(encoded, bytes));
      if (savedAt === undefined) this.#pause();
      else {
        this.learn(savedAt, appliedBytes);
        this.#pausedAt = undefined;
      }
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#pause();
      this.#observer?.snapshotTried?.('failed', this.#place.log);
      this.#onError(error);
    }
  }

  /** Answers the position of the snapshot that there is now: `position`, or one not long before. */
  async #saved(position: number, chunks: Iterable<Uint8Array>): Promise<number | undefined> {
    const { lookAtSnapshots, saveSnapshot } = await loadedSnapshotWrites();
    const { newest, saving } = await lookAtSnapshots(this.#place);
    const near = (one: { position: number }) => position - one.position < this.#every / 2;
    if (newest && near(newest)) return newest.position;
    // Another replica is saving one. If that fails, this one saves it next.
    if (saving.some(near) && !this.#pausedAt) return undefined;
    if (!(await saveSnapshot(this.#place, position, chunks))) return undefined;
    this.#observer?.snapshotTried?.('saved', this.#place.log);
    return position;
  }

  /** Passes the chunks on, and learns from them how large the snapshot of such a state is. */
  *#measured(chunks: Iterable<Uint8Array>, stateBytes: number): Generator<Uint8Array, void, undefined> {
    let bytes = 0;
    for (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
    if (stateBytes > 0) this.#snapshotShare = bytes / stateBytes;
  }

  #pause(): void {
    this.#pausedAt = momentOf(this.#place.clock ?? systemClock);
  }

  #isPausing(): boolean {
    return (
      this.#pausedAt !== undefined && elapsedMs(this.#place.clock ?? systemClock, this.#pausedAt) < PAUSE_MS
    );
  }
}
