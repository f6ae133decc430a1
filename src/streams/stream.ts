// A stream is a log with a content type, which can be created, closed and deleted. Every method answers with
// a value.

import type { Failed } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import { unreachable } from '../assert.ts';
import { utf8 } from '../encoding/binary.ts';
import { APPEND_BYTES_MAX, APPEND_RECORDS_MAX } from '../limits.ts';
import type { DeletedLogs } from '../log/deleted-logs.ts';
import { isEnd, type Log } from '../log/log.ts';
import type { Cursor, Failed as LogFailed, Records, Refused } from '../log/results.ts';
import type { LogMetadata, Segment } from '../log/segment.ts';
import { StoreError } from '../log/store.ts';
import { DEFAULT_TYPE, isContentType, isJson, isSameType, JSON_TYPE } from './content-type.ts';
import { jsonArray, jsonRecords } from './json-records.ts';
import { endOf, MISSING, refusal, rejected, rejectedAs, TOO_LARGE } from './rejections.ts';
import { faultIn } from './write-rules.ts';

/**
 * Where to read from: after a position, from the first record, from the tail as it is now, or on from a
 * piece.
 */
export type From = number | 'start' | 'now' | Cursor;

/** A piece of a stream: the data of the records at `after + 1` to `data.next`. */
export interface Piece {
  readonly kind: 'piece';
  readonly after: number;
  readonly data: api.StreamData;
  /** To go on from here costs one round trip. */
  readonly cursor: Cursor;
}

export type PieceResult =
  | Piece
  | typeof MISSING
  /** `first` is the first position that can be read, once it is written. */
  | { readonly kind: 'trimmed'; readonly first: number }
  | { readonly kind: 'beyond-tail'; readonly tail: number }
  | Failed;

const READ_BYTES_MAX = 1024 * 1024;
/** How long a read of `Stream.read` waits, and how long a watch of the tail lasts before it is begun anew. */
const READ_WAIT_MS = 20_000;
const WATCH_MS = 60_000;

/** The list of streams, as each stream keeps its place in it. */
export interface StreamRegister {
  /** Notes the stream down before it is created. @throws StoreError */
  add(): Promise<void>;
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
}

export class Stream implements api.Stream {
  readonly #log: Log;
  readonly #deletedLogs: DeletedLogs;
  readonly #register: StreamRegister;

  constructor({ log, deletedLogs, register }: StreamParts) {
    this.#log = log;
    this.#deletedLogs = deletedLogs;
    this.#register = register;
  }

  create(options: api.CreateOptions = {}): Promise<api.CreateResult> {
    return failureAsValue(() => this.#create(options));
  }

  append(body: string | Uint8Array, options: api.AppendOptions = {}): Promise<api.AppendResult> {
    return failureAsValue(() => this.#append(bytesOf(body), options));
  }

  async close(options: api.CloseOptions = {}): Promise<api.CloseResult> {
    const { expectedTail, fencingToken, producer } = options;
    const fault = faultIn(options);
    if (fault) return fault;
    const result = await this.#log.seal({ expectedTail, fencingToken, producer });
    if (result.kind === 'changed') return { kind: 'closed', tail: result.tail, closed: true };
    return result.kind === 'failed' ? failed(result) : refusal(result, producer);
  }

  async read(after = 0, { wait = false }: api.ReadStreamOptions = {}): Promise<api.ReadResult> {
    const from = after === 0 ? 'start' : after;
    const result = wait
      ? await this.readWhenThere(from, AbortSignal.timeout(READ_WAIT_MS))
      : await this.readPiece(from);
    if (result.kind === 'piece') return result.data;
    return result.kind === 'trimmed' ? { kind: 'trimmed' } : result;
  }

  describe(): Promise<api.DescribeResult> {
    return failureAsValue(async () => {
      const look = await this.#log.checkTail();
      if (look.kind === 'missing') return MISSING;
      return { kind: 'stream', ...described(look.segment) };
    });
  }

  delete(): Promise<api.DeleteResult> {
    return failureAsValue(() => this.#delete());
  }

  readPiece(from: From, bytesMax = READ_BYTES_MAX): Promise<PieceResult> {
    return failureAsValue(async () => {
      const place = from === 'now' ? await this.#tail() : from === 'start' ? undefined : from;
      if (place === 'missing') return MISSING;
      const result = await this.#log.read(place, { bytesMax });
      return result.kind === 'records' ? pieceOf(result) : result;
    });
  }

  /**
   * Reads once there are records to read. A piece without records: the stream is closed, or `signal` was
   * aborted.
   */
  async readWhenThere(from: From, signal: AbortSignal): Promise<PieceResult> {
    for (let at = from; ; ) {
      const result = await this.readPiece(at);
      if (result.kind !== 'piece' || !isEmpty(result) || result.data.closed || signal.aborted) return result;
      at = result.cursor;
      await this.waitBeyond(result, WATCH_MS, signal);
    }
  }

  /** Resolves when there may be more than `piece`, or after `timeoutMs`, or when `signal` aborts. */
  async waitBeyond({ data }: Piece, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#log.waitBeyond(data.next, timeoutMs, signal);
  }

  /**
   * The three steps keep a stream that exists in the list, whatever other processes do in between, and
   * wherever this one ends: a look, the note, and a creation that continues just what the look has seen. A
   * deletion in between ends another incarnation, and the creation is refused (decision 38).
   */
  async #create(options: api.CreateOptions): Promise<api.CreateResult> {
    const { contentType = JSON_TYPE, body = '', close = false } = options;
    if (!isContentType(contentType)) return NO_CONTENT_TYPE;
    const records = recordsIn(bytesOf(body), contentType);
    if ('kind' in records) return records;
    if (isTooLarge(records)) return TOO_LARGE;
    for (;;) {
      const look = await this.#log.checkTail();
      await this.#register.add();
      if (look.kind === 'end') return createdBefore(look.segment, contentType, close);
      const asked = { contentType, records, seal: close, incarnation: look.tail };
      const result = await this.#log.create(asked);
      switch (result.kind) {
        case 'appended': {
          const { first, last: tail } = result;
          return { kind: 'created', contentType, first, tail, closed: close };
        }
        case 'changed':
          return { kind: 'created', contentType, first: result.tail + 1, tail: result.tail, closed: close };
        case 'refused':
          if (result.reason === 'missing') continue;
          return result.reason === 'exists' ? createdBefore(result, contentType, close) : rejectedAs(result);
        case 'failed':
          return this.#createdPerhaps(result, contentType, close);
        default:
          return unreachable(result);
      }
    }
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
      const metadata = known ?? (await this.#learnMetadata());
      if (!metadata) return MISSING;
      const there = typeOf(metadata);
      const fits = isSameType(there, contentType);
      if (!fits && known) continue;
      if (!fits)
        return rejected('content-type-mismatch', `the stream is ${there}, the append is ${contentType}`);
      const records = recordsIn(body, there);
      if ('kind' in records) return records;
      if (records.length === 0) return rejected('invalid-request', 'an append needs at least one record');
      const { incarnation } = metadata;
      const asked = { ...conditions, create: 'never', incarnation, seal: close } as const;
      const result = await this.#log.append(records, asked);
      if (result.kind === 'appended')
        return { kind: 'appended', first: result.first, last: result.last, closed: close };
      if (result.kind === 'failed') return failed(result);
      // The metadata that this process remembers are of an earlier incarnation: the stream was deleted, and
      // perhaps created anew.
      if (result.reason !== 'missing' || !known) return refusal(result, options.producer);
    }
  }

  async #delete(): Promise<api.DeleteResult> {
    const known = this.#log.knownMetadata;
    const metadata = known ?? (await this.#learnMetadata());
    if (!metadata) return MISSING;
    const finishRemoval = await this.#register.beginRemoval();
    const announced = await this.#deletedLogs.announce(this.#log.name);
    // This failure is of the announcement alone: nothing has been deleted.
    if (announced.kind !== 'appended') return { kind: 'failed', definite: true, message: NOT_ANNOUNCED };
    let result = await this.#log.delete(metadata.incarnation);
    if (result.kind === 'refused' && result.reason === 'missing') {
      // As with appends, the remembered metadata may be of an earlier incarnation.
      const now = await this.#learnMetadata();
      if (now) result = await this.#log.delete(now.incarnation);
    }
    if (result.kind === 'appended') {
      // The stream is deleted all the same. The list looks for what it names, and leaves it out.
      await finishRemoval().catch(unlessStoreError);
      return { kind: 'deleted' };
    }
    if (result.kind === 'failed') return failed(result);
    return result.reason === 'missing' ? MISSING : rejectedAs(result);
  }

  /** It does not matter who has created a stream that has just the configuration asked for. */
  async #createdPerhaps(failure: LogFailed, contentType: string, closed: boolean): Promise<api.CreateResult> {
    if (failure.definite) return failed(failure);
    const look = await this.#log.checkTail().catch(() => undefined);
    if (look?.kind !== 'end') return failed(failure);
    const { tail, metadata } = look.segment;
    const result = createdBefore({ tail, metadata }, contentType, closed);
    return result.kind === 'exists' && tail === metadata.incarnation ? result : failed(failure);
  }

  async #learnMetadata(): Promise<LogMetadata | undefined> {
    await this.#log.checkTail();
    return this.#log.knownMetadata;
  }

  async #tail(): Promise<number | 'missing'> {
    const look = await this.#log.checkTail();
    return look.kind === 'missing' ? 'missing' : look.segment.tail;
  }
}

export function isEmpty({ after, data }: Piece): boolean {
  return after === data.next;
}

function unlessStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

const NOT_ANNOUNCED = 'the deletion could not be noted down, so nothing was deleted';
const NO_CONTENT_TYPE = rejected('invalid-request', 'the content type is none');

/** A stream that cannot be created is not noted down. */
function isTooLarge(records: readonly Uint8Array[]): boolean {
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  return bytes > APPEND_BYTES_MAX || records.length > APPEND_RECORDS_MAX;
}

/** A stream may be created twice if both calls name the same configuration. */
function createdBefore(
  { tail, metadata }: Pick<Refused, 'tail' | 'metadata'>,
  contentType: string,
  close: boolean,
): api.CreateResult {
  const there = typeOf(metadata);
  const end = endOf(tail, metadata);
  if (isSameType(there, contentType) && end.closed === close)
    return { kind: 'exists', contentType: there, ...end };
  return rejected('stream-exists', 'the stream exists with another configuration', end);
}

/** Only a read lets an error of the store through, and a read that fails has changed nothing. */
async function failureAsValue<T>(run: () => Promise<T>): Promise<T | Failed> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StoreError) return failed({ definite: true, message: error.message });
    throw error;
  }
}

function failed({ definite, message }: Pick<Failed, 'definite' | 'message'>): Failed {
  return { kind: 'failed', definite, message };
}

/** What a look at the end of its log tells of a stream. */
export function described({
  tail,
  metadata,
}: Pick<Segment, 'tail' | 'metadata'>): { readonly contentType: string } & api.StreamEnd {
  return { contentType: typeOf(metadata), ...endOf(tail, metadata) };
}

function typeOf(metadata: LogMetadata | undefined): string {
  return metadata?.contentType ?? DEFAULT_TYPE;
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? utf8(body) : body;
}

function recordsIn(body: Uint8Array, contentType: string): readonly Uint8Array[] | api.StreamRejected {
  if (body.length === 0) return [];
  return isJson(contentType) ? jsonRecords(body) : [body];
}

function pieceOf(result: Records): Piece {
  const { records, cursor, metadata, upToDate } = result;
  const contentType = typeOf(metadata);
  const all = records.map((record) => record.data);
  const body = new Uint8Array(isJson(contentType) ? jsonArray(all) : Buffer.concat(all));
  const data = {
    kind: 'data',
    body,
    contentType,
    next: cursor.after,
    upToDate,
    closed: isEnd(result),
  } as const;
  return { kind: 'piece', after: cursor.after - records.length, data, cursor };
}
