// A log: one total order of records, stored as a chain of segments.

import { assert } from '../assert.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import { utf8 } from '../encoding/binary.ts';
import {
  APPEND_BYTES_MAX,
  APPEND_RECORDS_MAX,
  BLOB_BYTES_MAX,
  LARGE_APPEND_BYTES_MAX,
  LOG_NAME_BYTES_MAX,
  READ_BYTES_MAX,
  READ_RECORDS_MAX,
  RECORD_BYTES_MAX,
  SEGMENT_CAP_BYTES_MAX,
} from '../limits.ts';
import { DELETED_LOGS_LOG } from '../resource-names.ts';
import { Appender } from './appender.ts';
import { BATCH_ID_BYTES, encodeBatch, type Share } from './batch.ts';
import { type AppendRequest, GroupCommit } from './group-commit.ts';
import type { Intent } from './intent.ts';
import {
  loadedPositions,
  loadedRetention,
  loadedTimeSearch,
  loadedTrimmer,
  loadedUpload,
  loadedUploadSweep,
} from './on-demand.ts';
import type { AppendOptions, CreateOptions, LogOptions } from './options.ts';
import type { ProducerRequest } from './producers.ts';
import { LogReader, type ReadLimits, type TailResult } from './reader.ts';
import { type LogPiece, RecentSegments } from './recent-segments.ts';
import type { Positions } from './request-positions.ts';
import type {
  AppendResult,
  Changed,
  Cursor,
  Ended,
  Failed,
  Missing,
  ReadResult,
  Records,
  Refused,
  WriteResult,
} from './results.ts';
import type { HeldAfter, Retained } from './retention.ts';
import { repeat } from './retry.ts';
import type { LogMetadata, SegmentUpdate, WriteConditions } from './segment.ts';
import type { Store } from './store.ts';
import { type EndSeen, TailWatch } from './tail-watch.ts';
import type { TrimDone } from './trimmer.ts';
import type { LargeResult } from './upload.ts';
import type { UploadsSwept } from './upload-sweep.ts';

/** The one record of a tombstone. It moves the tail, so the next incarnation gets a key of its own. */
const TOMBSTONE = new Uint8Array(0);

export class Log {
  readonly name: string;
  readonly #store: Store;
  readonly #options: LogOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #readTimeoutMs: number;
  readonly #trimAgeMinMs: number;
  readonly #recent = new RecentSegments();
  readonly #appender: Appender;
  readonly #writes: GroupCommit;
  readonly #reader: LogReader;
  readonly #watch: TailWatch;
  #knownMetadata: LogMetadata | undefined;
  #tailSeen = 0;

  constructor(store: Store, name: string, options: LogOptions = {}) {
    const nameBytes = utf8(name).length;
    assert(nameBytes > 0 && nameBytes <= LOG_NAME_BYTES_MAX, `a log name of ${nameBytes} bytes`);
    const segmentCapBytes = options.segmentCapBytes ?? store.traits.segmentCapBytes;
    assert(
      segmentCapBytes > 0 && segmentCapBytes <= SEGMENT_CAP_BYTES_MAX,
      `a cap of ${segmentCapBytes} bytes`,
    );
    this.name = name;
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#readTimeoutMs = options.readTimeoutMs ?? 5000;
    this.#trimAgeMinMs = options.trimAgeMinMs ?? 3_600_000;
    const shared = { store, clock: this.#clock, log: name, trimAgeMinMs: this.#trimAgeMinMs };
    const writing = {
      random: this.#random,
      segmentCapBytes,
      writeTimeoutMs: options.writeTimeoutMs ?? 15_000,
      idleMs: Math.min(options.idleMs ?? 60_000, this.#trimAgeMinMs / 4),
    };
    this.#appender = new Appender({ ...shared, ...writing }, this.#recent);
    this.#writes = new GroupCommit(this.#appender, {
      log: name,
      clock: this.#clock,
      encode: (records, shares) => this.#encode(records, shares),
      appendLarge: (request) => this.#appendLarge(request),
      observer: options.observer,
      tracing: options.tracing,
    });
    this.#reader = new LogReader(shared);
    this.#watch = new TailWatch({
      clock: this.#clock,
      random: this.#random,
      pollMs: store.traits.pollMs,
      look: () => this.#seen(),
    });
  }

  /**
   * Appends the records as one batch: they get consecutive positions, all or none. Appends of one process
   * keep their order. With `expectedTail`, only if the tail is still there (compare-and-append). With
   * `fencingToken`, only if no greater one has been shown; with `sequence`, only if all that were shown are
   * smaller. With `producer`, once, however often it is asked for.
   */
  async append(records: readonly Uint8Array[], options: AppendOptions = {}): Promise<AppendResult> {
    const bytes = records.reduce((sum, record) => sum + record.length, 0);
    const { create, seal, createContentType, createExpiry, createRetention, createOrigin, ...rest } = options;
    const { renewAtMs, bytesMax = LARGE_APPEND_BYTES_MAX, ...conditions } = rest;
    if (isTooLarge(records, Math.min(bytesMax, LARGE_APPEND_BYTES_MAX))) {
      return { kind: 'refused', reason: 'too-large', tail: 0, metadata: undefined };
    }
    assert(records.length > 0, 'an append needs at least one record');
    const result = await this.#writes.append({
      records,
      bytes,
      isLarge: bytes > (this.#options.inlineBytesMax ?? APPEND_BYTES_MAX),
      end: seal ? 'sealed' : undefined,
      create: create ?? 'if-missing',
      contentType: createContentType,
      expiry: createExpiry,
      retention: createRetention,
      origin: createOrigin,
      renewAtMs,
      conditions,
    });
    if (result.kind === 'appended') {
      this.#knownMetadata = result.metadata;
      this.#saw(result.last);
      this.#watch.notify({ tail: result.last, ended: seal ?? false });
    }
    return result;
  }

  /**
   * Creates the log. Refused with `exists` when there is one. A creation without records has no id, so a
   * second delivery of the same request is refused with `exists`.
   */
  async create(options: CreateOptions = {}): Promise<WriteResult> {
    const { contentType, expiry, retention, origin, records, seal, incarnation } = options;
    if (records && records.length > 0) {
      return this.append(records, {
        create: 'must-be-new',
        createContentType: contentType,
        createExpiry: expiry,
        createRetention: retention,
        createOrigin: origin,
        seal,
        incarnation,
      });
    }
    return this.#writes.write({
      update: { entry: undefined, end: seal ? 'sealed' : undefined, conditions: { incarnation } },
      create: 'must-be-new',
      contentType,
      expiry,
      retention,
      origin,
    });
  }

  /** Ends the log: no append ever again. Answers the final tail. Sealing a sealed log changes nothing. */
  async seal(conditions: WriteConditions = {}, renewAtMs?: number): Promise<Changed | Refused | Failed> {
    const result = await this.#change({ end: 'sealed', conditions, renewAtMs });
    if (result.kind === 'changed') this.#watch.notify({ tail: result.tail, ended: true });
    return result;
  }

  /** Writers must show `token` or a greater one from now on. `fenced` if a greater one has been shown. */
  fence(token: number): Promise<Changed | Refused | Failed> {
    return this.#change({ conditions: { fencingToken: token } });
  }

  /** Moves the expiry of this incarnation, also of a log that is sealed or fenced. */
  async renew(incarnation: number, renewAtMs: number): Promise<Changed | Refused | Failed> {
    const result = await this.#change({ renewAtMs, conditions: { incarnation } });
    if (result.kind === 'changed') this.#knownMetadata = result.metadata;
    return result;
  }

  /**
   * Deletes the log: readers no longer find it. It can be created again; positions are never reused. With
   * `renewals`, only if the expiry was not moved since; refused as `renewed` otherwise.
   */
  async delete(incarnation?: number, renewals?: number): Promise<AppendResult> {
    const result = await this.#bury('never', { incarnation, renewals });
    if (result.kind === 'appended') this.#watch.notify({ tail: result.last, ended: true });
    return result;
  }

  /**
   * Gives a log that is deleted one more tombstone, in a segment of its own, so that the one before can be
   * removed. Refused with `exists` when the log has been created again.
   */
  buryAgain(): Promise<AppendResult> {
    return this.#bury('must-be-new', {});
  }

  /**
   * Ends an incarnation that has not begun, so that it never will. Refused with `exists` or `missing` when it
   * has begun, or is over.
   */
  preclude(incarnation: number): Promise<AppendResult> {
    return this.#bury('must-be-new', { incarnation });
  }

  /**
   * The metadata of the log as this process last saw it. Within one incarnation the content type never
   * changes, so an append that names the incarnation needs no look for it.
   */
  get knownMetadata(): LogMetadata | undefined {
    return this.#knownMetadata;
  }

  /** A linearizable read of the tail. An append right after it needs no look. @throws StoreError */
  async checkTail(): Promise<TailResult | Ended> {
    const look = await this.#repeat(() => this.#reader.checkTail());
    this.#knownMetadata = look.kind === 'end' ? look.segment.metadata : undefined;
    if (look.kind === 'end') {
      this.#appender.learn(look);
      this.#saw(look.segment.tail);
    } else if (look.absent) this.#appender.learn({ segment: undefined, freshAt: look.freshAt });
    if (look.kind === 'end') return look;
    const { absent: _, freshAt: _at, ...ended } = look;
    return ended;
  }

  /** Records after a position or cursor. Default: from the first that is left. @throws StoreError */
  read(from?: number | Cursor, limits: Partial<ReadLimits> = {}): Promise<ReadResult> {
    const { recordsMax = READ_RECORDS_MAX, bytesMax = READ_BYTES_MAX } = limits;
    return this.#repeat(() => this.#reader.read(from, { recordsMax, bytesMax }));
  }

  /**
   * Yields the records after `from`, then new ones as they are appended, until the log ends or `signal`
   * aborts. A result of another kind is the last one. @throws StoreError
   */
  async *follow(from?: number | Cursor, signal?: AbortSignal): AsyncGenerator<ReadResult, void, undefined> {
    let at = from;
    while (!signal?.aborted) {
      const result = await this.read(at);
      if (result.kind !== 'records') {
        yield result;
        return;
      }
      if (result.records.length > 0) yield result;
      if (isEnd(result)) return;
      at = result.cursor;
      if (result.upToDate) await this.waitBeyond(result.cursor.after, FOLLOW_WAIT_MS, signal);
    }
  }

  /**
   * Resolves with the end of the log when its tail may be beyond `after`; with nothing after `timeoutMs`, or
   * when `signal` aborts.
   */
  waitBeyond(after: number, timeoutMs: number, signal?: AbortSignal): Promise<EndSeen | undefined> {
    return this.#watch.wait(after, timeoutMs, signal);
  }

  /**
   * The positions of a producer's request that was carried out, if the segment at `base` still shows them.
   * @throws StoreError
   */
  async positionsOf(request: ProducerRequest, base: number): Promise<Positions | undefined> {
    const { positionsOf } = await loadedPositions();
    return this.#repeat(() => positionsOf(this.#store, this.name, request, base));
  }

  /** See `trimLog`. */
  async trim(position: number): Promise<TrimDone | Missing> {
    const { trimLog } = await loadedTrimmer();
    return this.#repeat(() => trimLog({ ...this.#place(), trimAgeMinMs: this.#trimAgeMinMs }, position));
  }

  /** See `sweepUploads`. @throws StoreError */
  async sweepUploads(): Promise<UploadsSwept> {
    const { sweepUploads } = await loadedUploadSweep();
    return sweepUploads({
      ...this.#place(),
      ageMinMs: this.#trimAgeMinMs,
      tombstone: () => this.#encode([TOMBSTONE]),
      write: (intent) => this.#writes.write(intent),
    });
  }

  /**
   * The position after which all records begin that are not older than `timeMs`, or come after one that is
   * not: of the first such record, where it was not trimmed. The tail where there is none. Missing: there is
   * no such log. @throws StoreError
   */
  async placeOfTime(timeMs: number): Promise<number | 'missing'> {
    const { placeOfTime } = await loadedTimeSearch();
    const searched = { store: this.#store, log: this.name, look: () => this.checkTail() };
    return this.#repeat(() => placeOfTime(searched, timeMs));
  }

  /** See `retain`. */
  async retain(heldAfter?: HeldAfter): Promise<Retained> {
    const { retain } = await loadedRetention();
    const { clock, trimAgeMinMs } = { clock: this.#clock, trimAgeMinMs: this.#trimAgeMinMs };
    return retain({ log: this, store: this.#store, clock, trimAgeMinMs, heldAfter });
  }

  /** From now on segments that come with this process's writes are kept for `recentPiece`. */
  beginReplay(): void {
    this.#recent.beginKeeping();
  }

  /**
   * The records after `after`, up to `upTo`, if they came with this process's own writes since `beginReplay`.
   * No round trip. Earlier records are forgotten.
   */
  recentPiece(after: number, upTo: number): LogPiece | undefined {
    this.#recent.forgetUpTo(after);
    return this.#recent.piece(after, upTo);
  }

  /** The greatest position that this process has seen as the tail of the log. A read does not count. */
  get tailSeen(): number {
    return this.#tailSeen;
  }

  /** How many in this process wait for the log to grow. */
  get waiting(): number {
    return this.#watch.waiting;
  }

  /** Bytes of records kept in memory. */
  get bytesKept(): number {
    return this.#appender.bytesKept + this.#recent.bytes;
  }

  /** Resolves when no write and no poll of the tail is in progress. */
  async idle(): Promise<void> {
    await this.#writes.idle();
    await this.#watch.idle();
  }

  async #bury(create: Intent['create'], conditions: WriteConditions): Promise<AppendResult> {
    const update = { entry: this.#encode([TOMBSTONE]), end: 'deleted', conditions } as const;
    const result = await this.#writes.write({ update, create, contentType: undefined });
    assert(result.kind !== 'changed', 'a tombstone is an entry');
    return result;
  }

  async #change(change: Omit<SegmentUpdate, 'entry'>): Promise<Changed | Refused | Failed> {
    const result = await this.#writes.write({
      update: { entry: undefined, ...change },
      create: 'never',
      contentType: undefined,
    });
    assert(result.kind !== 'appended', 'a change of metadata is no append');
    return result;
  }

  #encode(records: readonly Uint8Array[], shares: readonly Share[] = []): Uint8Array {
    const timeMs = Math.max(0, Math.floor(this.#clock.nowMs()));
    const id = this.#random.bytes(BATCH_ID_BYTES);
    const [first] = shares;
    // Earlier programs can read the batch of one producer.
    if (first?.count === records.length) return encodeBatch({ id, timeMs, records, producer: first.request });
    return encodeBatch({ id, timeMs, records, ...(first ? { shares } : {}) });
  }

  /** In its turn among the writes of this process. */
  async #appendLarge(request: AppendRequest): Promise<LargeResult> {
    const { appendLarge } = await loadedUpload();
    const { chunkBytes = BLOB_BYTES_MAX } = this.#options;
    const parts = {
      ...this.#place(),
      chunkBytes,
      announce: () => announcementsOn(this.#store, this.#options).append([utf8(this.name)]),
      write: (intent: Intent) => this.#appender.write(intent),
    };
    return appendLarge(parts, request);
  }

  #place() {
    const { clock, random } = { clock: this.#clock, random: this.#random };
    return { store: this.#store, clock, random, log: this.name, timeoutMs: CALL_TIMEOUT_MS };
  }

  async #seen(): Promise<EndSeen> {
    const look = await this.#reader.checkTail();
    if (look.kind === 'missing') return { tail: 0, ended: true };
    this.#saw(look.segment.tail);
    return { tail: look.segment.tail, ended: look.segment.metadata.ended !== undefined };
  }

  #saw(tail: number): void {
    if (tail > this.#tailSeen) this.#tailSeen = tail;
  }

  #repeat<T>(call: () => Promise<T>): Promise<T> {
    return repeat({ clock: this.#clock, random: this.#random, timeoutMs: this.#readTimeoutMs }, call);
  }
}

const FOLLOW_WAIT_MS = 60_000;
/** How long one call of an upload or of a sweep is repeated. */
const CALL_TIMEOUT_MS = 15_000;

/** The log of what is to be swept. An announcement is never large: it would have to be announced. */
export function announcementsOn(store: Store, options: LogOptions): Log {
  return new Log(store, DELETED_LOGS_LOG, { ...options, inlineBytesMax: APPEND_BYTES_MAX });
}

/** Whether one append has too many bytes or records. */
export function isTooLarge(records: readonly Uint8Array[], bytesMax = LARGE_APPEND_BYTES_MAX): boolean {
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  const isOver = bytes > bytesMax || records.length > APPEND_RECORDS_MAX;
  return isOver || records.some((record) => record.length > RECORD_BYTES_MAX);
}

/** The last record of a sealed log has been read. */
export function isEnd(result: Records): boolean {
  return result.upToDate && result.metadata.ended === 'sealed';
}
