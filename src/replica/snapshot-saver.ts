// When a replica saves a snapshot, one at a time and behind its requests, and what became of it.

import { elapsedMs, type Moment, momentOf, systemClock } from '../clock.ts';
import type { State } from '../state-machine/kernel/state.ts';
import { lookAtSnapshots, type SnapshotPlace, saveSnapshot } from './snapshots.ts';

/** To encode a state is costly, so one that cannot be saved is not tried again with every request. */
const PAUSE_MS = 60_000;

/** No replica replays more than so many times `every` because a snapshot would be large. */
const EVERY_FACTOR_MAX = 5;

export class SnapshotSaver {
  readonly #place: SnapshotPlace;
  readonly #every: number;
  readonly #onError: (error: unknown) => void;
  #newestAt = 0;
  #saving: Promise<void> | undefined;
  #pausedAt: Moment | undefined;
  #failure: unknown;

  /** @param options.every how many commands are worth a snapshot, where it costs no more than they did */
  constructor(place: SnapshotPlace, options: { every: number; onError: (error: unknown) => void }) {
    this.#place = place;
    this.#every = options.every;
    this.#onError = options.onError;
  }

  /** Why the snapshot that is due could not be saved, as of the last try; undefined when none is due. */
  get failure(): unknown {
    return this.#failure;
  }

  /** A snapshot at `position` is there. */
  learn(position: number): void {
    this.#newestAt = Math.max(this.#newestAt, position);
  }

  /** Saves `state` as it is now, if that is due. */
  offer(state: State): void {
    if (this.#saving || !this.#isDue(state) || this.#isPausing()) return;
    this.#saving = this.#save(state.frozenCopy()).finally(() => {
      this.#saving = undefined;
    });
  }

  /** A large state is saved less often, so that snapshots cost no more than the commands between them. */
  #isDue({ position, keyCount }: State): boolean {
    const worth = Math.min(Math.max(this.#every, keyCount / 2), EVERY_FACTOR_MAX * this.#every);
    return position - this.#newestAt >= worth;
  }

  /** Resolves when none is being saved. */
  async idle(): Promise<void> {
    await this.#saving;
  }

  async #save(state: State): Promise<void> {
    try {
      if (await this.#saved(state)) this.#pausedAt = undefined;
      else this.#pause();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#pause();
      this.#onError(error);
    }
  }

  /** Answers whether there is a snapshot at the position of `state`, or not long before. */
  async #saved(state: State): Promise<boolean> {
    const { newest, saving } = await lookAtSnapshots(this.#place);
    const near = ({ position }: { position: number }) => state.position - position < this.#every / 2;
    if (newest && near(newest)) {
      this.learn(newest.position);
      return true;
    }
    // Another replica is at work on one. Should it come to nothing, it is this one's turn.
    if (saving.some(near) && !this.#pausedAt) return false;
    const isKept = await saveSnapshot(this.#place, state);
    if (isKept) this.learn(state.position);
    return isKept;
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
