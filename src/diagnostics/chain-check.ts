// Checks that the chain of a log keeps the rules. Operators run it; no request does.

import { DecodeError } from '../encoding/binary.ts';
import { decodeBatch, isLarge } from '../log/batch.ts';
import { decodeLargeEntry } from '../log/large-entry.ts';
import { chainPrefix, type Segment, startOf } from '../log/segment.ts';
import { withSteadyRecord } from '../log/steady-record.ts';
import type { Store } from '../log/store.ts';
import { type TrimPoint, trimPointOf } from '../log/trim-point.ts';
import { LargeCheck } from './large-check.ts';

export interface ChainCheckResult {
  readonly segments: number;
  readonly records: number;
  readonly tail: number;
  /** Records at or before it are gone. */
  readonly trimmedTo: number;
  /**
   * Segments behind the trim point, brought back by writers that were frozen for long. No reader sees them,
   * and the next trim removes them.
   */
  readonly zombies: number;
  /** False when the time was over before the tail. */
  readonly complete: boolean;
  /** Breaches of the rules; empty for a chain that is intact. */
  readonly faults: readonly string[];
}

const READ_BYTES = 256 * 1024;
const FAULTS_MAX = 20;

/**
 * Reads the whole log, while others may go on writing to it and trimming it.
 *
 * @param isOver asked before every read: whether there is no time for it
 * @throws StoreError
 */
export function checkChain(store: Store, log: string, isOver = () => false): Promise<ChainCheckResult> {
  // A trim in the meantime would look like a gap.
  return withSteadyRecord(store, log, 'trim-point', (record) =>
    readChain(store, log, trimPointOf(record), isOver),
  );
}

async function readChain(
  store: Store,
  log: string,
  { sweptTo, trimmedTo }: TrimPoint,
  isOver: () => boolean,
): Promise<ChainCheckResult> {
  const check = new ChainCheck(sweptTo);
  const large = new LargeCheck(store, log, trimmedTo);
  for (let from = sweptTo; ; ) {
    if (isOver()) return { ...check.report(), trimmedTo, zombies: 0, complete: false };
    const { segments, complete } = await store.range(log, from, READ_BYTES);
    const chained = chainPrefix(segments);
    for (const segment of chained) {
      check.add(segment);
      if (check.isReadable) for (const fault of await large.faultsIn(segment)) check.fault(fault);
    }
    const next = segments[chained.length];
    const last = chained.at(-1);
    if (!next && (complete || !last)) {
      const zombies = await countZombies(store, log, sweptTo, isOver);
      return { ...check.report(), trimmedTo, zombies, complete: true };
    }
    // Not one snapshot (rule 5): a segment that was read before may have grown. If it is still the same when
    // it is read again, it is torn.
    const torn = next !== undefined && last !== undefined && chained.length === 1 && from === last.base;
    if (torn) check.gap(last, next);
    from = torn ? next.base : (last?.base ?? from);
  }
}

async function countZombies(
  store: Store,
  log: string,
  sweptTo: number,
  isOver: () => boolean,
): Promise<number> {
  const bases = new Set<number>();
  for (let from = 0; from < sweptTo && !isOver(); ) {
    const { segments, complete } = await store.range(log, from, READ_BYTES);
    for (const { base } of segments) if (base < sweptTo) bases.add(base);
    const last = segments.at(-1);
    if (complete || !last || last.base === from) break;
    from = last.base;
  }
  return bases.size;
}

class ChainCheck {
  readonly #sweptTo: number;
  readonly #faults: string[] = [];
  /** The ids of this segment and the one before it: a repeated write cannot land elsewhere. */
  #recentIds: ReadonlySet<string>[] = [];
  #segments = 0;
  #records = 0;
  #last: Segment | undefined;
  #isReadable = true;

  constructor(sweptTo: number) {
    this.#sweptTo = sweptTo;
  }

  /** Whether all entries of the last segment could be decoded. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  report(): Omit<ChainCheckResult, 'trimmedTo' | 'zombies' | 'complete'> {
    return {
      segments: this.#segments,
      records: this.#records,
      tail: this.#last?.tail ?? 0,
      faults: this.#faults,
    };
  }

  /** The next of the chain, or the last one again, which may have grown. */
  add(segment: Segment): void {
    const before = this.#last;
    this.#isReadable = true;
    if (before?.base === segment.base) {
      if (before.tail > segment.tail) this.fault(`the segment ${segment.base} has shrunk`);
      this.#segments -= 1;
      this.#records -= before.tail - startOf(before);
      this.#recentIds = this.#recentIds.slice(0, -1);
    } else if (!before && segment.base !== this.#sweptTo) {
      this.fault(`the log begins at ${segment.base} instead of ${this.#sweptTo}`);
    }
    this.#checkEntries(segment);
    this.#segments += 1;
    this.#records += segment.tail - startOf(segment);
    this.#last = segment;
  }

  gap(before: Segment, after: Segment): void {
    if (before.tail > after.base) this.fault(`the segments ${before.base} and ${after.base} overlap`);
    else this.fault(`nothing holds the positions ${before.tail + 1} to ${after.base}`);
  }

  #checkEntries(segment: Segment): void {
    const ids = new Set<string>();
    let records = 0;
    let bytes = 0;
    for (const entry of segment.entries) {
      bytes += entry.length;
      const batch = this.#decode(segment, entry);
      if (!batch) return;
      records += batch.records;
      const id = Buffer.from(batch.id).toString('hex');
      if (ids.has(id) || this.#recentIds.some((recent) => recent.has(id))) {
        this.fault(`the batch ${id} is in the log twice, the second time in the segment ${segment.base}`);
      }
      ids.add(id);
    }
    if (records !== segment.tail - startOf(segment)) {
      this.fault(`the segment ${segment.base} to ${segment.tail} holds ${records} records`);
    }
    if (bytes !== segment.bytes) {
      this.fault(`the segment ${segment.base} has ${bytes} bytes and says ${segment.bytes}`);
    }
    this.#recentIds = [...this.#recentIds.slice(-1), ids];
  }

  #decode(segment: Segment, entry: Uint8Array): { id: Uint8Array; records: number } | undefined {
    try {
      if (isLarge(entry)) return decodeLargeEntry(entry);
      const { id, records } = decodeBatch(entry);
      return { id, records: records.length };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#isReadable = false;
      this.fault(`the segment ${segment.base} holds an entry that cannot be read: ${error.message}`);
      return undefined;
    }
  }

  fault(text: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push(text);
  }
}
