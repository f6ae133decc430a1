// A stream is a log with a content type, which can be created, closed and deleted. Every method answers with
// a value.

import type { Failed } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import type { Clock } from '../clock.ts';
import type { DeletedLogs } from '../log/deleted-logs.ts';
import type { Log } from '../log/log.ts';
import { loadedStart } from '../log/on-demand.ts';
import type { TailResult } from '../log/reader.ts';
import type { AppendResult, Cursor, Ended, ReadResult } from '../log/results.ts';
import type { LogMetadata, Segment } from '../log/segment.ts';
import { StoreError, unlessStoreError } from '../log/store.ts';
import { isContentType, JSON_TYPE, typeOf } from './content-type.ts';
import type { CreationParts } from './creation.ts';
import { isExpired, renewedAtMs, renewedByReadAtMs } from './expiry.ts';
import type { ForkParts } from './fork-parts.ts';
import { isInherited, isOfFork } from './inheritance.ts';
import {
  loadedCreation,
  loadedDescription,
  loadedForkCreation,
  loadedForkReading,
  loadedHolds,
  loadedRecordPages,
  loadedRefusals,
  loadedTimes,
  loadedTrimming,
} from './on-demand.ts';
import { type From, isEmpty, type Piece, type PieceResult, pieceOf } from './piece.ts';
import { bytesOf, recordsFor } from './records.ts';
import { failed, MISSING, missingAt, NO_CONTENT_TYPE, rejected } from './rejections.ts';
import { sharedRead } from './shared-reads.ts';
import { faultIn } from './write-rules.ts';

const READ_BYTES_MAX = 1024 * 1024;
/** How long a read of `Stream.read` waits, and how long a watch of the tail lasts before it is begun anew. */
const READ_WAIT_MS = 20_000;
const WATCH_MS = 60_000;

/** The list of streams, as each stream keeps its place in it. */
export interface StreamRegister {
  /**
   * Notes the stream down before it is created or trimmed.
   *
   * @param maintained maintenance has to look after it from now on
   * @throws StoreError
   */
  add(maintained?: boolean): Promise<void>;
  /**
   * The caller calls this before it deletes the stream, and what it answers once the stream is deleted. That
   * takes the stream off the list, if it was not added again since.
   *
   * @throws StoreError
   */
  beginRemoval(): Promise<() => Promise<void>>;
}

export interface StreamParts {
  readonly log: Log;
  readonly deletedLogs: DeletedLogs;
  readonly register: StreamRegister;
  readonly clock: Clock;
  readonly forks: ForkParts;
}

export class Stream implements api.Stream {
  readonly #log: Log;
  readonly #deletedLogs: DeletedLogs;
  readonly #register: StreamRegister;
  readonly #clock: Clock;
  readonly #forks: ForkParts;

  constructor({ log, deletedLogs, register, clock, forks }: StreamParts) {
    this.#log = log;
    this.#deletedLogs = deletedLogs;
    this.#register = register;
    this.#clock = clock;
    this.#forks = forks;
  }

  create(options: api.CreateOptions = {}): Promise<api.CreateResult> {
    return failureAsValue(async () => {
      const { fork } = options;
      const parts = this.#creationParts();
      if (fork) return (await loadedForkCreation()).createFork(options, fork, parts);
      return (await loadedCreation()).createStream(options, parts);
    });
  }

  append(body: string | Uint8Array, options: api.AppendOptions = {}): Promise<api.AppendResult> {
    return this.#changed(() => this.#append(bytesOf(body), options));
  }

  close(options: api.CloseOptions = {}): Promise<api.CloseResult> {
    return this.#changed(() => this.#close(options));
  }

  async read(after = 0, options: api.ReadStreamOptions = {}): Promise<api.ReadResult> {
    const result = await this.#readAt(after, options);
    if (result.kind !== 'piece') return result;
    return options.wait ? ownCopy(result.data) : result.data;
  }

  async readRecords(after = 0, options: api.ReadStreamOptions = {}): Promise<api.ReadRecordsResult> {
    const result = await this.#readAt(after, options);
    return result.kind === 'piece' ? (await loadedRecordPages()).recordsOf(result) : result;
  }

  describe(): Promise<api.DescribeResult> {
    return failureAsValue(async () => {
      const look = await this.look();
      if (look.kind === 'missing') return missingAt(look);
      const { described } = await loadedDescription();
      const { startOfLog } = await loadedStart();
      return { kind: 'stream', ...described(look.segment), earliest: startOfLog(look) + 1 };
    });
  }

  trim(before: number): Promise<api.TrimResult> {
    return failureAsValue(async () => {
      const { trimStream } = await loadedTrimming();
      const { log, register } = { log: this.#log, register: this.#register };
      const heldAfter = async (name: string) => (await loadedHolds()).heldAfter(this.#forks, name);
      return trimStream(before, { log, register, look: () => this.look(), heldAfter });
    });
  }

  delete(): Promise<api.DeleteResult> {
    return this.#changed(() => this.#delete());
  }

  readPiece(from: From, bytesMax = READ_BYTES_MAX): Promise<PieceResult> {
    return failureAsValue(async () => {
      const place = from === 'now' ? await this.#tail() : from === 'start' ? undefined : from;
      if (typeof place === 'object' && 'kind' in place) return missingAt(place);
      const result = await this.#read(place, bytesMax);
      if (result.kind === 'trimmed') return { kind: 'trimmed', first: result.first };
      if (result.kind !== 'records') return result;
      const isGone = result.metadata.expiry !== undefined && !(await this.#use(result.metadata));
      return isGone ? MISSING : pieceOf(result);
    });
  }

  async #readAt(
    after: number,
    { wait = false, fromTimeMs }: api.ReadStreamOptions,
  ): Promise<Piece | api.Unread> {
    const place = fromTimeMs === undefined ? after : await this.placeOfTime(fromTimeMs, after);
    if (typeof place === 'object') return place;
    const from = place === 0 ? 'start' : place;
    const result = wait
      ? await this.readWhenThere(from, AbortSignal.timeout(READ_WAIT_MS))
      : await this.readPiece(from);
    return result.kind === 'trimmed' ? { kind: 'trimmed', earliest: result.first } : result;
  }

  /** The position to read after, to begin at a time. @param after must not be given, too */
  placeOfTime(timeMs: number, after = 0): Promise<number | typeof MISSING | api.StreamRejected | Failed> {
    return failureAsValue(async () => {
      const { placeOfTime } = await loadedTimes();
      return placeOfTime(this.#log, timeMs, after);
    });
  }

  /**
   * Reads once there are records to read. A piece without records: the stream is closed, or `signal` was
   * aborted.
   */
  async readWhenThere(from: From, signal: AbortSignal): Promise<PieceResult> {
    let result = await this.readPiece(from);
    while (result.kind === 'piece' && isEmpty(result) && !result.data.closed && !signal.aborted) {
      await this.waitBeyond(result, WATCH_MS, signal);
      result = await this.readOn(result);
    }
    return result;
  }

  /**
   * Reads what follows the piece. Readers that ask for it in one turn share the read, and must not change the
   * body.
   */
  readOn({ data, cursor }: Piece, bytesMax = READ_BYTES_MAX): Promise<PieceResult> {
    // A cursor does not look at the trim point. Near the end that does not matter, and saves round trips.
    const from = data.upToDate ? cursor : data.next;
    return sharedRead(this.#log, from, bytesMax, () => this.readPiece(from, bytesMax));
  }

  /** Resolves when there may be more than `piece`, or after `timeoutMs`, or when `signal` aborts. */
  async waitBeyond({ data }: Piece, timeoutMs: number, signal: AbortSignal): Promise<void> {
    // The appends of this process since the read have told their readers already.
    if (this.#log.tailSeen > data.next) return;
    await this.#log.waitBeyond(data.next, timeoutMs, signal);
  }

  /** The first records of a fork are in another log. */
  async #read(place: number | Cursor | undefined, bytesMax: number): Promise<ReadResult> {
    if (!isInherited(place, this.#log.knownMetadata?.origin)) {
      const result = await this.#log.read(place, { bytesMax });
      if (result.kind === 'records' ? !isInherited(place, result.metadata.origin) : !isOfFork(result))
        return result;
    }
    const { readFork } = await loadedForkReading();
    // A fork that is deleted meanwhile no longer holds what it inherits. The next look finds that out.
    return this.#forks.repeat(() => readFork(this.#forks.store, this.#log, place, bytesMax));
  }

  /**
   * The type of a stream never changes during its incarnation. So once it is known, an append that names the
   * incarnation needs no other check.
   */
  async #append(body: Uint8Array, options: api.AppendOptions): Promise<api.AppendResult> {
    const { contentType = JSON_TYPE, close = false, ...conditions } = options;
    const fault = faultIn(options);
    if (fault) return fault;
    if (body.length === 0) return rejected('invalid-request', 'an append needs a body');
    if (!isContentType(contentType)) return NO_CONTENT_TYPE;
    for (let known = this.#log.knownMetadata; ; known = undefined) {
      const found = await this.#found(known);
      if (!found) return MISSING;
      const { metadata, end } = found;
      const records = recordsFor(typeOf(metadata), body, contentType);
      if ('kind' in records) {
        // What this process knows may be old, and so may be the reason.
        if (!end) continue;
        const refused = await (await loadedRefusals()).refusedAnyway(end, options.producer, this.#log);
        return refused ?? records;
      }
      const { incarnation, expiry } = metadata;
      const renewAtMs = renewedAtMs(expiry, this.#nowMs());
      const asked = { ...conditions, create: 'never', incarnation, seal: close, renewAtMs } as const;
      const result = await this.#log.append(records, asked);
      if (result.kind === 'appended')
        return { kind: 'appended', first: result.first, last: result.last, closed: close };
      if (result.kind === 'failed') return failed(result);
      // The metadata that this process remembers are of an earlier incarnation: the stream was deleted, and
      // perhaps created anew.
      if (result.reason !== 'missing' || !known)
        return (await loadedRefusals()).refusedAppend(result, options.producer, this.#log);
    }
  }

  async #close(options: api.CloseOptions): Promise<api.CloseResult> {
    const { expectedTail, fencingToken, producer } = options;
    const fault = faultIn(options);
    if (fault) return fault;
    for (let known = this.#log.knownMetadata; ; known = undefined) {
      const metadata = await this.#metadata(known);
      if (!metadata) return MISSING;
      const { incarnation, expiry } = metadata;
      const conditions = { expectedTail, fencingToken, producer, incarnation };
      const result = await this.#log.seal(conditions, renewedAtMs(expiry, this.#nowMs()));
      if (result.kind === 'changed') return { kind: 'closed', tail: result.tail, closed: true };
      if (result.kind === 'failed') return failed(result);
      // As with appends, the remembered metadata may be of an earlier incarnation.
      if (result.reason !== 'missing' || !known) return (await loadedRefusals()).refusal(result, producer);
    }
  }

  async #delete(): Promise<api.DeleteResult> {
    for (let known = this.#log.knownMetadata; ; known = undefined) {
      const metadata = await this.#metadata(known);
      if (!metadata) return MISSING;
      const result = await this.#remove(metadata.incarnation);
      if (result.kind === 'appended') return { kind: 'deleted' };
      if (result.kind === 'failed') return failed(result);
      if (result.reason !== 'missing') return (await loadedRefusals()).rejectedAs(result);
      if (!known) return MISSING;
    }
  }

  /** @param renewals only if the stream was not renewed since that was the count */
  async #remove(incarnation: number, renewals?: number): Promise<AppendResult> {
    const finishRemoval = await this.#register.beginRemoval();
    const announced = await this.#deletedLogs.announce(this.#log.name);
    // This failure is of the announcement alone: nothing has been deleted.
    if (announced.kind !== 'appended') {
      return { kind: 'failed', definite: true, message: NOT_ANNOUNCED, cause: undefined };
    }
    const result = await this.#log.delete(incarnation, renewals);
    // The stream is deleted all the same. The list looks for what it names, and leaves it out.
    if (result.kind === 'appended') await finishRemoval().catch(unlessStoreError);
    if (result.kind === 'appended' && result.metadata.origin)
      await this.#settleOrigin().catch(unlessStoreError);
    return result;
  }

  #creationParts(): CreationParts {
    const { log, forks, register } = { log: this.#log, forks: this.#forks, register: this.#register };
    const clearPlace = async () => (await loadedHolds()).clearPlace(forks, log.name);
    return { log, register, forks, clearPlace, look: () => this.look(), nowMs: () => this.#nowMs() };
  }

  /** What this does not get done, the sweep does later: the deletion was announced. */
  async #settleOrigin(): Promise<void> {
    const { settleOrigin } = await loadedHolds();
    await settleOrigin(this.#forks, this.#log.name);
  }

  /** Renews a stream that is read. False: it is over. @throws StoreError */
  async #use(found: LogMetadata): Promise<boolean> {
    const { incarnation } = found;
    const known = this.#log.knownMetadata;
    const isNewer = known?.incarnation === incarnation && (known.expiry?.renewals ?? 0) > renewalsOf(found);
    // What was read may be an old part of the stream, and say when it was to expire at that time.
    const metadata = await this.#metadata(isNewer ? known : found);
    if (metadata?.incarnation !== incarnation) return false;
    const renewAtMs = renewedByReadAtMs(metadata.expiry, this.#nowMs());
    if (renewAtMs === undefined) return true;
    const result = await this.#log.renew(incarnation, renewAtMs);
    if (result.kind === 'failed') throw unavailable(result.message);
    return result.kind === 'changed';
  }

  async #metadata(known: LogMetadata | undefined): Promise<LogMetadata | undefined> {
    return (await this.#found(known))?.metadata;
  }

  /** The metadata of a stream that is not over: as they are known, or after a look. @throws StoreError */
  async #found(known: LogMetadata | undefined): Promise<Found | undefined> {
    if (known && !isExpired(known.expiry, this.#nowMs())) return { metadata: known, end: undefined };
    const look = await this.look();
    return look.kind === 'end' ? { metadata: look.segment.metadata, end: look.segment } : undefined;
  }

  /**
   * A look at the end of the stream. One that has expired is deleted, unless somebody renews it meanwhile: so
   * all agree whether it is over, whatever their clocks say. @throws StoreError
   */
  async look(): Promise<TailResult | Ended> {
    for (;;) {
      const look = await this.#log.checkTail();
      if (look.kind === 'missing') return look;
      const { metadata } = look.segment;
      if (!isExpired(metadata.expiry, this.#nowMs())) return look;
      const result = await this.#remove(metadata.incarnation, renewalsOf(metadata));
      // Nothing of what the caller asks for has happened.
      if (result.kind === 'failed') throw unavailable(result.message);
    }
  }

  async #tail(): Promise<number | Ended> {
    const look = await this.look();
    return look.kind === 'missing' ? look : look.segment.tail;
  }

  /** A change of a stream that is missing has not looked whether it has forks. */
  #changed<T extends { readonly kind: string }>(change: () => Promise<T>): Promise<T | Failed | api.Missing> {
    return failureAsValue(async () => {
      const result = await change();
      return result.kind === 'missing' ? missingAt(await this.#log.checkTail()) : result;
    });
  }

  #nowMs(): number {
    return Math.floor(this.#clock.nowMs());
  }
}

interface Found {
  readonly metadata: LogMetadata;
  /** Undefined: nobody has looked. */
  readonly end: Segment | undefined;
}

/** Readers that waited share their bytes, and a caller may change its own. */
function ownCopy(data: api.StreamData): api.StreamData {
  return { ...data, body: data.body.slice() };
}

function renewalsOf({ expiry }: LogMetadata): number {
  return expiry?.renewals ?? 0;
}

function unavailable(message: string): StoreError {
  return new StoreError(message, { definite: true, retryable: true });
}

const NOT_ANNOUNCED = 'the deletion could not be noted down, so nothing was deleted';

/** Only a read lets an error of the store through, and a read that fails has changed nothing. */
async function failureAsValue<T>(run: () => Promise<T>): Promise<T | Failed> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StoreError) return failed({ definite: true, message: error.message });
    throw error;
  }
}
