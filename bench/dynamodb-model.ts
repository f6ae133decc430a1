// DynamoDB as a model in virtual time: how long calls take, and how much one partition can take. Latencies as
// measured on AWS by the FaaSKeeper artifact (p50 and p99 of small conditional updates, puts and strong
// reads); 1,000 write and 3,000 read units a second.

import type { Segment, SegmentUpdate } from '../src/log/segment.ts';
import { type MetadataRecordKind, type Store, StoreError } from '../src/log/store.ts';
import { MemoryStore } from '../src/store/memory.ts';
import type { Scheduler } from '../test/support/scheduler.ts';
import type { SeededRandom } from '../test/support/seeded-random.ts';

export interface ModelCounts {
  roundTrips: number;
  writeUnits: number;
  readUnits: number;
  throttled: number;
}

const UPDATE_MS = { p50: 6.1, p99: 13 };
const PUT_MS = { p50: 4.4, p99: 20 };
const READ_MS = { p50: 4.3, p99: 12 };
const WRITE_UNITS_A_SECOND = 1000;
const READ_UNITS_A_SECOND = 3000;
/** Names, numbers and key of a segment item, beside its entries. */
const ITEM_OVERHEAD_BYTES = 100;

/** Units that come in steadily and are kept for one second at most. */
class Capacity {
  readonly #perSecond: number;
  readonly #scheduler: Scheduler;
  #left: number;
  #seenAtMs = 0;

  constructor(scheduler: Scheduler, perSecond: number) {
    this.#scheduler = scheduler;
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  take(units: number): boolean {
    const { nowMs } = this.#scheduler;
    const gained = ((nowMs - this.#seenAtMs) * this.#perSecond) / 1000;
    this.#left = Math.min(this.#perSecond, this.#left + gained);
    this.#seenAtMs = nowMs;
    if (this.#left < units) return false;
    this.#left -= units;
    return true;
  }
}

/** One partition: one log, seen by many writers. */
export class ModelPartition {
  readonly counts: ModelCounts = { roundTrips: 0, writeUnits: 0, readUnits: 0, throttled: 0 };
  readonly inner = new MemoryStore();
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly writes: Capacity;
  readonly reads: Capacity;

  constructor(scheduler: Scheduler, random: SeededRandom) {
    this.scheduler = scheduler;
    this.random = random;
    this.writes = new Capacity(scheduler, WRITE_UNITS_A_SECOND);
    this.reads = new Capacity(scheduler, READ_UNITS_A_SECOND);
  }

  store(): Store {
    return new ModelStore(this);
  }
}

class ModelStore implements Store {
  readonly traits: Store['traits'];
  readonly #partition: ModelPartition;

  constructor(partition: ModelPartition) {
    this.#partition = partition;
    this.traits = { ...partition.inner.traits, name: 'model', segmentCapBytes: 768, pollMs: 150 };
  }

  update(log: string, base: number, update: SegmentUpdate) {
    const { inner } = this.#partition;
    return this.#write(UPDATE_MS, async () => {
      const { segment } = await inner.last(log, base);
      const before = segment?.base === base ? bytesOf(segment) : 0;
      const outcome = await inner.update(log, base, update);
      const after = outcome.segment ? bytesOf(outcome.segment) : 0;
      return { outcome, units: unitsOf(Math.max(before, after)) };
    });
  }

  open(log: string, segment: Segment) {
    const { inner } = this.#partition;
    return this.#write(PUT_MS, async () => {
      const outcome = await inner.open(log, segment);
      const there = outcome.kind === 'exists' ? bytesOf(outcome.segment) : 0;
      return { outcome, units: unitsOf(Math.max(there, bytesOf(segment))) };
    });
  }

  last(log: string, atMost?: number) {
    return this.#read(() => this.#partition.inner.last(log, atMost));
  }

  range(log: string, fromBase: number, bytesMax: number) {
    return this.#read(() => this.#partition.inner.range(log, fromBase, bytesMax));
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#read(() => this.#partition.inner.metadataRecord(log, kind));
  }

  remove(log: string, base: number) {
    return this.#partition.inner.remove(log, base);
  }

  setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    return this.#partition.inner.setMetadataRecord(log, kind, value, expectedVersion);
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#partition.inner.putBlob(key, bytes);
  }

  blob(key: string) {
    return this.#partition.inner.blob(key);
  }

  removeBlob(key: string) {
    return this.#partition.inner.removeBlob(key);
  }

  check() {
    return this.#partition.inner.check();
  }

  async close(): Promise<void> {}

  /** A refused write is charged like one that is applied. A throttled one is not carried out. */
  async #write<T>(latency: Latency, run: () => Promise<{ outcome: T; units: number }>): Promise<T> {
    const { counts, writes, scheduler, random } = this.#partition;
    const ms = latencyMs(latency, random);
    counts.roundTrips += 1;
    await scheduler.sleep(ms / 2);
    // The size is known to the service before it decides; the model asks for one unit first and settles the
    // rest afterwards.
    if (!writes.take(1)) {
      counts.throttled += 1;
      await scheduler.sleep(ms / 2);
      throw new StoreError('throttled', { definite: true, retryable: true });
    }
    const { outcome, units } = await run();
    counts.writeUnits += units;
    if (units > 1) writes.take(units - 1);
    await scheduler.sleep(ms / 2);
    return outcome;
  }

  async #read<T>(run: () => Promise<T>): Promise<T> {
    const { counts, reads, scheduler, random } = this.#partition;
    const ms = latencyMs(READ_MS, random);
    counts.roundTrips += 1;
    await scheduler.sleep(ms / 2);
    if (!reads.take(1)) {
      counts.throttled += 1;
      await scheduler.sleep(ms / 2);
      throw new StoreError('throttled', { definite: true, retryable: true });
    }
    counts.readUnits += 1;
    const answer = await run();
    await scheduler.sleep(ms / 2);
    return answer;
  }
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Log-normal through the two points. */
function latencyMs({ p50, p99 }: Latency, random: SeededRandom): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
  return p50 * Math.exp((Math.log(p99 / p50) / 2.326) * normal);
}

function bytesOf(segment: Segment): number {
  return ITEM_OVERHEAD_BYTES + segment.bytes;
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}
