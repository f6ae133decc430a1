// The store as a process sees it through a network that delays, loses and repeats. The store itself is the
// reference one; only what comes and goes is disturbed.

import type { Segment, SegmentUpdate } from '../../src/log/segment.ts';
import {
  type MetadataRecordKind,
  type RangeResult,
  type Store,
  StoreError,
  type UpdateResult,
} from '../../src/log/store.ts';
import type { Scheduler } from '../support/scheduler.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';
import type { FaultCounts, FaultKind, Faults } from './faults.ts';

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly counts: FaultCounts;
  /** How late a request may arrive whose caller has long given up. */
  readonly lateMsMax: number;
  readonly trace: (line: string) => void;
  /** Freezes the process for longer than segments live. */
  readonly freeze: () => void;
  /** Told of the put of a segment that may arrive when that segment has been there and gone. */
  readonly onLatePut: (log: string, base: number) => void;
}

/** Pages are small, so that catching up takes several of them. */
const PAGE_BYTES_MAX = 500;
const DELAY_MS_MAX = 8;
const TIMEOUT_MS = 1000;
/**
 * How much longer than a usual delay it is between the two parts of a torn range: time enough for a segment
 * to fill.
 */
const TORN_FACTOR = 10;

export class FaultyNetwork implements Store {
  readonly traits: Store['traits'];
  readonly #inner: Store;
  readonly #process: SimulatedProcess;
  readonly #options: NetworkOptions;

  constructor(inner: Store, process: SimulatedProcess, options: NetworkOptions) {
    this.#inner = inner;
    this.#process = process;
    this.#options = options;
    this.traits = { ...inner.traits, pollMs: 50 };
  }

  update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    return this.#write(`update ${log}@${base}`, async () => {
      const outcome = await this.#inner.update(log, base, update);
      if (outcome.kind === 'applied' || !outcome.segment || !this.#happens('laterItem')) return outcome;
      await this.#options.scheduler.sleep(this.#delay());
      const { segment } = await this.#inner.last(log, base);
      return { kind: 'refused', segment: segment?.base === base ? segment : undefined };
    });
  }

  open(log: string, segment: Segment) {
    const frozen = this.#happens('frozenPut');
    if (frozen) {
      this.#options.freeze();
      this.#options.onLatePut(log, segment.base);
    }
    return this.#call(`open ${log}@${segment.base}`, () => this.#inner.open(log, segment), true, frozen);
  }

  last(log: string, atMost?: number) {
    return this.#read(`last ${log} ${atMost ?? ''}`, () => this.#inner.last(log, atMost));
  }

  range(log: string, fromBase: number, limit: number): Promise<RangeResult> {
    const bytesMax = Math.min(limit, PAGE_BYTES_MAX);
    return this.#read(`range ${log}@${fromBase}`, async () => {
      const whole = await this.#inner.range(log, fromBase, bytesMax);
      if (whole.segments.length === 0 || !this.#happens('torn')) return whole;
      const early = whole.segments.slice(0, 1 + this.#options.random.below(whole.segments.length));
      await this.#options.scheduler.sleep(TORN_FACTOR * this.#delay());
      const rest = await this.#inner.range(log, (early.at(-1)?.base ?? 0) + 1, bytesMax);
      return { segments: [...early, ...rest.segments], complete: rest.complete };
    });
  }

  remove(log: string, base: number) {
    return this.#write(`remove ${log}@${base}`, () => this.#inner.remove(log, base));
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#read(`note ${log} ${kind}`, () => this.#inner.metadataRecord(log, kind));
  }

  setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    return this.#write(`setNote ${log} ${kind}`, () =>
      this.#inner.setMetadataRecord(log, kind, value, expectedVersion),
    );
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#write(`putBlob ${key}`, () => this.#inner.putBlob(key, bytes));
  }

  blob(key: string) {
    return this.#read(`blob ${key}`, () => this.#inner.blob(key));
  }

  removeBlob(key: string) {
    return this.#write(`removeBlob ${key}`, () => this.#inner.removeBlob(key));
  }

  check() {
    return this.#read('check', () => this.#inner.check());
  }

  async close(): Promise<void> {}

  #read<T>(what: string, run: () => Promise<T>): Promise<T> {
    return this.#call(what, run, false);
  }

  #write<T>(what: string, run: () => Promise<T>): Promise<T> {
    return this.#call(what, run, true);
  }

  #call<T>(what: string, run: () => Promise<T>, writes: boolean, inside = false): Promise<T> {
    const fault = inside ? undefined : this.#faultOf(writes);
    this.#options.trace(`${this.#process.name} ${what}${fault ? ` ${fault}` : ''}`);
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void, delayMs = this.#delay()) => this.#process.schedule(delayMs, settle);
      const timeOut = () =>
        answer(() => {
          reject(failure('timed out', false));
          if (this.#happens('freeze')) this.#options.freeze();
        }, TIMEOUT_MS);
      // Half of the requests have left when their process is frozen or killed; the others are still in it.
      const place = inside || this.#options.random.chance(0.5) ? this.#process : this.#options.scheduler;
      const arrive = (delayMs: number, settle: (result: Promise<T>) => void) =>
        place.schedule(delayMs, () => settle(run()));
      const ignore = (result: Promise<T>) => void result.catch(() => undefined);
      switch (fault) {
        case 'throttled':
          answer(() => reject(failure('throttled', true)));
          return;
        case 'lostBefore':
          timeOut();
          return;
        case 'lostAfter':
          arrive(this.#delay(), ignore);
          timeOut();
          return;
        case 'late':
          arrive(TIMEOUT_MS + this.#lateMs(), ignore);
          timeOut();
          return;
        case 'duplicated':
          arrive(this.#lateMs(), ignore);
          break;
        default:
          break;
      }
      arrive(this.#delay(), (result) => {
        result.then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }

  #faultOf(writes: boolean): FaultKind | undefined {
    const kinds: readonly FaultKind[] = writes
      ? ['throttled', 'lostBefore', 'lostAfter', 'late', 'duplicated']
      : ['throttled', 'lostBefore'];
    return kinds.find((kind) => this.#happens(kind));
  }

  #happens(kind: FaultKind): boolean {
    const { random, faults, counts } = this.#options;
    if (!random.chance(faults[kind])) return false;
    counts[kind] += 1;
    return true;
  }

  #delay(): number {
    const { random } = this.#options;
    return random.fraction() * DELAY_MS_MAX * (this.#happens('slow') ? 100 : 1);
  }

  /** Mostly soon, sometimes very late: both have found bugs. */
  #lateMs(): number {
    const { random, lateMsMax } = this.#options;
    return random.fraction() ** 3 * lateMsMax;
  }
}

function failure(message: string, definite: boolean): StoreError {
  return new StoreError(message, { definite, retryable: true });
}
