// What a reader of streams and forks may be told, by what the witness has seen take effect.

import { textOf } from '../../src/encoding/binary.ts';
import { startOf } from '../../src/log/segment.ts';
import { streamLogName } from '../../src/resource-names.ts';
import type { Piece } from '../../src/streams/piece.ts';
import type { Witness, WitnessedRecord } from './witness.ts';

/** A stream as it was when an operation began. */
export interface Moment {
  /** How many incarnations had begun. */
  readonly begun: number;
  readonly exists: boolean;
  readonly tail: number;
}

export class ReadJudge {
  readonly #witness: Witness;

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  moment(path: string): Moment {
    const log = streamLogName(path);
    const incarnations = this.#witness.incarnations(log);
    const ended = this.#witness.tombstones(log).at(-1) ?? -1;
    const exists = (incarnations.at(-1) ?? -1) >= ended && incarnations.length > 0;
    return { begun: incarnations.length, exists, tail: this.#witness.order(log).length };
  }

  /** Whether it was the same incarnation all the time. */
  hasStayed(path: string, { begun, exists }: Moment): boolean {
    const now = this.moment(path);
    return exists && now.exists && now.begun === begun;
  }

  /** The time of a record that is, or was, at most so far from the end. */
  timeNear(path: string, back: number): number {
    const log = streamLogName(path);
    const incarnation = this.#witness.incarnations(log).at(-1) ?? 0;
    const position = Math.max(1, this.moment(path).tail - back);
    return this.#recordAt(log, incarnation, position)?.timeMs ?? 0;
  }

  /**
   * Each page is a piece of one incarnation, and one that is up to date has all that was there when it was
   * asked for.
   *
   * @param last where the page before has ended; undefined for the first one
   */
  faultInPage(path: string, { data }: Piece, asked: Moment, last: number | undefined): string | undefined {
    const text = Buffer.from(data.body).toString();
    const { next, upToDate } = data;
    const isRight = (incarnation: number, isLater: boolean): boolean => {
      const isWhole = !upToDate || isLater || next >= asked.tail;
      return isWhole && this.#isPiece(streamLogName(path), incarnation, last, text, next);
    };
    if (this.#isOfSome(path, asked, isRight)) return undefined;
    const until = upToDate ? `${next}, the end` : next;
    return `${JSON.stringify(text)} are not the records of ${path} after ${last ?? 'the start'} up to ${until}`;
  }

  /** No readable record before the place is so new, and the record at the place is, unless there is none. */
  faultInPlace(path: string, timeMs: number, place: number, asked: Moment): string | undefined {
    const log = streamLogName(path);
    const isRight = (incarnation: number, isLater: boolean): boolean => {
      const isNew = (position: number) => {
        const record = this.#recordAt(log, incarnation, position);
        return record !== undefined && record.timeMs >= timeMs;
      };
      const start = this.#startOf(log, incarnation) + this.#trimmedOf(log, incarnation);
      const before = Array.from({ length: Math.max(0, place - start) }, (_, index) => start + 1 + index);
      if (before.some(isNew)) return false;
      return isLater || place <= start || place >= asked.tail || isNew(place + 1);
    };
    if (this.#isOfSome(path, asked, isRight)) return undefined;
    return `the time ${timeMs} of ${path} is not behind ${place}`;
  }

  #isOfSome(
    path: string,
    asked: Moment,
    isRight: (incarnation: number, isLater: boolean) => boolean,
  ): boolean {
    const incarnations = this.#witness.incarnations(streamLogName(path));
    const present = asked.begun - 1;
    return incarnations.some((one, index) => index >= present && isRight(one, index > present));
  }

  #isPiece(log: string, incarnation: number, last: number | undefined, text: string, next: number): boolean {
    const start = last ?? this.#startOf(log, incarnation);
    const positions = Array.from({ length: Math.max(0, next - start) }, (_, index) => start + 1 + index);
    const records = positions.map((position) =>
      textOf(this.#recordAt(log, incarnation, position)?.data ?? NONE),
    );
    // What has been trimmed of the stream itself, by the end of the read, may be missing at its beginning.
    const trimmed = last === undefined ? this.#trimmedOf(log, incarnation) : 0;
    const beginnings = Array.from({ length: Math.min(trimmed, records.length) + 1 }, (_, from) => from);
    return beginnings.some((from) => records.slice(from).join('') === text);
  }

  /** The position before the first record, had nothing been trimmed since. */
  #startOf(log: string, incarnation: number): number {
    return this.#witness.origin(log, incarnation)?.after ?? incarnation;
  }

  /** How much of it has been trimmed. What was trimmed before its incarnation began is of others. */
  #trimmedOf(log: string, incarnation: number): number {
    const trimmedTo = this.#witness.trimmedTo(log);
    return trimmedTo > incarnation ? Math.max(0, trimmedTo - this.#startOf(log, incarnation)) : 0;
  }

  /** Of all that was ever appended. Undefined where the incarnation has no record at that position. */
  #recordAt(log: string, incarnation: number, position: number): WitnessedRecord | undefined {
    const origin = this.#witness.origin(log, incarnation);
    if (origin && position <= origin.upTo) return this.#recordAt(origin.log, origin.incarnation, position);
    const metadata = { incarnation, ...(origin ? { origin } : {}) };
    return position > startOf({ base: incarnation, metadata })
      ? this.#witness.order(log)[position - 1]
      : undefined;
  }
}

const NONE = new Uint8Array(0);
