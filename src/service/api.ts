// The API of the whole product, as types. `open` (`service/open.ts`) gives it on a store in this process,
// `connect` (`client/client.ts`) over HTTP: the same methods, and the same kinds of results with the same
// fields.

export interface Ordinal {
  /**
   * The names of a namespace.
   * @param namespace default: `default`
   * @throws RangeError when no namespace is called that
   */
  names(namespace?: string): Names;
  /** The stream at a path such as `orders/2026`. @throws RangeError when no stream can be there */
  stream(path: string): Stream;
  /** Waits for the operations on their way, and closes what this object has opened or was given to keep. */
  close(): Promise<void>;
}

/**
 * An operation that could not be finished. `definite`: nothing happened, and nothing will. Otherwise it may
 * have.
 */
export interface Failed {
  readonly kind: 'failed';
  readonly definite: boolean;
  readonly message: string;
}

/** What is asked for cannot be done as it is, now or later. Nothing happened. */
export interface Rejected {
  readonly kind: 'rejected';
  /** A `RejectionCode`. A server may add its own, such as `forbidden`, and a proxy on the way `http-502`. */
  readonly code: RejectionCode | (string & {});
  readonly message: string;
}

/** The codes that every Ordinal uses. They never change their meaning. */
export type RejectionCode =
  | 'invalid-request'
  | 'malformed-request'
  | 'too-large'
  | 'stream-exists'
  | 'stream-closed'
  | 'stream-fenced'
  | 'content-type-mismatch';

/** A position in the log of the namespace: the result is what the state at this position gives. */
interface Positioned {
  readonly position: number;
}

export interface ChangeOptions {
  /** The same change again under the same key gets the first result and changes nothing. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * `linearizable`: sees every change that was acknowledged before the read began. `sequenced`: the same, at a
 * position of its own in the log. `local`: what the process that answers has, which may be old, but not older
 * than what this object has seen.
 */
export type Consistency = 'linearizable' | 'sequenced' | 'local';

export interface ReadOptions {
  /** Default: `linearizable`. */
  readonly consistency?: Consistency | undefined;
  /** Answer from a state at this position or a later one. */
  readonly after?: number | undefined;
}

/** The position that a read names in `after` was not reached in time. `position` is the last one so far. */
export type Behind = { readonly kind: 'behind' } & Positioned;

/** The idempotency key came with another change before. Nothing was changed. */
export type KeyReused = { readonly kind: 'idempotency-key-reused'; readonly message: string } & Positioned;

/**
 * Unique names: a name has at most one owner. All spellings with one canonical form (RFC 8265) are one name.
 */
export interface Names {
  /**
   * Claims the name if nobody holds it.
   *
   * @param owner compared byte by byte; may be left out where a JSON Web Token names it
   */
  claim(name: string, owner?: string, options?: ChangeOptions): Promise<ClaimResult>;
  /** Gives the name up, if `owner` holds it. */
  release(name: string, owner?: string, options?: ChangeOptions): Promise<ReleaseResult>;
  lookUp(name: string, options?: ReadOptions): Promise<LookUpResult>;
  /** Names in the order of their canonical forms, in pages. */
  list(options?: ListOptions): Promise<ListResult>;
}

export interface NameHolder {
  /** The canonical form, under which names are compared. */
  readonly name: string;
  readonly owner: string;
  /** The position at which the name was claimed. */
  readonly claimedAt: number;
}

export interface ListOptions extends ReadOptions {
  readonly prefix?: string | undefined;
  /** The most names in a page. Default: 100. */
  readonly limit?: number | undefined;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

export type ClaimResult =
  | ({ readonly kind: 'claimed' | 'already-yours'; readonly holder: NameHolder } & Positioned)
  | HeldByAnother<'taken'>
  | KeyReused
  | Rejected
  | Failed;

export type ReleaseResult =
  | ({ readonly kind: 'released' | 'not-held' } & Positioned)
  | HeldByAnother<'not-yours'>
  | KeyReused
  | Rejected
  | Failed;

/** `holder` is undefined when the caller may not know. */
type HeldByAnother<Kind> = { readonly kind: Kind; readonly holder: NameHolder | undefined } & Positioned;

export type LookUpResult =
  | ({ readonly kind: 'held'; readonly holder: NameHolder } & Positioned)
  | ({ readonly kind: 'free' } & Positioned)
  | Behind
  | Rejected
  | Failed;

export type ListResult =
  | ({
      readonly kind: 'page';
      readonly names: readonly NameHolder[];
      /** Asks for the next page; undefined on the last one. */
      readonly cursor: string | undefined;
    } & Positioned)
  | Behind
  | Rejected
  | Failed;

/** One total order of records. In a JSON stream each record is a JSON value, in any other some bytes. */
export interface Stream {
  /** To create it again is fine when both calls mean the same stream. */
  create(options?: CreateOptions): Promise<CreateResult>;
  /**
   * Appends a record. In a JSON stream an array is one record for each element, and all or none are appended.
   */
  append(body: string | Uint8Array, options?: AppendOptions): Promise<AppendResult>;
  /** Allows no append ever again. To close it again changes nothing. */
  close(options?: CloseOptions): Promise<CloseResult>;
  /** What comes after the position `after`; from the first record by default. */
  read(after?: number, options?: ReadStreamOptions): Promise<ReadResult>;
  describe(): Promise<DescribeResult>;
  /** Deletes it. It can be created anew; positions go on and are never reused. */
  delete(): Promise<DeleteResult>;
}

export interface CreateOptions {
  /** Default: `application/json`. */
  readonly contentType?: string | undefined;
  /** The first records, in the same step. */
  readonly body?: string | Uint8Array | undefined;
  /** Closes the stream in the same step. Default: false. */
  readonly close?: boolean | undefined;
}

export interface CloseOptions {
  /** Only if this is still the last position (compare-and-append). */
  readonly expectedTail?: number | undefined;
}

export interface AppendOptions extends CloseOptions {
  /** Must be the stream's. Default: `application/json`. */
  readonly contentType?: string | undefined;
  /** Closes the stream in the same step. Default: false. */
  readonly close?: boolean | undefined;
}

export interface ReadStreamOptions {
  /** Answer once there is something to read, or after a while. Default: false. */
  readonly wait?: boolean | undefined;
}

/** The end of a stream, as the operation has found or left it. */
export interface StreamEnd {
  /** The last position given. */
  readonly tail: number;
  readonly closed: boolean;
}

interface Missing {
  readonly kind: 'missing';
}

/** What a change may come to that did not happen. */
type Unchanged =
  /** Only with `expectedTail`. */
  ({ readonly kind: 'tail-mismatch' } & StreamEnd) | Missing | StreamRejected | Failed;

export interface StreamRejected extends Rejected {
  /** Undefined where the rejection has nothing to do with it. */
  readonly end?: StreamEnd;
}

export type CreateResult =
  /** `first` is the position of the first record, once there is one. */
  | ({ readonly kind: 'created'; readonly contentType: string; readonly first: number } & StreamEnd)
  | ({ readonly kind: 'exists'; readonly contentType: string } & StreamEnd)
  | StreamRejected
  | Failed;

export type AppendResult =
  | { readonly kind: 'appended'; readonly first: number; readonly last: number; readonly closed: boolean }
  | Unchanged;

export type CloseResult = ({ readonly kind: 'closed' } & StreamEnd) | Unchanged;

export interface StreamData {
  readonly kind: 'data';
  /**
   * Of a JSON stream an array with an element for each record, else the bytes of all records one after the
   * other.
   */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The position of the last record read: read on after it. */
  readonly next: number;
  /** True when there was nothing more at the moment of the read. */
  readonly upToDate: boolean;
  /** True when there will never be anything more. */
  readonly closed: boolean;
}

export type ReadResult =
  | StreamData
  | Missing
  /**
   * The records asked for are gone: trimmed, or of a stream that was deleted. Read from the first that there
   * is.
   */
  | { readonly kind: 'trimmed' }
  | { readonly kind: 'beyond-tail'; readonly tail: number }
  | Rejected
  | Failed;

export type DescribeResult =
  | ({ readonly kind: 'stream'; readonly contentType: string } & StreamEnd)
  | Missing
  | Rejected
  | Failed;

export type DeleteResult = { readonly kind: 'deleted' } | Missing | Rejected | Failed;
