// The replays of a replica's past. Each holds a second copy of the state, so only a few are kept at once.
// When another one is needed, one that has been at rest for a while is dropped, such as that of a watcher
// that reads slowly. It is made again, from the position that it had reached, once its turn comes.

import type { Clock } from '../clock.ts';
import { loadedReplay } from './on-demand.ts';
import type { Gone, Replay, ReplayParts } from './replay.ts';

/** One reader of the past. */
export interface ReplayReader<State, Command, Result, Change> {
  /** Where the reader is. */
  position: number;
  replay: Replay<State, Command, Result, Change> | undefined;
  restsSinceMs: number;
}

/** A reader at rest for this time may lose its replay to another one. */
const REST_MS = 1000;
/** The time between two looks for a replay that can be dropped. */
const LOOK_EVERY_MS = 50;

export class Replays<State, Command, Result, Change> {
  readonly #parts: ReplayParts<State, Command, Result, Change>;
  readonly #clock: Clock;
  readonly #replaysMax: number;
  /** The readers that hold a replay and are at rest. The one that has rested for longest is first. */
  readonly #resting = new Set<ReplayReader<State, Command, Result, Change>>();
  /** How many replays are held, or are being made. */
  #held = 0;

  constructor(parts: ReplayParts<State, Command, Result, Change>, clock: Clock, replaysMax: number) {
    this.#parts = parts;
    this.#clock = clock;
    this.#replaysMax = replaysMax;
  }

  /** A reader that begins at `position`. Its owner calls `end` with it. */
  begin(position: number): ReplayReader<State, Command, Result, Change> {
    return { position, replay: undefined, restsSinceMs: 0 };
  }

  /**
   * Calls `use` with the reader's replay, which is at its position, and waits until there may be one. One
   * call at a time for each reader.
   *
   * @throws StoreError
   */
  async use<T>(
    reader: ReplayReader<State, Command, Result, Change>,
    use: (replay: Replay<State, Command, Result, Change>) => T | Promise<T>,
  ): Promise<T | Gone> {
    await this.#take(reader);
    try {
      const replay = reader.replay ?? (await this.#made(reader.position));
      if (replay.kind === 'gone') return replay;
      const used = await use(replay);
      reader.replay = replay;
      reader.position = replay.position;
      return used;
    } catch (error) {
      // The state may have been left in the middle of a page.
      reader.replay = undefined;
      throw error;
    } finally {
      this.#rest(reader);
    }
  }

  /** The reader needs its replay no longer. */
  end(reader: ReplayReader<State, Command, Result, Change>): void {
    if (!this.#resting.delete(reader)) return;
    reader.replay = undefined;
    this.#held -= 1;
  }

  /** From here on the reader is not at rest, and counts among those that hold a replay. */
  async #take(reader: ReplayReader<State, Command, Result, Change>): Promise<void> {
    if (this.#resting.delete(reader)) return;
    while (this.#held >= this.#replaysMax) {
      const [resting] = this.#resting;
      if (resting && this.#clock.monotonicMs() - resting.restsSinceMs >= REST_MS) this.end(resting);
      else await this.#clock.sleep(LOOK_EVERY_MS);
    }
    this.#held += 1;
  }

  async #made(position: number): Promise<Replay<State, Command, Result, Change> | Gone> {
    const { Replay } = await loadedReplay();
    return Replay.at(this.#parts, position);
  }

  #rest(reader: ReplayReader<State, Command, Result, Change>): void {
    reader.restsSinceMs = this.#clock.monotonicMs();
    if (reader.replay) this.#resting.add(reader);
    else this.#held -= 1;
  }
}
