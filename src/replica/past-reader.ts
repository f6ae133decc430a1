// Replays of the past for readers that go through it page by page. They take turns, so that a replica holds
// one state of the past at most. The last replay is kept where it stands, because the next page begins there.

import type { Gone, ReplayParts } from './replay.ts';
import { Replay } from './replay.ts';

/** A larger state is not kept, but made again. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** From a replay that is further behind, a snapshot may be the shorter way. */
const DISTANCE_MAX = 10_000;

export class PastReader<State, Command, Result, Change> {
  readonly #parts: ReplayParts<State, Command, Result, Change>;
  #turn: Promise<unknown> = Promise.resolve();
  #kept: Replay<State, Command, Result, Change> | undefined;

  constructor(parts: ReplayParts<State, Command, Result, Change>) {
    this.#parts = parts;
  }

  /** The memory of the state that is kept. */
  get bytesKept(): number {
    return this.#kept ? this.#parts.machine.stateBytes(this.#kept.state) : 0;
  }

  /**
   * Answers `read` of a replay that stands at `position`, which is not after the tail. `read` answers
   * undefined where the log was trimmed meanwhile, so that this replay leads no further.
   *
   * @throws StoreError
   */
  run<T>(
    position: number,
    read: (replay: Replay<State, Command, Result, Change>) => Promise<T | undefined>,
  ): Promise<T | Gone | undefined> {
    const turn = this.#turn.then(() => this.#run(position, read));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run<T>(
    position: number,
    read: (replay: Replay<State, Command, Result, Change>) => Promise<T | undefined>,
  ): Promise<T | Gone | undefined> {
    const replay = (await this.#fromKept(position)) ?? (await Replay.at(this.#parts, position));
    if (replay.kind === 'gone') return replay;
    const answer = await read(replay);
    const isSmall = this.#parts.machine.stateBytes(replay.state) <= KEPT_BYTES_MAX;
    if (answer !== undefined && isSmall) this.#kept = replay;
    return answer;
  }

  /** Whatever comes of it, the replay is not kept while it is in use: a failure leaves it in the middle. */
  async #fromKept(position: number): Promise<Replay<State, Command, Result, Change> | undefined> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (!kept || kept.position > position || position - kept.position > DISTANCE_MAX) return undefined;
    return (await kept.advanceTo(position)) ? kept : undefined;
  }
}
