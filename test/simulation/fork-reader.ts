// Reads streams and forks page by page, and looks for times in them. Everything that it is told is judged.

import type { Stream } from '../../src/streams/stream.ts';
import { type Moment, ReadJudge } from './fork-reads.ts';
import type { Server } from './workload.ts';
import type { World } from './world.ts';

const PAGE_BYTES = 60;
/** What a read answers that finds the records of its source gone. */
const LOST = /no longer held|lost records/;

interface Told {
  readonly kind: string;
  readonly message?: string;
}

export class ForkReader {
  readonly #world: World;
  readonly #judge: ReadJudge;

  constructor(world: World) {
    this.#world = world;
    this.#judge = new ReadJudge(world.witness);
  }

  async read(server: Server, path: string, stream: Stream, mustSucceed: boolean): Promise<void> {
    const world = this.#world;
    const began = this.#judge.moment(path);
    let asked = began;
    let piece = await this.#settled(server, stream.readPiece('start', PAGE_BYTES));
    for (let last: number | undefined; piece?.kind === 'piece'; ) {
      const { next, upToDate } = piece.data;
      const fault = this.#judge.faultInPage(path, piece, { ...asked, begun: began.begun }, last);
      world.note(`read ${path} up to ${next} on ${server.process.name}`);
      if (fault) return world.find(fault);
      if (upToDate) return;
      last = next;
      asked = this.#judge.moment(path);
      piece = await this.#settled(server, stream.readPiece(piece.cursor, PAGE_BYTES));
    }
    world.note(`read ${path} on ${server.process.name} → ${JSON.stringify(piece)}`);
    if (!piece) return;
    const isRefused = mustSucceed && piece.kind !== 'missing';
    const loss = isRefused ? JSON.stringify(piece) : this.#lossIn(piece, path, began);
    if (loss) world.find(`${path} cannot be read: ${loss}`);
  }

  async findTime(server: Server, path: string, stream: Stream): Promise<void> {
    const { random } = this.#world;
    const timeMs = Math.max(0, this.#judge.timeNear(path, random.below(8)) + random.below(3) - 1);
    const asked = this.#judge.moment(path);
    const place = await this.#settled(server, stream.placeOfTime(timeMs));
    this.#world.note(`time ${timeMs} of ${path} on ${server.process.name} → ${JSON.stringify(place)}`);
    if (place === undefined) return;
    const fault =
      typeof place === 'number'
        ? this.#judge.faultInPlace(path, timeMs, place, asked)
        : this.#lossIn(place, path, asked);
    if (fault) this.#world.find(fault);
  }

  /** The records of its source are gone, and the stream has been there all the time. */
  #lossIn(told: Told, path: string, asked: Moment): string | undefined {
    const { kind, message = '' } = told;
    const isLost = kind === 'failed' && LOST.test(message) && this.#judge.hasStayed(path, asked);
    return isLost ? message : undefined;
  }

  /** Undefined where the server dies meanwhile. */
  async #settled<T>(server: Server, asked: Promise<T>): Promise<T | undefined> {
    const told = await Promise.race([asked, server.process.death.then(() => undefined)]);
    this.#world.progress.answered();
    return told;
  }
}
