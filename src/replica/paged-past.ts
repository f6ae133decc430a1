// The past for readers that go through it page by page. They take turns with one replay, which is kept where
// it stands, because the next page begins there.

import type { Gone, Replay } from './replay.ts';
import type { ReplayReader, Replays } from './replays.ts';

/** A larger state is not kept, but made again. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** From a replay that is further behind, a snapshot may be the shorter way. */
const DISTANCE_MAX = 10_000;

type Read<State, Command, Result, Change, T> = (
  replay: Replay<State, Command, Result, Change>,
) => Promise<T | undefined>;

export class PagedPast<State, Command, Result, Change> {
  readonly #replays: Replays<State, Command, Result, Change>;
  readonly #bytesOf: (state: State) => number;
  #turn: Promise<unknown> = Promise.resolve();
  #kept: ReplayReader<State, Command, Result, Change> | undefined;

  constructor(replays: Replays<State, Command, Result, Change>, bytesOf: (state: State) => number) {
    this.#replays = replays;
    this.#bytesOf = bytesOf;
  }

  /** The memory of the state that is kept. */
  get bytesKept(): number {
    const replay = this.#kept?.replay;
    return replay ? this.#bytesOf(replay.state) : 0;
  }

  /**
   * Answers `read` of a replay that stands at `position`, which is not after the tail. `read` answers
   * undefined where the log was trimmed meanwhile, so that this replay leads no further.
   *
   * @throws StoreError
   */
  run<T>(position: number, read: Read<State, Command, Result, Change, T>): Promise<T | Gone | undefined> {
    const turn = this.#turn.then(() => this.#run(position, read));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run<T>(
    position: number,
    read: Read<State, Command, Result, Change, T>,
  ): Promise<T | Gone | undefined> {
    const reader = this.#readerFor(position);
    let goesOn = false;
    try {
      const answer = await this.#replays.use(reader, async (replay) =>
        (await replay.advanceTo(position)) ? read(replay) : undefined,
      );
      goesOn = answer !== undefined && this.bytesKept <= KEPT_BYTES_MAX;
      return answer;
    } finally {
      if (!goesOn) this.#end();
    }
  }

  #readerFor(position: number): ReplayReader<State, Command, Result, Change> {
    const kept = this.#kept;
    if (kept?.replay && kept.position <= position && position - kept.position <= DISTANCE_MAX) return kept;
    this.#end();
    this.#kept = this.#replays.begin(position);
    return this.#kept;
  }

  #end(): void {
    if (this.#kept) this.#replays.end(this.#kept);
    this.#kept = undefined;
  }
}
